"""The kit passes Muster on a sound ERP, and fails everything that is known to lose or double pay."""

import pytest

from hub.contract import Capabilities, Kind
from hub.testing.conformance import Kit
from hub.testing.gallery import GALLERY, by_comparison
from hub.testing.memory import MemoryErp


@pytest.mark.parametrize(("kinds", "seeds"), [(frozenset(Kind) - {Kind.PUNCH}, 60), (frozenset(Kind), 30)])
def test_every_entry_is_there_once_whatever_happens(kinds: frozenset[Kind], seeds: int):
    with Kit(MemoryErp(capabilities=Capabilities(kinds, settle_seconds=30))) as kit:
        report = kit.run(range(seeds))
    assert report.faults > 3 * seeds
    assert (report.duplicates, report.missing, report.blocked, report.failed) == (0, 0, 0, [])


def test_a_run_is_repeatable_by_its_seed():
    first, again = (_run(7) for _ in range(2))
    assert first == again


def _run(seed: int) -> tuple[int, int]:
    with Kit(MemoryErp()) as kit:
        report = kit.run([seed])
        return report.faults, report.entries


@pytest.mark.parametrize("name", GALLERY)
def test_what_is_known_to_be_bad_fails(name: str):
    bad = GALLERY[name]
    with bad.kit() as kit:
        report = kit.run(range(6))
    assert getattr(report, bad.symptom) > 0
    assert report.failed


def test_what_is_known_to_be_bad_fails_by_its_flaw_and_not_by_the_kit():
    with Kit(MemoryErp(), by_comparison, chance=0) as kit:
        assert kit.run(range(6)).passed
