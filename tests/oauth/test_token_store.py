from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import col, select

from hub.database import reading, writing
from hub.errors import Reconnect, SettingsWrong, Unavailable
from hub.oauth import AuthorizationCode, Failure, OAuth, Token
from hub.records import SealedToken
from hub.sealing import new_key
from hub.secrets import VAULT, SecretRef
from hub.testing.clock import SimulatedClock
from hub.token_states import token_states
from hub.token_store import LEASE_SECONDS, TokenRows
from hub.vault import StoredSecrets, kept, rotate
from tests.oauth.provider import TOKEN_URL, Provider

TOKEN = Token("access-1", 1_800_003_600, "refresh-1", {"instance_url": "https://erp.example"})
Store = Callable[..., TokenRows]


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
def store(engine: Engine, clock: SimulatedClock) -> Store:
    def made(tenant: str = "acme", connection: str = "zoho") -> TokenRows:
        return TokenRows(engine, tenant, connection, now=clock.now, sleep=lambda _: clock.sleep(1))

    return made


def row_of(engine: Engine, tenant: str = "acme") -> SealedToken:
    with reading(engine) as session:
        return session.exec(select(SealedToken).where(SealedToken.tenant == tenant)).one()


def test_a_token_is_kept_for_everybody_who_asks_later(store: Store) -> None:
    assert store().load() is None
    with store().changing() as changing:
        assert (changing.token, changing.failure) == (None, None)
        changing.save(TOKEN)
    assert store().load() == TOKEN
    assert store("hooli").load() is None
    assert store("acme", "other").load() is None


def test_a_failure_is_kept_until_a_token_is_saved(store: Store) -> None:
    failure = Failure("reconnect", "The authorisation is gone.")
    with store().changing() as changing:
        changing.save(TOKEN)
        changing.failed(failure)
    with store().changing() as changing:
        assert (changing.token, changing.failure) == (TOKEN, failure)
        changing.save(TOKEN)
    with store().changing() as changing:
        assert changing.failure is None


def test_only_one_may_change_it_and_the_lease_of_one_that_died_ends(store: Store, clock: SimulatedClock) -> None:
    impatient = replace(store(), sleep=lambda _: None)
    with store().changing(), pytest.raises(Unavailable, match="Another process asks"), impatient.changing():
        pass
    dead = store().changing()
    dead.__enter__()
    began = clock.now()
    with store().changing() as changing:
        changing.save(TOKEN)
    assert clock.now() - began > LEASE_SECONDS


def test_who_lost_the_lease_keeps_what_it_got_unless_another_was_faster(store: Store, clock: SimulatedClock) -> None:
    late = store().changing()
    changing = late.__enter__()
    clock.sleep(LEASE_SECONDS + 1)
    with store().changing():
        pass
    changing.save(TOKEN)
    assert store().load() == TOKEN
    later = store().changing()
    slow = later.__enter__()
    clock.sleep(LEASE_SECONDS + 1)
    with store().changing() as faster:
        faster.save(Token("access-2", 1_800_009_999, "refresh-2"))
    with pytest.raises(Unavailable, match="meanwhile"):
        slow.save(TOKEN)
    slow.failed(Failure("fix", "an old story"))
    with store().changing() as now:
        assert (now.token and now.token.access, now.failure) == ("access-2", None)


def test_no_transaction_is_open_while_a_token_is_asked_for(store: Store, engine: Engine) -> None:
    with store().changing(), writing(engine) as session:
        session.connection().execute(text("UPDATE sealedtoken SET saved_at = 5 WHERE tenant = 'acme'"))
    assert row_of(engine).saved_at == 5


def test_a_row_copied_to_another_tenant_does_not_open(store: Store, engine: Engine) -> None:
    for tenant in ("acme", "hooli"):
        with store(tenant).changing() as changing:
            changing.save(TOKEN)
    stolen = row_of(engine, "acme")
    with writing(engine) as session:
        copied = update(SealedToken).where(col(SealedToken.tenant) == "hooli").values(sealed=stolen.sealed)
        session.connection().execute(copied)
    with pytest.raises(SettingsWrong, match="token zoho of hooli does not open"):
        store("hooli").load()
    assert store("acme").load() == TOKEN


def test_without_a_key_no_token_is_asked_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUSTER_KEY")
    provider = Provider()
    auth = OAuth(AuthorizationCode(), token_url=TOKEN_URL, client_id="m", store=store(), transport=provider.transport())
    with pytest.raises(SettingsWrong, match="no key to keep secrets with"):
        auth.token()
    assert provider.asked == []


