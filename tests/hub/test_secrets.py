from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import SettingsWrong
from hub.secrets import SecretRef


def test_a_secret_is_read_where_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "word"
    by_file, by_name = SecretRef(file=str(path)), SecretRef(env="ERP_WORD")
    for value in ("first", "second"):
        path.write_text(f" {value}\n")
        monkeypatch.setenv("ERP_WORD", f"{value} ")
        assert (by_file.reveal(), by_name.reveal()) == (value, value)


def test_neither_its_text_nor_its_dump_shows_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_WORD", "hunter2")
    secret = SecretRef(env="ERP_WORD")
    assert secret.reveal() == "hunter2"
    assert "hunter2" not in f"{secret!r} {secret} {secret.model_dump()} {secret.__dict__}"


@pytest.mark.parametrize("value", ["", "  \n"])
def test_a_missing_secret_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ERP_WORD", value)
    path = tmp_path / "word"
    path.write_text(value)
    for secret, place in (
        (SecretRef(env="ERP_WORD"), "environment variable ERP_WORD"),
        (SecretRef(file=str(path)), f"file {path}"),
    ):
        with pytest.raises(SettingsWrong, match=f"The secret is missing: set {place}."):
            secret.reveal()


def test_a_file_that_is_not_there_or_not_readable_is_told_by_name_only(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="missing: set file"):
        SecretRef(file=str(tmp_path / "nowhere")).reveal()
    with pytest.raises(SettingsWrong, match="missing: set file"):
        SecretRef(file=str(tmp_path)).reveal()
    odd = tmp_path / "odd"
    odd.write_bytes(b"\xffhunter2")
    with pytest.raises(SettingsWrong, match="make it UTF-8") as caught:
        SecretRef(file=str(odd)).reveal()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "written", [{}, {"env": "A", "file": "/a"}, {"env": "lower"}, {"env": "A B"}, {"file": ""}, {"value": "hunter2"}]
)
def test_a_secret_is_named_by_exactly_one_place(written: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SecretRef.model_validate(written)
