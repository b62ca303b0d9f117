"""From a number in the ERP back to its punches."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from hub import cli
from hub.api.explained import _explanation_report
from hub.contract import Kind
from hub.database import writing
from hub.delivery.agreed import approve, save_plan, saved_plan
from hub.delivery.bindings import bind
from hub.delivery.connections import ConnectionConfig
from hub.delivery.push import Delivery
from hub.explain import NothingKnownError, explain, text_of
from hub.records import Quarantine
from hub.testing.memory import MemoryConnector, MemoryErp, MemorySettings
from tests.hub.world import FORTNIGHT, KOLKATA, MONDAY, NOW, World, seconds

PUNCHES = ("1001 2026-03-23 09:00:00 0", "1001 2026-03-23 09:00:20 0", "1001 2026-03-23 18:00:00 1")
AT = NOW - 3600


@dataclass
class Books:
    """An ERP to which the day of K001 was pushed, by plan."""

    world: World
    config: ConnectionConfig
    erp: MemoryErp
    plan: int

    def told(self, number: str = "K001") -> dict[str, Any]:
        return explain(self.world.engine, self.config, number, MONDAY, NOW)


@pytest.fixture
def books(world: World) -> Books:
    erp = MemoryErp()
    erp.reset(["K001"], ["ASSEMBLY"])
    erp.capabilities = replace(erp.capabilities, kinds=frozenset({Kind.INTERVAL}))
    config = ConnectionConfig(
        tenant=world.tenant, name="books", connector="memory", settings={}, sites=("kolkata",), starts_on=MONDAY,
        timezone="Asia/Kolkata",
    )  # fmt: skip
    world.punch(KOLKATA, *PUNCHES)
    world.process()
    connector = MemoryConnector(MemorySettings(erp=erp.token))
    bind(world.engine, config, connector)
    delivery = Delivery(world.engine, config, connector)
    plan = save_plan(world.engine, config, delivery.plan(MONDAY, MONDAY), "asha", AT)
    approve(world.engine, plan, "ben", AT + 60)
    delivery.push(MONDAY, MONDAY, agreed=saved_plan(world.engine, plan))
    return Books(world, config, erp, plan)


def test_a_day_is_explained_from_the_erp_down_to_the_device(books: Books) -> None:
    found = books.told()
    [entry] = found["entries"]
    assert (entry["state"], entry["refs"]) == ("confirmed", list(books.erp.rows))
    assert entry["figures"] == "interval: 09:00-18:00"
    assert [receipt["outcome"] for receipt in entry["receipts"]] == ["confirmed"]
    assert found["day"]["worked_min"] == 480
    assert found["same_when_computed_again"] is True
    assert [(one["became"], one["device"], one["device_said"]) for one in found["punches"]] == [
        ("paired_in", KOLKATA, "2026-03-23 09:00:00"),
        ("duplicate", KOLKATA, "2026-03-23 09:00:20"),
        ("paired_out", KOLKATA, "2026-03-23 18:00:00"),
    ]
    [pair] = found["pairs"]
    assert (pair["in_at"], pair["out_at"]) == ("2026-03-23T09:00:00+05:30", "2026-03-23T18:00:00+05:30")


def test_codes_have_names_and_instants_are_local(books: Books) -> None:
    day = books.told()["day"]
    assert (day["day_type"], day["s1"], day["s2"]) == ("working", "worked", "worked")
    assert day["in_at"] == "2026-03-23T09:00:00+05:30"
    json.dumps(books.told())


def test_every_stage_tells_what_it_did_and_by_which_parameters(books: Books) -> None:
    found = books.told()
    assert [int(step["stage"].split()[0]) for step in found["stages"]] == list(range(18))
    [repeats] = [step for step in found["stages"] if step["stage"] == "2 repeats"]
    assert repeats["did"]["duplicates"] == 1
    assert repeats["decided"]["dedupe_window_s"] == 60


def test_what_others_do_on_the_device_decides_whether_it_is_believed(books: Books) -> None:
    ins = [f"1002 2026-03-23 {hour:02}:00:00 0" for hour in range(8, 20)]
    books.world.punch(KOLKATA, *ins)
    books.world.process()
    found = books.told()
    assert found["same_when_computed_again"] is True
    assert {one["believed"] for one in found["stages"][5]["took"]} == {False}


def test_the_plan_is_told_with_who_made_and_who_approved_it(books: Books) -> None:
    [entry] = books.told()["entries"]
    [plan] = entry["plans"]
    assert (plan["plan"], plan["made_by"], plan["approved_by"]) == (books.plan, "asha", "ben")
    assert plan["approved_at"].endswith("+05:30")
    assert "lines" not in plan


def test_people_read_a_text(books: Books) -> None:
    text = text_of(books.told(), "books")
    order = ["In books", "interval: 09:00-18:00 - confirmed", f"plan {books.plan} made by asha", "approved by ben",
             "push", "The day", "status P (present)", "first half worked", "worked 480 min", "payable days 1.00",
             "comes out the same", "How it came about", "0 scope", "12 status", "17 lock", "Punches",
             f"09:00:20+05:30, became duplicate, device {KOLKATA}", "Quarantine"]  # fmt: skip
    places = [text.find(one) for one in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert "{" not in text


def test_the_page_shows_stages_and_plan(books: Books) -> None:
    page = _explanation_report("K001 on 2026-03-23", "books", books.told())
    text = bytes(page.body).decode()
    for one in ("interval: 09:00-18:00", f"plan {books.plan} made by asha", "approved by ben", "status P (present)"):
        assert one in text
    assert "<td>2 repeats</td><td>09:00:00+05:30; 09:00:20+05:30; 18:00:00+05:30</td><td>duplicates 1" in text
    assert "full_day_pct = 90" in text
    assert f"<td>09:00:20+05:30</td><td>duplicate</td><td>{KOLKATA}</td><td>2026-03-23 09:00:20</td>" in text
    assert "T09:" not in text
    assert "no row with a badge of this person" in text


def test_a_changed_day_is_not_called_the_same(books: Books) -> None:
    books.world.punch(KOLKATA, "1001 2026-03-23 19:00:00 1")
    found = books.told()
    assert found["same_when_computed_again"] is False
    assert "process the date again" in text_of(found, "books")


def test_a_day_that_was_not_processed_is_told_as_it_would_be(books: Books) -> None:
    day = FORTNIGHT.last + timedelta(days=2)  # a Monday again
    books.world.punch(KOLKATA, f"1002 {day} 09:00:00 0", f"1002 {day} 18:00:00 1")
    found = explain(books.world.engine, books.config, "K002", day, NOW)
    assert (found["day"], found["entries"], found["same_when_computed_again"]) == (None, [], None)
    assert found["stages"][16]["did"]["paid_min"] == 480
    assert "has not been processed" in text_of(found, "books")


def test_refused_rows_with_the_badge_are_told_and_other_peoples_only_counted(books: Books) -> None:
    around: dict[str, Any] = {"tenant": books.world.tenant, "door": "adms", "serial": KOLKATA, "reason": "bad_time"}
    around |= {"received_at": seconds("2026-03-23T12:00:00+05:30"), "detail": "25:00 is no time"}
    with writing(books.world.engine) as session:
        for line, user in enumerate(("1001", "1002", "11001"), 1):
            row = Quarantine(**around, fingerprint=user, line=line, raw=f"{user}\t2026-03-23 25:00:00\t0")
            session.add(row)
    found = books.told()
    assert ([one["line"] for one in found["quarantine"]], found["quarantine_of_others"]) == ([1], 2)
    assert f"{KOLKATA}, line 1: bad_time 25:00 is no time" in text_of(found, "books")


def test_a_day_without_anything_is_said_to_be_one(books: Books) -> None:
    with pytest.raises(NothingKnownError, match="Nothing is known of K001 on 2026-01-05"):
        explain(books.world.engine, books.config, "K001", MONDAY.replace(month=1, day=5), NOW)


def test_an_unknown_employee_is_named(books: Books) -> None:
    with pytest.raises(LookupError, match="no employee 'X1'"):
        books.told("X1")


@pytest.fixture
def muster(books: Books, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`muster explain` on the world's database."""
    monkeypatch.setattr("hub.cli.explain.engine", lambda: books.world.engine)
    monkeypatch.setattr("hub.cli.explain.connection_named", lambda *_words, **_more: books.config)
    return lambda *words: CliRunner().invoke(cli.app, ["explain", "books", *words])