def test_the_key_is_changed_while_everything_goes_on(
    engine: Engine, store: Store, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = StoredSecrets(engine, "acme")
    vault.store("zoho_word", "hunter2", 7)
    with store().changing() as changing:
        changing.save(TOKEN)
    monkeypatch.setenv("MUSTER_KEY", f"{new_key('k2')} {key}")
    assert rotate(engine, store().ring()) == 2
    assert rotate(engine, store().ring()) == 0
    assert [(one.kind, one.name, one.key_id) for one in kept(engine)] == [
        ("secret", "zoho_word", "k2"),
        ("token", "zoho", "k2"),
    ]
    assert (store().load(), vault.reveal("zoho_word")) == (TOKEN, "hunter2")
    monkeypatch.setenv("MUSTER_KEY", key)
    with pytest.raises(SettingsWrong, match="sealed with key k2, which is not in MUSTER_KEY"):
        store().load()


def test_a_stored_secret_is_read_through_the_settings_of_its_tenant(engine: Engine) -> None:
    vault = StoredSecrets(engine, "acme")
    vault.store("word", "hunter1", 1)
    vault.store("word", "hunter2", 2)
    secret = SecretRef.model_validate({"stored": "word"}, context={VAULT: vault})
    assert secret.reveal() == "hunter2"
    assert secret.model_dump(exclude_none=True) == {"stored": "word"}
    assert "hunter2" not in f"{secret!r}"
    others = SecretRef.model_validate(secret.model_dump(), context={VAULT: StoredSecrets(engine, "hooli")})
    with pytest.raises(SettingsWrong, match="muster secrets set TENANT word"):
        others.reveal()
    with pytest.raises(SettingsWrong, match="set word by env or file"):
        SecretRef(stored="word").reveal()


def test_the_database_shows_no_secret(tmp_path: Path, engine: Engine, store: Store) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("the file of SQLite is looked into")
    StoredSecrets(engine, "acme").store("word", "hunter2-hunter2", 1)
    with store().changing() as changing:
        changing.save(TOKEN)
    files = [path.read_bytes() for path in tmp_path.glob("hub.db*")]
    assert any(b"zoho" in content for content in files)
    assert not [
        word for word in (b"hunter2", b"access-1", b"refresh-1", b"erp.example") if any(word in one for one in files)
    ]


def test_states_tell_who_must_act(engine: Engine, store: Store, clock: SimulatedClock) -> None:
    with store("acme", "fine").changing() as changing:
        changing.save(TOKEN)
    with store("acme", "gone").changing() as changing:
        changing.save(TOKEN)
        changing.failed(Failure("reconnect", "The authorisation is gone."))
    with store("acme", "waits").changing() as changing:
        changing.save(TOKEN)
        changing.failed(Failure("wait", "It is down.", clock.now() + 60))
    with store("acme", "never").changing() as changing:
        changing.failed(Failure("reconnect", "Nobody has authorised."))
    told = {
        one.connection: (one.connected, one.needs_reconnecting, one.message) for one in token_states(engine, "acme")
    }
    assert told == {
        "fine": (True, False, ""),
        "gone": (False, True, "The authorisation is gone."),
        "never": (False, True, "Nobody has authorised."),
        "waits": (True, False, "It is down."),
    }
    assert token_states(engine, "hooli") == []


def test_two_tenants_share_nothing(store: Store, clock: SimulatedClock) -> None:
    """One grant is revoked: one question, no more; the other tenant's nights go on."""
    providers: dict[str, Provider] = {"acme": Provider(revoked=True), "hooli": Provider()}
    for tenant, provider in providers.items():
        with store(tenant).changing() as changing:
            changing.save(Token("old", clock.now() - 1, "refresh-0"))
        auths: list[Any] = [
            OAuth(
                AuthorizationCode(),
                token_url=TOKEN_URL,
                client_id="m",
                store=store(tenant),
                transport=provider.transport(),
                now=clock.now,
            )
            for _ in range(4)
        ]
        for auth in auths:
            if tenant == "acme":
                with pytest.raises(Reconnect):
                    auth.token()
            else:
                assert auth.token().access == "access-1"
            clock.sleep(100)
    assert [len(one.asked) for one in providers.values()] == [1, 1]
