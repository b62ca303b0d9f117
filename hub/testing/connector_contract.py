"""What every connector must do, as a test class for its authors. Needs pytest.

class TestAcme(ConnectorContract):
target = AcmeSimulator
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar

import pytest

from hub.contract import (
    Change,
    Connector,
    Day,
    Entry,
    Held,
    Hours,
    Image,
    Interval,
    Kind,
    Operation,
    Outcome,
    Punch,
    Scope,
)
from hub.errors import HubError, Wait
from hub.testing.conformance import COSTS, NUMBERS, Kit
from hub.testing.target import Refs, Target
from hub.testing.world import utc

WORK_DATE = date(2026, 10, 7)
_PAYLOADS: dict[Kind, tuple[Any, Any]] = {
    Kind.DAY: (Day("A", 0, 0, 0, 100), Day("HD", 240, 0, 50, 50)),
    Kind.HOURS: (Hours("", 480), Hours("", 475)),
    Kind.INTERVAL: (
        Interval(utc(WORK_DATE, 540), utc(WORK_DATE, 1020)),
        Interval(utc(WORK_DATE, 540), utc(WORK_DATE, 1000)),
    ),
    Kind.PUNCH: (Punch(utc(WORK_DATE, 540), "in"), Punch(utc(WORK_DATE, 540), "out")),
}


ZONES = ("Asia/Kolkata", "America/St_Johns")
SEEDS_IN_A_ZONE = 3


class ConnectorContract:
    """Set `target`; `seeds` is how many random runs under faults are made."""

    target: ClassVar[Callable[[], Target]]
    seeds: ClassVar[int] = 20

    @pytest.fixture(scope="class")
    @classmethod
    def erp(cls) -> Iterator[Target]:
        """The target, running."""
        target = cls.target()
        with target.running():
            yield target

    @pytest.fixture
    def refs(self, erp: Target) -> Refs:
        """An empty ERP with some people and cost centres."""
        return erp.reset(NUMBERS, COSTS)

    @pytest.fixture
    def connector(self, erp: Target, refs: Refs) -> Iterator[Connector[Any]]:  # noqa: ARG002 - it must be there
        """The connector, open."""
        made = erp.spec.connector
        with made(made.settings_type.model_validate(erp.settings())) as opened:
            yield opened

    def test_every_setting_is_described(self, erp: Target) -> None:
        """People configure it by these descriptions."""
        fields = erp.spec.connector.settings_type.model_fields
        assert [name for name, field in fields.items() if not field.description] == []

    def test_a_healthy_connection_has_no_complaint(self, connector: Connector[Any]) -> None:
        """What `check` finds wrong must be wrong."""
        assert [one for one in connector.check() if one.severity in ("later", "error")] == []

    def test_everybody_is_listed(self, connector: Connector[Any], refs: Refs) -> None:
        """Employees and cost objects carry the ids that entries name."""
        assert set(refs.employees.values()) <= {one.ref for one in connector.employees()}
        if Kind.HOURS in connector.capabilities.kinds:
            assert set(refs.costs.values()) <= {one.ref for one in connector.cost_objects()}

    def test_rendering_is_pure_and_plain(self, connector: Connector[Any], refs: Refs) -> None:
        """Same entry, same record; an image is JSON without floats."""
        for entry, _ in _entries(connector, refs):
            record = connector.render(entry)
            assert record == connector.render(entry)
            assert json.loads(json.dumps(dict(record.image))) == dict(record.image)
            assert not any(isinstance(value, float) for value in record.image.values())

    def test_what_was_pushed_is_read_back_equal(self, erp: Target, connector: Connector[Any], refs: Refs) -> None:
        """Equality of images is what makes an entry confirmed."""
        for entry, _ in _entries(connector, refs):
            held = _pushed(erp, connector, entry, Operation.CREATE)
            assert [one.image for one in held] == [connector.render(entry).image]

    def test_a_change_reaches_the_same_record(self, erp: Target, connector: Connector[Any], refs: Refs) -> None:
        """As far as the ERP lets a record be changed, and the change does not make it another record."""
        for entry, later in _entries(connector, refs) if connector.capabilities.updates else ():
            if connector.render(entry).natural_key != connector.render(later).natural_key:
                continue
            [before] = _pushed(erp, connector, entry, Operation.CREATE)
            held = _pushed(erp, connector, later, Operation.UPDATE, before.refs)
            assert [one.image for one in held] == [connector.render(later).image]

    def test_what_is_withdrawn_is_gone(self, erp: Target, connector: Connector[Any], refs: Refs) -> None:
        """As far as the ERP lets a record be removed."""
        for entry, _ in _entries(connector, refs) if connector.capabilities.withdraws else ():
            [before] = _pushed(erp, connector, entry, Operation.CREATE)
            assert _pushed(erp, connector, entry, Operation.WITHDRAW, before.refs) == []

    def test_an_erp_that_is_not_there_is_waited_for(self, erp: Target, refs: Refs) -> None:  # noqa: ARG002
        """Its settings are right, so nobody is sent to correct them."""
        made, settings = erp.spec.connector, erp.settings()
        if "url" not in settings:
            pytest.skip("it has no address")
        settings["url"] = "http://127.0.0.1:9"
        with pytest.raises(Wait), made(made.settings_type.model_validate(settings)) as connector:
            list(connector.employees())

    def test_everything_is_there_once_whatever_happens(self) -> None:
        """Random days, corrections and faults; `muster conformance` runs as many as one likes."""
        with Kit(type(self).target()) as kit:
            report = kit.run(range(self.seeds))
        assert (report.duplicates, report.missing, report.blocked, report.failed) == (0, 0, 0, [])

    @pytest.mark.parametrize("zone", ZONES)
    def test_it_is_the_same_wherever_the_site_is(self, zone: str) -> None:
        """A clock ahead of UTC and one behind, neither by whole hours; some nights end on another date there."""
        with Kit(type(self).target(), zone=zone) as kit:
            report = kit.run(range(SEEDS_IN_A_ZONE))
        assert (report.duplicates, report.missing, report.blocked, report.failed) == (0, 0, 0, [])


def _entries(connector: Connector[Any], refs: Refs) -> Iterator[tuple[Entry, Entry]]:
    """An entry of each kind that the connector carries, and what it becomes later."""
    employee = next(iter(refs.employees.values()))
    cost = next(iter(refs.costs.values()), "")
    for kind in sorted(connector.capabilities.kinds & _PAYLOADS.keys()):
        first, later = (
            Hours(cost, payload.minutes) if isinstance(payload, Hours) else payload for payload in _PAYLOADS[kind]
        )
        key = f"t:1:{WORK_DATE}:{kind}:0"
        if not connector.carries(Entry(key, kind, employee, WORK_DATE, "UTC", first)):
            continue
        yield (
            Entry(key, kind, employee, WORK_DATE, "UTC", first),
            Entry(key, kind, employee, WORK_DATE, "UTC", later),
        )


def _pushed(
    erp: Target, connector: Connector[Any], entry: Entry, operation: Operation, refs: tuple[str, ...] = ()
) -> list[Held]:
    """What is read back of the entry after the change, when it has settled."""
    record = connector.render(entry)
    image: Image = record.image
    change = Change(entry.key, operation, entry.kind, entry.employee, entry.work_date, record.natural_key, image, refs)
    try:
        [receipt] = connector.push([change])
    except HubError as error:
        raise AssertionError(f"{operation} of {entry.kind}: {error.message}") from error
    assert (receipt.key, receipt.outcome) == (entry.key, Outcome.ACCEPTED), receipt.reason
    erp.clock.sleep(connector.capabilities.settle_seconds)
    scope = Scope(entry.work_date, entry.work_date, frozenset({entry.kind}), frozenset({entry.employee}))
    return [one for one in connector.read_back(scope) if one.natural_key == record.natural_key]
