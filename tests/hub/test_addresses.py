"""A password in an address is refused where settings are read, and never told."""

import pytest
from pydantic import ValidationError

from hub.errors import SettingsWrong
from hub.http import Client
from hub.registry import discover

WITH_PASSWORD = "https://muster:s3cret@erp.example"
ADDRESSES = [
    (name, field)
    for name, spec in discover()[0].items()
    for field in spec.connector.settings_type.model_fields
    if field.endswith(("url", "host"))
]


@pytest.mark.parametrize(("connector", "field"), ADDRESSES)
def test_no_connector_takes_an_address_with_a_password(connector: str, field: str):
    with pytest.raises(ValidationError) as refused:
        discover()[0][connector].connector.settings_type.model_validate({field: WITH_PASSWORD})
    [told] = [one["msg"] for one in refused.value.errors() if one["loc"] == (field,)]
    assert "s3cret" not in told
    assert "password" in told or "match pattern" in told or "start with" in told, told


@pytest.mark.parametrize("headers", [None, {"Authorization": "Bearer ÿ"}])
def test_no_error_repeats_it(headers: dict[str, str] | None):
    with pytest.raises(SettingsWrong) as told:
        Client(f"{WITH_PASSWORD}:port" if headers is None else WITH_PASSWORD, headers=headers)
    assert "s3cret" not in f"{told.value.message} {told.value.detail}"
    assert "erp.example" in told.value.message
