"""What is killed: a process of its own that pushes everything once, on a clock of its own."""

from typing import Any

from hub.database import connect
from hub.delivery.clock import Clock
from hub.delivery.connections import ConnectionConfig
from hub.delivery.push import Delivery
from hub.testing.clock import SimulatedClock
from hub.testing.http_memory import HttpMemoryConnector, HttpMemorySettings


def push(url: str, told: dict[str, Any], now: int) -> None:
    """Push all work dates of the connection; `now` is when that begins (UTC seconds)."""
    config = ConnectionConfig.model_validate(told["config"])
    clock = SimulatedClock(now)
    engine = connect(url)
    with HttpMemoryConnector(HttpMemorySettings.model_validate(config.settings)) as connector:
        delivery = Delivery(engine, config, connector, Clock(clock.now, clock.steady, clock.sleep))
        delivery.push(told["first"], told["last"])
