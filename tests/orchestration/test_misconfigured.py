"""A connection that cannot be loaded is shown with the reason, and everything else is loaded."""

from typing import Any

import dagster as dg
import pytest

from orchestration.components import ConnectionComponent
from orchestration.components.tenant import attendance_of_others
from tests.orchestration.site import Site, built

SETTINGS = {"url": "https://t.example", "database": "d", "user": "u", "company": "c", "password": {"env": "ACME"}}


def component(**changed: Any) -> ConnectionComponent:
    given = {"connection": "north", "tenant": "acme", "connector": "tryton", "sites": ["hq"], "starts_on": "2026-01-01"}
    return ConnectionComponent.model_validate({**given, "settings": SETTINGS, **changed})


def shown(defs: dg.Definitions) -> dict[str, str]:
    """Assets with their descriptions."""
    graph = defs.resolve_asset_graph()
    return {key.to_user_string(): graph.get(key).description or "" for key in graph.get_all_asset_keys()}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"connector": "nobodys"}, "No connector 'nobodys' is installed. Installed: "),
        ({"settings": {**SETTINGS, "url": "ftp://t.example"}}, "url: String should match pattern"),
        ({"settings": {**SETTINGS, "password": "xyzzy"}}, "password: Input should be"),
        ({"settings": {**SETTINGS, "pasword": "xyzzy"}}, "pasword: Extra inputs are not permitted"),
        ({"starts_on": "soon"}, "starts_on is 'soon'; it should be a valid date"),
        ({"timezone": "Mars/Base"}, "'Mars/Base' is not an IANA time zone"),
        ({"nightly": "61 * * * *"}, "nightly: '61 * * * *' is not a cron expression"),
        ({"unmapped_limit": -1}, "unmapped_limit is -1; it should be greater than or equal to 0"),
    ],
)
def test_it_is_one_asset_that_says_why(changed: dict[str, Any], reason: str) -> None:
    found = shown(built(component(**changed)))
    assert list(found) == ["north/misconfigured"]
    assert reason in found["north/misconfigured"]
    assert "xyzzy" not in found["north/misconfigured"]


def test_a_connector_that_breaks_while_it_is_made_stops_only_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = component(connector="memory", settings={"erp": "there is none of that name"})
    found = shown(built(broken, site.component(), site.attendance))
    assert "The connector memory cannot be opened: KeyError." in found["north/misconfigured"]
    assert f"{site.name}/pushed" in found


def test_it_offers_nothing_to_run() -> None:
    defs = built(component(connector="nobodys"))
    assert list(defs.resolve_all_job_defs()) == [] or {job.name for job in defs.resolve_all_job_defs()} == {
        "__ASSET_JOB"
    }
    assert (defs.schedules or [], defs.sensors or []) == ([], [])


def test_a_tenant_that_no_file_names_has_its_attendance_all_the_same(site: Site) -> None:
    alone = built(site.component())
    more = attendance_of_others(alone)
    assert {f"{site.tenant}/raw_punches", f"{site.tenant}/attendance_days"} == set(shown(more))
    assert set(shown(dg.Definitions.merge(alone, more))) == set(shown(site.defs))
    assert shown(attendance_of_others(site.defs)) == {}
