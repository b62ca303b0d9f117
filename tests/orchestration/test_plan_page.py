"""Dagster leads to the page of a saved plan, and its storage, which has no log-in, holds no right to see it."""

import dagster as dg
import pytest

from tests.orchestration.site import Site


def links(result: dg.ExecuteInProcessResult) -> list[object]:
    facts = [one.materialization.metadata for one in result.get_asset_materialization_events()]
    return [one.value for each in facts for one in each.values() if isinstance(one, dg.UrlMetadataValue)]


def test_a_saved_plan_is_linked_once_it_is_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.more = {"approval": True}
    site.punch()
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.example/")
    assert links(site.night()) == []  # it saves the plan at its end
    [address] = links(site.night())
    base, _, number = str(address).rpartition("/")
    assert (base, number.isdecimal()) == ("https://muster.example/plans", True)
    for no_address in ("", "muster.example"):
        monkeypatch.setenv("MUSTER_PUBLIC_URL", no_address)
        assert links(site.night()) == []
