import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import records
from hub.setup import SetupError
from tests.hub.world import FORTNIGHT, MONDAY, World, edit

FIRST, LAST = FORTNIGHT.first, FORTNIGHT.last
ALL = {FIRST + timedelta(days=n) for n in range(14)}


def mistakes(world: World) -> list[str]:
    """What is wrong with the folder; nothing may have been written."""
    before = counts(world)
    with pytest.raises(SetupError) as caught:
        world.load()
    assert counts(world) == before
    return str(caught.value).splitlines()


def counts(world: World) -> dict[str, int]:
    tables = (records.Tenant, records.Site, records.Employee, records.Employment, records.Roster, records.Device)
    return {table.__name__: len(world.rows(table)) for table in tables}


def test_the_demo_folder_loads(world: World) -> None:
    assert counts(world) == {"Tenant": 1, "Site": 2, "Employee": 40, "Employment": 40, "Roster": 40, "Device": 3}
    shares = {(row.cost_centre, row.share) for row in world.rows(records.CostAllocation)}
    assert {("ASM", 7000), ("PNT", 3000), ("ADM", 10_000)} <= shares
    night = next(row for row in world.rows(records.ShiftSegment) if row.shift == "NGT")
    assert (night.start_min, night.end_min) == (1320, 1800)
    assert [row.day for row in world.rows(records.Holiday)] == [FORTNIGHT.holiday()]


def test_loading_again_changes_nothing(world: World) -> None:
    tallies = world.load().tallies
    assert {(tally.created, tally.changed, tally.removed) for tally in tallies.values()} == {(0, 0, 0)}
    assert tallies["employees"].unchanged == 40 + 40 + 40 + 51


def test_a_dry_run_reports_and_writes_nothing(hub: Any, folder: Path) -> None:
    world = World(hub, folder)
    summary = world.load(dry_run=True)
    assert (summary.tallies["sites"].created, summary.tallies["rosters"].created) == (2, 40)
    assert set(counts(world).values()) == {0}


def test_a_changed_row_is_counted_and_written(world: World) -> None:
    summary = world.reload("departments.csv", "Laboratory", "Test laboratory")
    assert (summary.tallies["departments"].changed, summary.tallies["departments"].unchanged) == (1, 3)
    assert "Test laboratory" in {row.name for row in world.rows(records.Department)}


def test_rows_that_left_the_folder_stay(world: World) -> None:
    edit(world.folder, "rosters.csv", "K024,2024-04-01,NGT,,\n", "")
    assert world.load().tallies["rosters"].unchanged == 39
    assert len(world.rows(records.Roster)) == 40


def test_parts_of_a_row_follow_the_row(world: World) -> None:
    """Otherwise an employee who moved to another cost centre would be booked on both, in full."""
    edit(world.folder, "employees.csv", "PLANT,ASM:70 PNT:30,indian,sunday,kolkata:1009", "PLANT,PNT,indian,sunday,")
    summary = world.load()
    assert (summary.tallies["employees"].changed, summary.tallies["employees"].removed) == (1, 2)
    person = next(row.id for row in world.rows(records.Employee) if row.number == "K009")
    kept = [(row.cost_centre, row.share) for row in world.rows(records.CostAllocation) if row.employee_id == person]
    assert kept == [("PNT", 10_000)]
    assert person not in {row.employee_id for row in world.rows(records.Badge)}


def test_segments_patterns_and_weekly_offs_follow_their_row(world: World) -> None:
    split = '- code: SPL\n  effective_from: 2024-01-01\n  segments: [{start: "08:00", end: "12:00"}SECOND]\n  expected: 480\n'
    shifts = (world.folder / "shifts.yaml").read_text()
    (world.folder / "shifts.yaml").write_text(shifts + split.replace("SECOND", ', {start: 16:00, end: "20:00"}'))
    (world.folder / "patterns.yaml").write_text("- {code: CYC, days: [GEN, GEN, OFF]}\n")
    world.load()
    assert sorted((row.position, row.shift) for row in world.rows(records.PatternDay)) == [
        (0, "GEN"),
        (1, "GEN"),
        (2, None),
    ]
    (world.folder / "shifts.yaml").write_text(shifts + split.replace("SECOND", ""))
    (world.folder / "patterns.yaml").write_text("- {code: CYC, days: GEN OFF}\n")
    edit(world.folder, "weekly_offs.yaml", "- {code: weekend, weekday: sat}\n", "")
    tallies = world.load().tallies
    assert (tallies["shifts"].removed, tallies["patterns"].removed, tallies["weekly_offs"].removed) == (1, 1, 1)
    assert [row.start_min for row in world.rows(records.ShiftSegment) if row.shift == "SPL"] == [480]


