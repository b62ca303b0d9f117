"""Which simulators are installed: the entry-point group `muster.simulators`, a `Target` class by connector name."""

from importlib.metadata import entry_points

from hub.testing.target import Target

GROUP = "muster.simulators"


def target_of(connector: str) -> Target:
    """A new target of that connector; raises `LookupError` naming those there are."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    if connector not in found:
        raise LookupError(f"No simulator for {connector!r} is installed. Simulators: {', '.join(sorted(found))}.")
    target: type[Target] = found[connector].load()
    return target()
