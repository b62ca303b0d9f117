"""Lost pay as a file, for payroll programs without an interface."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from hub.cli import app
from hub.cli.base import DONE, LEFT
from hub.database import connect, migrate
from hub.delivery.connections import register
from hub.lost_pay import LostPay, lines, lost_pay
from hub.testing.memory import MemoryErp
from hub.testing.world import World

DAY = date(2026, 10, 5)
PAIR = (540, 1080)


def world_of(engine: Engine) -> World:
    """Employee 1 lost a day and a half and of 2 a day is held back."""
    world = World(engine, MemoryErp())
    absent: dict[str, Any] = {"status": "A", "payable_days": 0, "lop_days": 100}
    half: dict[str, Any] = {"status": "HD", "payable_days": 50, "lop_days": 50}
    world.day("1", DAY, **absent)
    world.day("1", DAY + timedelta(days=1), PAIR, **half)
    world.day("1", DAY + timedelta(days=2), PAIR)
    world.day("2", DAY, PAIR)
    world.day("2", DAY + timedelta(days=1), blocks=True, **absent)
    world.day("1", DAY + timedelta(days=9), **absent)
    world.day("1", world.starts_on - timedelta(days=1), **absent)
    return world


def test_lost_days_are_summed_by_employee(engine: Engine) -> None:
    world = world_of(engine)
    found = lost_pay(engine, world.config, date(2026, 9, 1), DAY + timedelta(days=6))
    assert found == [LostPay("1", 150, 150, 0), LostPay("2", 0, 100, 1)]
    elsewhere = world.config.model_copy(update={"sites": ("elsewhere",)})
    assert lost_pay(engine, elsewhere, DAY, DAY) == []
    assert [*lines(found)][1:] == [("1", "1.50", "1.50", "0"), ("2", "0.00", "1.00", "1")]


def test_the_command_prints_csv_and_says_what_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    engine = connect(url)
    migrate(engine)
    register(engine, world_of(engine).config)
    engine.dispose()
    done = CliRunner().invoke(app, ["lost-pay", "books", "--from", "2026-10-01", "--to", "2026-10-11"])
    assert (done.exit_code, done.stdout) == (
        LEFT,
        "employee_number,lost_days,payable_days,days_held_back\n1,1.50,1.50,0\n2,0.00,1.00,1\n",
    )
    assert "1 days are held back" in done.stderr
    assert (
        CliRunner().invoke(app, ["lost-pay", "books", "--from", "2026-10-05", "--to", "2026-10-05"]).exit_code == DONE
    )
