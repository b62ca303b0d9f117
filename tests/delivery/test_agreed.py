"""Plans that are kept: approved by a second person, carried out only while they are true."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import col

from hub.cli import app
from hub.cli import delivery as commands
from hub.contract import Finding, Severity
from hub.database import writing
from hub.delivery.agreed import PlanRefused, approve, require_same, save_plan, saved_plan
from hub.delivery.connections import register
from hub.records import Connection
from hub.testing.memory import MemoryConnector, MemoryErp
from tests.delivery.build import DAY, NEXT, PAIR, World

OK, WARNING = Severity.OK, Severity.WARNING
AT = 1_800_000_000
LATER = (PAIR[0], PAIR[1] + 30)


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    made.day("1", DAY, PAIR)
    made.day("2", DAY, PAIR)
    return made


def saved(world: World, by: str = "maker") -> Any:
    number = save_plan(world.engine, world.config, world.plan(DAY, NEXT), by, AT)
    return saved_plan(world.engine, number)


def test_a_plan_that_is_still_true_is_carried_out(world: World):
    plan = saved(world)
    assert {line["action"] for line in plan.lines} == {"create"}
    assert world.delivery().push(DAY, NEXT, agreed=plan).delivered
    assert world.erp.contents() == world.expected()


def test_changed_attendance_makes_it_stale(world: World):
    plan = saved(world)
    world.day("2", DAY, LATER)
    with pytest.raises(PlanRefused, match=r"the attendance changed since .*:2:2026-10-05:"):
        world.delivery().push(DAY, NEXT, agreed=plan)
    assert world.erp.contents() == []


def test_a_changed_erp_makes_it_stale(world: World):
    world.push(DAY, NEXT)
    world.day("1", DAY, LATER)
    plan = saved(world)
    world.erp.edit(next(key for key, _ in world.erp.contents() if key.startswith("interval:e2")), end=1)
    with pytest.raises(PlanRefused, match="the ERP changed since"):
        world.delivery().push(DAY, NEXT, agreed=plan)


def test_what_the_plan_lists_is_not_all_that_may_change(world: World):
    world.push(DAY, NEXT)
    plan = saved(world)
    assert plan.lines == []
    world.erp.rows.clear()
    with pytest.raises(PlanRefused, match="stale"):
        require_same(plan, world.plan(DAY, NEXT))


def test_nobody_approves_a_plan_of_their_own(world: World):
    plan = saved(world, by="asha")
    with pytest.raises(PlanRefused, match="second person"):
        approve(world.engine, plan.id, "asha", AT)
    approve(world.engine, plan.id, "ben", AT)
    assert saved_plan(world.engine, plan.id).approved_by == "ben"
    with pytest.raises(PlanRefused, match="approved by ben already"):
        approve(world.engine, plan.id, "carl", AT)


@pytest.fixture
def muster(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command line on the world's database, with people in its ERP."""
    world.erp.reset(["1", "2"], ["CC"])
    monkeypatch.setattr(commands, "engine", lambda: world.engine)
    monkeypatch.setattr("hub.delivery.connections.spec_of", lambda _name: MemoryErp.spec)
    with writing(world.engine) as session:  # which other tests use too, while a name is used once in a hub
        session.connection().execute(delete(Connection).where(col(Connection.tenant) != world.tenant))
    register(world.engine, world.config.model_copy(update={"approval": True}))

    def run(*words: str) -> tuple[int, str]:
        code = app([*words], standalone_mode=False)
        captured = capsys.readouterr()
        return code or 0, captured.out + captured.err

    return run


def span(world: World) -> tuple[str, ...]:
    return ("books", "--tenant", world.tenant, "--from", str(DAY), "--to", str(NEXT))


@pytest.mark.parametrize(
    ("severities", "exit_code"),
    [((OK, WARNING), 0), ((OK, Severity.LATER), 1), ((OK, Severity.ERROR), 2), ((Severity.ERROR, Severity.LATER), 2)],
)
def test_a_check_says_by_its_exit_code_whether_somebody_must_act(
    world: World, muster: Any, monkeypatch: pytest.MonkeyPatch, severities: tuple[Severity, ...], exit_code: int
):
    found = [Finding("server", severity, "So it is.") for severity in severities]
    monkeypatch.setattr(MemoryConnector, "check", lambda _self: found)
    code, output = muster("check", "books", "--tenant", world.tenant)
    assert (code, output.count("server: So it is.")) == (exit_code, 2)


def test_the_way_of_a_plan_on_the_command_line(world: World, muster: Any):
    code, output = muster("plan", *span(world), "--by", "asha", "--json")
    plan = json.loads(output)
    assert (code, plan["counts"]["create"]) == (1, 6)
    number = str(plan["plan"])

    code, output = muster("push", *span(world))
    assert (code, "asks for approval" in output) == (2, True)
    code, output = muster("apply", number)
    assert (code, "is not approved" in output) == (2, True)
    code, output = muster("approve", number, "--by", "asha")
    assert (code, "second person" in output) == (2, True)

    assert muster("approve", number, "--by", "ben")[0] == 0
    assert muster("apply", number)[0] == 0
    assert world.erp.contents() == world.expected()
    assert muster("plan", *span(world), "--by", "asha")[0] == 0
    code, output = muster("apply", number)
    assert (code, "stale" in output) == (2, True)


def test_a_plan_is_shown_with_numbers_and_figures(world: World, muster: Any):
    shown = muster("plan", *span(world), "--by", "asha")[1]
    row = next(line for line in shown.splitlines() if "hours CC" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == [str(DAY), "1", "create", "hours CC: 480 min", ""]
    assert "hours:e1" not in shown
    lines = json.loads(muster("plan", *span(world), "--by", "asha", "--json")[1])["lines"]
    assert {"date": str(DAY), "cost_centre": "w1", "minutes": 480} in [line["after"] for line in lines]
    assert {line["before"] for line in lines} == {None}


def test_reconcile_says_by_its_exit_code_whether_they_agree(world: World, muster: Any):
    number = str(json.loads(muster("plan", *span(world), "--by", "asha", "--json")[1])["plan"])
    muster("approve", number, "--by", "ben")
    muster("apply", number)
    assert muster("reconcile", *span(world))[0] == 0
    world.erp.remove(world.erp.contents()[0][0])
    code, output = muster("reconcile", *span(world), "--json")
    assert (code, [one["found"] for one in json.loads(output)]) == (1, ["missing"])


def test_a_forecast_says_by_its_exit_code_whether_it_is_in_time(world: World, muster: Any):
    assert muster("forecast", *span(world), "--by", "2100-01-01T06:00+05:30")[0] == 0
    code, output = muster("forecast", *span(world), "--by", "2020-01-01T06:00+05:30")
    assert (code, "Too late" in output) == (1, True)


def test_an_unknown_plan_is_named(muster: Any):
    code, output = muster("apply", "987654")
    assert (code, "There is no plan 987654" in output) == (2, True)
