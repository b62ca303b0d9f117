"""What devices did wrong shows beside the attendance that was made of it."""

from datetime import date

from hub.database import writing
from hub.records import Quarantine
from orchestration import steps
from orchestration.alerts import wrong
from tests.hub.world import KOLKATA, seconds
from tests.orchestration.site import Site, watched

PROMPT, AHEAD, SLOW, UPLOADED = (date(2026, 3, day) for day in (25, 26, 27, 30))


def punch(site: Site, day: date, arrives_after: int) -> int:
    at = seconds(f"{day}T09:07:11+05:30")
    site.world.punch(KOLKATA, f"1002 {day} 09:07:11 0", now=at + arrives_after)
    return at


def test_a_day_in_order_is_green(site: Site) -> None:
    punch(site, PROMPT, 3)
    assert watched(site.night(PROMPT)) == {"quarantine_empty": True, "clocks_right": True}


def test_a_clock_that_is_ahead_turns_its_check_red_and_is_told(site: Site, monkeypatch) -> None:
    at = punch(site, AHEAD, -600)
    assert not watched(site.night(AHEAD))["clocks_right"]
    monkeypatch.setattr(steps, "now", lambda: at + 60)
    assert list(wrong(site.tenant).values()) == [
        f"The clock of device adms {KOLKATA}: 10 min 0 s ahead; set its clock, or its time server."
    ]


def test_a_clock_that_is_slow_turns_its_check_red_and_a_late_upload_does_not(site: Site) -> None:
    punch(site, SLOW, 900)
    punch(site, UPLOADED, 86_400)
    assert not watched(site.night(SLOW))["clocks_right"]
    assert watched(site.night(UPLOADED))["clocks_right"]


def test_rows_in_quarantine_turn_their_check_red_and_stop_nothing(site: Site) -> None:
    row = Quarantine(
        tenant=site.tenant, fingerprint="f", door="adms", serial=KOLKATA, received_at=1, line=2, raw="1001",
        reason="UNPARSABLE", detail="no time",
    )  # fmt: skip
    with writing(site.world.engine) as session:
        session.add(row)
    night = site.night(PROMPT)
    assert night.success
    assert not watched(night)["quarantine_empty"]
