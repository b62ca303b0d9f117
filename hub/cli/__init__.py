"""`muster`: the same functions that the API and Dagster call, for people and scripts.

Exit codes: 0 done, 1 something is left to do (listed) or to be tried again later, 2 wrong input or settings.
"""

from hub.cli import attendance, bindings, delivery, explain, exports, kit, links, quarantine, rules, secrets, webhooks
from hub.cli.base import app

__all__ = [
    "app",
    "attendance",
    "bindings",
    "delivery",
    "explain",
    "exports",
    "kit",
    "links",
    "quarantine",
    "rules",
    "secrets",
    "webhooks",
]
