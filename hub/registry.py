"""Which connectors are installed: the entry-point group `muster.connectors`, for ours and for others alike."""

import inspect
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from hub.contract import CONTRACT, Connector, ConnectorSpec, Settings

GROUP = "muster.connectors"


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry point that is installed and cannot be used, and why."""

    name: str
    distribution: str
    reason: str


@cache
def discover() -> tuple[dict[str, ConnectorSpec], tuple[Broken, ...]]:
    """All installed connectors by name, and those that cannot be used. Never raises."""
    found: dict[str, ConnectorSpec] = {}
    broken: list[Broken] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        spec = _load(point)
        if isinstance(spec, ConnectorSpec) and spec.name not in found:
            found[spec.name] = spec
            continue
        reason = f"the name {point.name!r} is taken by another connector" if isinstance(spec, ConnectorSpec) else spec
        broken.append(Broken(point.name, _distribution(point), reason))
    return found, tuple(broken)


def _distribution(point: EntryPoint) -> str:
    try:
        return point.dist.name if point.dist else "unknown"
    except Exception:  # noqa: BLE001 - damaged metadata of a broken connector
        return "unknown"


def _load(point: EntryPoint) -> ConnectorSpec | str:
    try:
        spec = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - another party's code; it must not take the hub down
        return f"{point.value} cannot be imported: {type(error).__name__}: {error}"
    if not isinstance(spec, ConnectorSpec):
        return f"{point.value} is a {type(spec).__name__}, not a ConnectorSpec"
    if spec.contract != CONTRACT:
        return f"it speaks contract {spec.contract}, this hub speaks {CONTRACT}; install a matching version"
    if spec.name != point.name:
        return f"the entry point is called {point.name!r}, the connector {spec.name!r}"
    return _defect(spec.connector) or spec


def _defect(connector: object) -> str:
    """What keeps the class from being used as a connector."""
    if not (inspect.isclass(connector) and issubclass(connector, Connector)):
        return f"{connector!r} is not a class that derives from Connector"
    lacking = sorted(connector.__abstractmethods__)
    lacking += [name for name in ("settings_type", "capabilities") if not hasattr(connector, name)]
    if lacking:
        return f"{connector.__name__} lacks {', '.join(lacking)}"
    if not (inspect.isclass(connector.settings_type) and issubclass(connector.settings_type, Settings)):
        return f"settings_type of {connector.__name__} does not derive from Settings"
    return ""


def spec_of(name: str) -> ConnectorSpec:
    """The connector of that name; raises `LookupError` naming those there are."""
    found, broken = discover()
    if name in found:
        return found[name]
    for one in broken:
        if one.name == name:
            raise LookupError(f"Connector {name!r} of {one.distribution} is broken: {one.reason}.")
    raise LookupError(f"No connector {name!r} is installed. Installed: {', '.join(found) or 'none'}.")
