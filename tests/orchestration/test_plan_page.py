"""Dagster leads to the hub's pages, and its storage, which has no log-in, holds no right to see them."""

import dagster as dg
import pytest

from tests.orchestration.site import DAY, Site


def links(result: dg.ExecuteInProcessResult, name: str) -> list[object]:
    facts = [one.materialization.metadata for one in result.get_asset_materialization_events()]
    return [each[name].value for each in facts if isinstance(each.get(name), dg.UrlMetadataValue)]


def test_a_saved_plan_is_linked_once_it_is_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.more = {"approval": True}
    site.punch()
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.example/")
    assert links(site.night(), "plan") == []  # it saves the plan at its end
    [address] = links(site.night(), "plan")
    base, _, number = str(address).rpartition("/")
    assert (base, number.isdecimal()) == ("https://muster.example/plans", True)
    for no_address in ("", "muster.example"):
        monkeypatch.setenv("MUSTER_PUBLIC_URL", no_address)
        assert links(site.night(), "plan") == []


def test_a_night_leads_to_the_explanations_of_its_date(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.punch()
    assert links(site.night(), "explain") == []
    monkeypatch.setenv("MUSTER_PUBLIC_URL", "https://muster.example/")
    assert links(site.night(), "explain") == [f"https://muster.example/explain/{site.name}/{DAY}"]