def test_the_command_prints_a_text_or_json(books: Books, muster: Any) -> None:
    words = ("--employee", "K001", "--date", str(MONDAY))
    said = muster(*words)
    assert (said.exit_code, "interval: 09:00-18:00 - confirmed" in said.stdout) == (0, True)
    document = json.loads(muster(*words, "--json").stdout)
    assert document["day"]["day_type"] == "working"
    [ref] = books.erp.rows
    assert json.loads(muster("--record", ref, "--json").stdout) == document


def test_the_command_says_that_nothing_is_known(muster: Any) -> None:
    said = muster("--employee", "K001", "--date", "2026-01-05")
    assert (said.exit_code, "Nothing is known of K001 on 2026-01-05" in said.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--record", "1", "--employee", "K001"), "not both"),
        (("--record", "1", "--date", "2026-03-23"), "not both"),
        (("--employee", "K001"), "an employee and a date"),
        (("--employee", "K001", "--date", "2026-03-23", "--kind", "hours"), "--kind says what a record is"),
        (("--record", "4711"), "not one that Muster made"),
    ],
)
def test_the_command_wants_a_record_or_a_day(muster: Any, words: tuple[str, ...], sentence: str) -> None:
    said = muster(*words)
    assert (said.exit_code, sentence in said.output) == (2, True)
