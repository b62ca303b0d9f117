"""Work agreements, cost centres, and what the check of a connection says."""

from pathlib import Path

import pytest

from connectors.sap.s4hana import spec
from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.simulator import S4Simulator
from hub.contract import Severity
from hub.errors import NotInstalled, SettingsWrong
from tests.connectors.sap.recording import Answering, Recording, json_answer
from tests.connectors.sap.s4hana.system import NUMBERS, opened, scope


def test_a_healthy_connection_has_no_complaint(connector: S4Connector) -> None:
    assert [(one.subject, one.severity) for one in connector.check()] == [
        (subject, Severity.OK) for subject in ("transport", "time sheets", "writing", "cost centres", "employees")
    ]


def test_a_service_that_is_not_activated_is_named(s4: S4Simulator) -> None:
    body = {"error": {"code": "/IWFND/MED/170", "message": {"lang": "en", "value": "No service found"}}}
    with opened(s4, Answering(json_answer(body, 403))) as connector, pytest.raises(NotInstalled, match="scenario"):
        [*connector.read_back(scope())]


def test_work_agreements_come_from_a_file(s4: S4Simulator, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("number,work_agreement,company_code\nK1,E100023,1710\nK2,E100024,2000\n", encoding="utf-8-sig")
    with opened(s4, work_agreements=str(file)) as connector:
        assert [(one.number, one.ref) for one in connector.employees()] == [
            ("K1", "1710/E100023"),
            ("K2", "2000/E100024"),
        ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("number,name\n1,A\n", "needs the columns"),
        ("number,work_agreement\n1,\n", "line 2"),
        (f"number,work_agreement\n1,{'E' * 21}\n", "at most 20"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_told(
    s4: S4Simulator, tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "people.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with opened(s4, work_agreements=str(file)) as connector, pytest.raises(SettingsWrong, match=said):
        [*connector.employees()]


def test_the_availability_service_names_everybody_once(connector: S4Connector, wire_: Recording) -> None:
    assert sorted(one.number for one in connector.employees()) == sorted(NUMBERS)
    assert wire_.paths("GET") == ["/sap/opu/odata/shcm/API_MANAGE_WF_AVAILABILITY/TimeOverviewSet"]


def test_cost_centres_are_those_that_are_valid_and_without_zeros_before_them(
    s4: S4Simulator, connector: S4Connector
) -> None:
    s4.books.centres = {"0000004711", "17101904"}
    found = [*connector.cost_objects()]
    assert [(one.ref, one.code, one.name) for one in found] == [
        ("4711", "4711", "Hall"),
        ("17101904", "17101904", "Hall"),
    ]


def test_the_connector_is_installed() -> None:
    assert spec.name == "sap_s4hana"
