"""What the Launchpad asks for, and what it refuses before a launch."""

from typing import Any

import dagster as dg
import pytest

from hub.registry import discover
from tests.orchestration.room import Room


def test_the_form_has_the_settings_of_every_installed_connector(room: Room) -> None:
    erp = fields_of(room.job("configure_connection"))["erp"].config_type
    assert set(erp.fields) == {"guarded", "memory", *discover()[0]}
    for name, spec in discover()[0].items():
        shape = erp.fields[name].config_type.fields
        assert set(shape) == set(spec.connector.settings_type.model_fields)
        assert all(field.description for field in shape.values())


def fields_of(job: dg.JobDefinition) -> dict[str, Any]:
    kind: Any = job.run_config_schema.config_type
    found: dict[str, Any] = kind.fields
    return found


def test_the_form_shows_defaults_choices_and_that_a_secret_is_a_name(room: Room) -> None:
    asked = fields_of(room.job("configure_connection"))
    assert all(field.description for field in asked.values())
    assert (asked["enabled"].default_value, asked["test"].default_value) == (False, True)
    assert asked["nightly"].default_value == "30 2 * * *"
    shape = asked["erp"].config_type.fields["guarded"].config_type.fields
    assert [one.config_value for one in shape["region"].config_type.enum_values] == ["eu", "in"]
    assert [one.config_value for one in shape["mode"].config_type.enum_values] == ["live", "test"]
    assert shape["companies"].default_value == ["a", "b"]
    assert shape["limits"].config_type.fields["per_minute"].default_value == 60
    assert set(shape["key"].config_type.fields) == {"env", "file", "stored"}
    assert (shape["key"].is_required, shape["second_key"].is_required) == (True, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"timezon": "Asia/Kolkata"},
        {"erp": {"guarded": {"erp": "x", "key": {"env": "ACME_KEY"}, "regon": "eu"}}},
        {"erp": {"guarded": {"erp": "x", "key": {"env": "ACME_KEY"}, "region": "mars"}}},
        {"erp": {"guarded": {"erp": "x", "key": "a literal secret"}}},
        {"erp": {"guarded": {"erp": "x"}}},
        {"erp": {"nobodys": {}}},
        {"unmapped_limit": "many"},
    ],
)
def test_a_typo_is_refused_before_launch(room: Room, changed: dict[str, Any]) -> None:
    job = room.job("configure_connection")
    dg.validate_run_config(job, room.form())
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(job, room.form(**changed))
