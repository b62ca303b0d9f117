from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel, select

from hub import records
from hub.database import connect, is_current, migrate, reading, writing


def test_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    made = set(inspect(engine).get_table_names()) - {"alembic_version"}
    assert made == set(SQLModel.metadata.tables)
    for name, table in SQLModel.metadata.tables.items():
        assert {column["name"] for column in inspect(engine).get_columns(name)} == {c.name for c in table.columns}


def _migrate(url: str) -> bool:
    engine = connect(url)
    try:
        migrate(engine)
        return is_current(engine)
    finally:
        engine.dispose()


def test_migrating_twice_and_at_once_is_harmless(database_url: str) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(_migrate, [database_url] * 3)) == [True] * 3
    assert _migrate(database_url)


def test_every_table_has_a_tenant() -> None:
    assert [name for name, table in SQLModel.metadata.tables.items() if "tenant" not in table.columns] == []


def test_an_exception_undoes_the_work(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as session:
            session.add(records.Tenant(tenant="acme", name="Acme"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(engine) as session:
        assert session.exec(select(records.Tenant).where(records.Tenant.tenant == "acme")).first() is None


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with writing(engine) as writer:
        writer.add(records.Tenant(tenant="acme", name="Acme"))
        writer.flush()
        with reading(engine) as reader:
            assert reader.connection().execute(text("SELECT count(*) FROM tenant")).scalar() == 0


@pytest.fixture
def fresh(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


def test_an_old_schema_is_told_apart(fresh: Engine) -> None:
    migrate(fresh)
    with writing(fresh) as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = 'older'"))
    assert not is_current(fresh)
