"""What a receipt changes in the journal, on both databases."""

import pytest
from sqlalchemy import Engine

from hub.contract import Kind, digest
from hub.delivery.journal import Journal, Verdict
from hub.delivery.lines import Action, Item, State
from hub.lease import lease
from hub.records import ReceiptRow
from tests.delivery.build import DAY, World

OLD, NEW = {"v": 1}, {"v": 2}
BEFORE, SENT = digest(OLD), digest(NEW)
SENT_AT, TOLD_AT = 1_800_000_000, 1_800_000_050


@pytest.mark.parametrize(
    ("verdict", "confirmed", "refs", "attempts", "sent_at"),
    [
        (Verdict(State.CONFIRMED, ("8", "9")), SENT, ["8", "9"], 0, SENT_AT),
        (Verdict(State.WITHDRAWN), "", ["7"], 0, SENT_AT),
        (Verdict(State.ACCEPTED, ("8",)), BEFORE, ["8"], 1, TOLD_AT),
        (Verdict(State.UNKNOWN, reason="the answer was lost"), BEFORE, ["7"], 1, TOLD_AT),
        (Verdict(State.REJECTED, reason="the period is closed"), BEFORE, ["7"], 1, SENT_AT),
        (Verdict(State.MISSING, reason="not found"), BEFORE, ["7"], 1, SENT_AT),
        (Verdict(State.PLANNED, ("7",), "it holds what it held"), BEFORE, ["7"], 1, SENT_AT),
        (Verdict(State.DRIFTED, ("7", "8"), "something else"), BEFORE, ["7", "8"], 1, SENT_AT),
    ],
)
def test_the_journal_follows_the_receipt_of_its_entry_alone(
    hub: Engine, verdict: Verdict, confirmed: str, refs: list[str], attempts: int, sent_at: int
):
    world = World(hub)
    told, other = (Item(key, Action.UPDATE, Kind.DAY, "e1", DAY, key, NEW, SENT, ("7",), there=BEFORE) for key in "ab")
    now = SENT_AT
    with lease(hub, world.tenant, "push books", lambda: now) as held:
        journal = Journal(hub, world.config, held, DAY, DAY)
        journal.sending([told, other])
        now = TOLD_AT
        journal.answered([told], {told.key: verdict})
    lines = {
        key: (line.state, line.reason, line.confirmed, line.refs, line.attempts, line.sent_at, line.changed_at)
        for key, line in world.journal().items()
    }
    assert lines["a"] == (verdict.state, verdict.reason, confirmed, refs, attempts, sent_at, TOLD_AT)
    assert lines["b"] == (State.SENDING, "", BEFORE, ["7"], 1, SENT_AT, SENT_AT)
    [receipt] = world.rows(ReceiptRow)
    assert (receipt.entry_key, receipt.outcome, receipt.digest, receipt.at) == ("a", verdict.state, SENT, TOLD_AT)