def test_yaml_says_what_it_shows(world: World) -> None:
    """YAML itself would read 0630 as an octal number and NO as false."""
    with (world.folder / "devices.yaml").open("a") as file:
        file.write("- {door: adms, serial: 0630, site: kolkata, settings: {replay_after_s: 60}}\n")
    (world.folder / "departments.csv").unlink()
    (world.folder / "departments.yaml").write_text(
        "- {code: NO, name: Norway}\n"
        + "".join(f"- {{code: {x}, name: x}}\n" for x in ("OFFICE", "PLANT", "LAB", "SHIPPING"))
    )
    world.load()
    assert "NO" in {row.code for row in world.rows(records.Department)}
    device = next(row for row in world.rows(records.Device) if row.serial == "0630")
    assert device.settings == {"replay_after_s": 60}


MISTAKES = {
    "unknown zone": ("sites.yaml", "Asia/Kolkata", "Asia/Calcuta", r"sites.yaml:1: zone: 'Asia/Calcuta' is not an IANA time zone; use a name such as .*"),
    "unknown site": ("employees.csv", "K003,Meera Menon,kolkata", "K003,Meera Menon,kolkatta", r"employees.csv:4: 'kolkatta' is not a site; there are: berlin, kolkata"),
    "unknown shift": ("rosters.csv", "K002,2024-04-01,GEN", "K002,2024-04-01,GNE", r"rosters.csv:3: 'GNE' is not a shift; there are: DAY, GEN, MOR, NGT"),
    "unknown cost centre": ("employees.csv", "K003,Meera Menon,kolkata,OFFICE,ADM", "K003,Meera Menon,kolkata,OFFICE,ADMIN", r"employees.csv:4: 'ADMIN' is not a cost centre; there are: ADM, ASM, .*"),
    "unknown employee": ("leaves.csv", "K002,", "K200,", r"leaves.csv:2: 'K200' is not a employee; there are: B001, .*"),
    "unknown calendar": ("holidays.csv", "india", "indien", r"holidays.csv:2: 'indien' is not a holiday calendar of a site; there are: germany, india"),
    "typo in a column": ("departments.csv", "code,name", "code,nmae", r"departments.csv:1: nmae is not known here; did you mean name\?"),
    "a column too much": ("departments.csv", "code,name\nOFFICE,Office", "code,name,colour\nOFFICE,Office,red", r"departments.csv:1: colour is not known here; there are: code, name"),
    "missing": ("sites.yaml", "name: Kolkata plant, ", "", r"sites.yaml:1: name is missing"),
    "shares": ("employees.csv", "K009,Priya Patel,kolkata,PLANT,ASM:70 PNT:30", "K009,Priya Patel,kolkata,PLANT,ASM:70 PNT:20", r"employees.csv:10: cost_centres: the shares of K009 do not add up to 100.*"),
    "a share that is none": ("employees.csv", "K009,Priya Patel,kolkata,PLANT,ASM:70 PNT:30", "K009,Priya Patel,kolkata,PLANT,ASM:x PNT:30", r"employees.csv:10: 'ASM:x' is no share of a cost centre; write .*"),
    "bad time": ("shifts.yaml", '"18:00"', '"18:75"', r"shifts.yaml:1: segments.0.end: '18:75' is not a time of day; write HH:MM.*"),
    "shift longer than a day": ("shifts.yaml", '{start: "22:00", end: "30:00"}', '{start: "05:00", end: "30:00"}', r"shifts.yaml:11: a shift must last at most 24 h.*"),
    "segment backwards": ("shifts.yaml", '{start: "22:00", end: "30:00"}', '{start: "22:00", end: "06:00"}', r"shifts.yaml:11: a segment must end after its start; write 06:00 of the next day as 30:00"),
    "segments overlap": ("shifts.yaml", '[{start: "22:00", end: "30:00"}]', '[{start: "08:00", end: "12:00"}, {start: "11:00", end: "15:00"}]', r"shifts.yaml:11: segments must follow one another and not overlap"),
    "starts tomorrow": ("shifts.yaml", '{start: "22:00", end: "30:00"}', '{start: "25:00", end: "30:00"}', r"shifts.yaml:11: a shift must start on its own date.*"),
    "no segments": ("shifts.yaml", '[{start: "22:00", end: "30:00"}]', "[]", r"shifts.yaml:11: an open shift has no segments, and every other shift has at least one"),
    "shift and pattern": ("rosters.csv", "K002,2024-04-01,GEN,,", "K002,2024-04-01,GEN,CYC,", r"rosters.csv:3: name either a shift or a pattern"),
    "policy parameter": ("policies.yaml", "{grace_in_min: 10}", "{grace_in: 10}", r"policies.yaml:1: parameters.grace_in is not known here; did you mean grace_in_min\?"),
    "policy value": ("policies.yaml", "{grace_in_min: 10}", "{grace_in_min: ten}", r"policies.yaml:1: parameters.grace_in_min is 'ten'; it should be a valid integer.*"),
    "policy value too big": ("policies.yaml", "{grace_in_min: 10}", "{full_day_pct: 101}", r"policies.yaml:1: parameters.full_day_pct is 101; it should be less than or equal to 100"),
    "broken yaml": ("sites.yaml", "zone: Asia/Kolkata,", "zone: [Asia/Kolkata,", r"sites.yaml:\d: not readable as YAML: .*"),
    "yaml date": ("shifts.yaml", 'expected: "07:30"\n  unpaid_break_min: 30\n- code: NGT', "expected: {a: 2024-13-45}\n- code: NGT", r"shifts.yaml:9: not readable as YAML: .*; put it in quotes"),
    "yaml twice": ("tenant.yaml", "name: Acme Works", "name: Acme Works\nname: Again", r"tenant.yaml:3: 'name' stands twice in one row"),
    "yaml control": ("sites.yaml", "Berlin laboratory", "Berlin\x07laboratory", r"sites.yaml:2: not readable as YAML: .*control character.*"),
    "yaml text": ("sites.yaml", "- {code: berlin", "- berlin\n- {code: berlin", r"sites.yaml:2: expected `name: value` lines"),
    "open quote": ("departments.csv", "LAB,Laboratory", 'LAB,"Laboratory', r"departments.csv:4: not readable as CSV: .*"),
    "too many cells": ("departments.csv", "LAB,Laboratory", "LAB,Laboratory, and more", r"departments.csv:4: more cells than the header has; quote cells with commas"),
    "column twice": ("departments.csv", "code,name", "code,code", r"departments.csv:1: the header has a column twice: 'code'"),
    "contradiction": ("departments.csv", "LAB,Laboratory", "LAB,Laboratory\nLAB,Library", r"departments.csv:5: contradicts departments.csv:4, where the same has another name"),
    "badge of two": ("employees.csv", "kolkata:1002", "kolkata:1001", r"employees.csv:3: contradicts employees.csv:2, where the same has another employee_id"),
    "bad slug": ("sites.yaml", "code: berlin", "code: Berlin", r"sites.yaml:2: code: 'Berlin' is no name here; use small letters.*"),
    "bad code": ("departments.csv", "LAB,Laboratory", "LA B,Laboratory", r"departments.csv:4: code: 'LA B' is no code here.*"),
    "bad weekday": ("weekly_offs.yaml", "{code: sunday, weekday: sun}", "{code: sunday, weekday: sunday}", r"weekly_offs.yaml:1: weekday is 'sunday'; it should be 'mon', .*"),
    "minutes of leave": ("leaves.csv", "full,EARNED", "minutes,EARNED", r"leaves.csv:2: minutes: give them for the portion `minutes`.*"),
    "device setting": ("devices.yaml", "profile: cams", "profle: cams", r"devices.yaml:9: settings.profle is not known here; did you mean profile\?"),
    "device secret": ("devices.yaml", "secret: {env: MUSTER_DEMO_CAMS_SECRET}", "ack: ok", r"devices.yaml:9: settings.secret is missing; .*"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_file_and_line(world: World, file: str, old: str, new: str, sentence: str) -> None:
    text = (world.folder / file).read_text()
    (world.folder / file).write_text(text.replace(old, new, 1))
    assert text != (world.folder / file).read_text()
    (told,) = mistakes(world)
    assert re.fullmatch(sentence, told), told


def test_a_file_that_is_not_utf8_is_told_with_its_line(world: World) -> None:
    for name in ("departments.csv", "sites.yaml"):
        path, text = world.folder / name, (world.folder / name).read_text()
        path.write_bytes(
            text.replace("Laboratory", "Königstraße").replace("laboratory", "Königstraße").encode("latin-1")
        )
        (told,) = mistakes(world)
        assert re.fullmatch(rf"{name}:[24]: the file is not UTF-8; save it as UTF-8 and load again", told)
        path.write_text(text)


def test_all_mistakes_are_told_at_once_and_none_twice(world: World) -> None:
    edit(world.folder, "sites.yaml", "Europe/Berlin", "Europe/Bonn")
    edit(world.folder, "employees.csv", "K003,Meera Menon,kolkata,OFFICE", "K003,Meera Menon,kolkata,OFFCE")
    edit(
        world.folder,
        "employees.csv",
        "B016,Karl Vogel,berlin,LAB,RND,german,weekend,berlin:EMP_B16,2024-04-01",
        "B016,Karl Vogel,berlin,LAB,RND,german,weekend,berlin:EMP_B16,2024-4-1",
    )
    edit(world.folder, "rosters.csv", "K002,2024-04-01,GEN", "K002,2024-04-01,GNE")
    told = [line.split(": ")[0] for line in mistakes(world)]
    assert told == ["sites.yaml:2", "employees.csv:41", "employees.csv:4", "rosters.csv:3"]


def test_what_only_follows_from_a_mistake_is_not_told(hub: Any, folder: Path) -> None:
    edit(folder, "policies.yaml", "code: indian", "code: in dian")
    edit(folder, "sites.yaml", "Europe/Berlin", "Europe/Bonn")
    assert [line.split(": ")[0] for line in mistakes(World(hub, folder))] == ["sites.yaml:2", "policies.yaml:1"]


@pytest.mark.parametrize("name", ["employee.csv", "sites.yml", "tenants.yaml"])
def test_a_file_that_would_be_passed_over_is_told(world: World, name: str) -> None:
    (world.folder / name).write_text("code\nx\n")
    (told,) = mistakes(world)
    assert told.startswith(
        f"{name}:1: no set-up file has this name; there are, as .csv or .yaml: connections, cost_centres"
    )


def test_a_folder_needs_one_tenant(world: World, tmp_path: Path) -> None:
    world.folder = tmp_path / "elsewhere"
    world.folder.mkdir()
    with pytest.raises(SetupError, match=r"tenant.yaml:1: one tenant is needed in .*elsewhere, not 0"):
        world.load()


def test_two_employments_at_once_are_told(world: World) -> None:
    moved = "K001,Asha Rao,berlin,LAB,RND,german,weekend,,2026-03-25"
    with (world.folder / "employees.csv").open("a") as file:
        file.write(moved + "\n")
    (told,) = mistakes(world)
    assert (
        told
        == "employees.csv:42: K001 joined on 2024-04-01 and again on 2026-03-25; give the row of 2024-04-01 a date in `left` before that"
    )
    text = (world.folder / "employees.csv").read_text().replace("joined\n", "joined,left\n")
    (world.folder / "employees.csv").write_text(
        text.replace("kolkata:1001,2024-04-01", "kolkata:1001,2024-04-01,2026-03-24")
    )
    world.load()
    assert len(world.rows(records.Employment)) == 41


def test_a_connection_is_checked_against_its_connector(world: World) -> None:
    settings = "{url: 'https://t.example', database: d, user: u, password: hunter2, company: C}"
    row = "{name: erp, connector: CONNECTOR, sites: [berlin], starts_on: 2026-01-01, settings: SETTINGS}"
    path = world.folder / "connections.yaml"
    path.write_text(f"- {row}".replace("CONNECTOR", "nosuch").replace("SETTINGS", settings))
    (told,) = mistakes(world)
    assert re.fullmatch(r"connections.yaml:1: No connector 'nosuch' is installed. Installed: .*\btryton\b.*", told)
    path.write_text(f"- {row}".replace("CONNECTOR", "tryton").replace("SETTINGS", settings))
    (told,) = mistakes(world)
    assert told.startswith("connections.yaml:1: settings.password is not right")
    assert "hunter2" not in told
    path.write_text(path.read_text().replace("hunter2", "{env: TRYTON}"))
    world.load()
    assert [row.name for row in world.rows(records.Connection)] == ["erp"]
    path.write_text(
        path.read_text().replace("name: erp", "name: erp, approval: true, deadline: '06:00', timezone: Asia/Kolkata")
    )
    world.load()
    [row] = world.rows(records.Connection)
    assert (row.approval, row.deadline, row.timezone, row.enabled) == (True, "06:00", "Asia/Kolkata", False)
    path.write_text(path.read_text().replace("06:00", "six"))
    assert "no time of day such as 06:00" in mistakes(world)[0]


CHANGES = {
    "leave": ("leaves.csv", "K002,2026-03-30,full,EARNED,100", "K002,2026-03-27,full,EARNED,100", {date(2026, 3, 27)}, "LEAVE"),
    "leave, other half": ("leaves.csv", "K005,2026-04-01,first", "K005,2026-04-01,second", {date(2026, 4, 1)}, "LEAVE"),
    "holiday": ("holidays.csv", "2026-04-01", "2026-03-24", {date(2026, 3, 24)}, "HOLIDAY"),
    "roster": ("rosters.csv", "K001,2024-04-01,GEN", "K001,2024-04-01,MOR", ALL, "ROSTER"),
    "shift": ("shifts.yaml", 'end: "16:30"', 'end: "17:00"', ALL, "ROSTER"),
    "weekly off": ("weekly_offs.yaml", "weekday: sat", "weekday: fri", ALL, "HOLIDAY"),
    "policy": ("policies.yaml", "{grace_in_min: 5}", "{grace_in_min: 6}", ALL, "POLICY"),
    "zone": ("sites.yaml", "Europe/Berlin", "Europe/Paris", ALL, "POLICY"),
    "badge": ("employees.csv", "kolkata:1001", "kolkata:1099", {MONDAY + timedelta(days=n) for n in (-1, 0, 1)}, "LATE_PUNCH"),
    "cost centre": ("employees.csv", "K001,Asha Rao,kolkata,OFFICE,ADM", "K001,Asha Rao,kolkata,OFFICE,ASM", ALL, "ROSTER"),
    "badge group": ("devices.yaml", "DEMOKOL0002\n  site: kolkata\n  badge_group: kolkata", "DEMOKOL0002\n  site: kolkata\n  badge_group: two", ALL, "LATE_PUNCH"),
    "a name": ("employees.csv", "Asha Rao", "Asha Roy", set(), ""),
    "a new policy": ("policies.yaml", "- code: german", "- code: swiss\n- code: german", set(), ""),
    "a badge nobody used": ("employees.csv", "kolkata:1002", "kolkata:1002 kolkata:1098", set(), ""),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_asks_for_the_days_it_may_alter(world: World, change: tuple[str, str, str, set[date], str]) -> None:
    file, old, new, days, reason = change
    world.punch("DEMOKOL0001", "1001 2026-03-23 09:00:00 0", "1001 2026-03-23 18:00:00 1")
    world.process()
    assert world.dirty() == set()
    summary = world.reload(file, old, new)
    assert world.dirty() == {(day, reason) for day in days}
    assert summary.dirty_days == len(days)
    assert world.load().dirty_days == 0


def test_before_anything_is_computed_nothing_is_asked_for(world: World) -> None:
    assert world.reload("policies.yaml", "{grace_in_min: 5}", "{grace_in_min: 6}").dirty_days == 0
    assert world.dirty() == set()
