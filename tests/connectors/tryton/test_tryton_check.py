"""What the check of a connection says, log-ins and rights."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.tryton import spec
from connectors.tryton.connector import TrytonConnector
from connectors.tryton.provision import user
from hub.contract import (
    Operation,
    SecretRef,
    Severity,
)
from hub.errors import NotPermitted, Reconnect, SettingsWrong, Unavailable
from tests.connectors.conftest import Counting, Tryton
from tests.connectors.tryton.company import change_of, create, interval, scope, written


def test_a_healthy_connection_has_no_complaint(connector: TrytonConnector) -> None:
    found = connector.check()
    assert {one.severity for one in found} == {Severity.OK}
    assert [one.subject for one in found] == [
        "server", "transport", "log-in", "modules", "company", "rights", "periods",
    ]  # fmt: skip


def test_a_wrong_password_is_a_setting_to_correct(tryton: Tryton, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-password")
    with tryton.connector(password=SecretRef(file=str(wrong))) as connector:
        with pytest.raises(SettingsWrong, match="refuses the user or its password"):
            [*connector.employees()]
        assert connector.check()[-1].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("settings", "subject"), [({"database": "elsewhere"}, "log-in"), ({"company": "Nobody Ltd"}, "company")]
)
def test_the_check_names_the_wrong_setting(tryton: Tryton, settings: dict[str, Any], subject: str) -> None:
    with tryton.connector(**settings) as connector:
        last = connector.check()[-1]
    assert (last.subject, last.severity) == (subject, Severity.ERROR)


def test_a_server_that_is_not_there_is_unavailable(tryton: Tryton) -> None:
    with tryton.connector(url="http://127.0.0.1:9") as connector:
        with pytest.raises(Unavailable):
            [*connector.employees()]
        assert connector.check()[0].severity is Severity.LATER


def test_a_user_without_rights_is_told_which_group_it_needs(tryton: Tryton, connector: TrytonConnector) -> None:
    user(tryton.admin, "plain", tryton.sandbox.secret("plain"), tryton.site.company_id, groups=())
    entries = [interval(tryton.employee(i), date(2026, 5, 4)) for i in range(3)]
    with tryton.connector(user="plain") as plain:
        last = plain.check()[-1]
        assert (last.subject, last.severity) == ("rights", Severity.ERROR)
        assert "Attendance Administration" in last.message
        assert "Timesheet Administration" in last.message
        with pytest.raises(NotPermitted, match="Attendance Administration"):
            [*plain.push([create(plain, one) for one in entries])]
        written(connector, entries)
        held = [*connector.read_back(scope(entries))]
        with pytest.raises(NotPermitted):
            [*plain.push([change_of(one, Operation.WITHDRAW) for one in held])]
        with pytest.raises(NotPermitted):
            [*plain.push([change_of(held[0], Operation.UPDATE)._replace(image={"start": 0, "end": 60})])]
        assert [*connector.read_back(scope(entries))] == held


def test_an_administrator_is_warned_of(tryton: Tryton) -> None:
    with tryton.connector(user="admin") as connector:
        found = {one.subject: one.severity for one in connector.check()}
    assert found["log-in"] is Severity.WARNING


def test_a_session_that_was_ended_is_opened_once_more(tryton: Tryton) -> None:
    counting = Counting()
    with tryton.sandbox.client("muster") as other, tryton.connector(counting) as connector:
        other.login()
        [*connector.employees()]
        connector._client._session = other._session
        other.close()
        [*connector.employees()]
    assert counting.methods.count("common.db.login") == 2


def test_a_changed_password_takes_the_grant_away(tryton: Tryton) -> None:
    user(tryton.admin, "leaver", tryton.sandbox.secret("leaver"), tryton.site.company_id)
    with tryton.sandbox.client("leaver") as client:
        client.login()
        [found] = tryton.admin.read("model.res.user.search", [["login", "=", "leaver"]], 0, None, None)
        tryton.admin.write("model.res.user.write", [found], {"password": "another-Pass-2026"})
        client._session = "Session bGVhdmVyOjE6eA=="
        with pytest.raises(Reconnect):
            client.read("model.res.user.get_preferences", True)


def test_the_spec_is_found_and_every_setting_is_described() -> None:
    assert spec.connector is TrytonConnector
    fields = TrytonConnector.settings_type.model_fields
    assert all(field.description for field in fields.values()), fields
