"""Dagster's storage has no log-in, so nothing of a person and no secret may be in it."""

from pathlib import Path

import dagster as dg
import pytest

from examples.demo.fortnight import employees
from hub import errors
from tests.orchestration.site import Site
from tests.orchestration.storage import everything_in

SECRET = "xyzzy-do-not-store"
COUNTS = {
    "dagster/row_count", "created", "changed", "updated", "withdrawn", "unchanged", "create", "entries", "confirmed",
    "foreign", "kept", "bound", "drifted", "newly_bound", "bound_before", "unmapped", "unmapped_employees",
    "unmapped_cost_centres", "unmapped_days", "blocked", "blocked_days", "missing", "unknown", "rejected",
    "not_postable", "rows", "devices", "UNPARSABLE",
}  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """All that Dagster kept on disk of a night that went well, one that was stopped and one that failed."""
    monkeypatch.setenv("ACME_PASSWORD", SECRET)
    site.punch()
    with dg.DagsterInstance.local_temp(str(tmp_path)) as site.instance:
        assert site.night().success
        site.erp.faults = _denied
        assert not site.night().success
    return everything_in(tmp_path)


def _denied(_fitting: object) -> None:
    detail = f"password {SECRET} of {employees()['K001']}"
    raise errors.NotPermitted("Give the ERP user its rights back.", detail=detail)


def test_what_dagster_keeps_tells_nothing_of_a_person_and_no_secret(kept: str) -> None:
    assert "everyone_mapped" in kept
    assert "Give the ERP user its rights back." in kept
    assert [name for name in employees().values() if name in kept] == []
    assert [number for number in employees() if f'"{number}"' in kept] == []
    assert SECRET not in kept


def test_metadata_are_counts_and_dates(site: Site) -> None:
    site.punch()
    result = site.night()
    said = [one.materialization.metadata for one in result.get_asset_materialization_events()]
    said += [one.metadata for one in result.get_asset_check_evaluations()]
    pairs = [pair for facts in said for pair in facts.items()]
    assert {name for name, value in pairs if isinstance(value, dg.IntMetadataValue)} <= COUNTS
    charts = [name for name, value in pairs if isinstance(value, dg.MarkdownMetadataValue)]
    assert charts == ["hours"]
    others = [value for _, value in pairs if not isinstance(value, dg.IntMetadataValue | dg.MarkdownMetadataValue)]
    tables = [value for value in others if isinstance(value, dg.TableMetadataValue)]
    assert {column.name for table in tables for column in table.schema.columns} == {"what", "code"}
    assert {value.value for value in others if not isinstance(value, dg.TableMetadataValue)} == {"2026-03-23"}
