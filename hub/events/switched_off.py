"""People are told of webhooks that were switched off, once, and once when they are on again or removed."""

import logging

from sqlalchemy import Engine

from hub.alerts import update_alerts
from hub.channels import ways_from_environment
from hub.errors import HubError
from hub.events.webhooks import listed

SCOPE = "webhook:"

_log = logging.getLogger(__name__)


def tell_of_off(engine: Engine, tenant: str, now: int) -> None:
    """Tell by the ways of `MUSTER_ALERTS`; what could not be told is tried again the next time, and logged."""
    off = [one.webhook for one in listed(engine, tenant) if one.webhook.off_at]
    causes = {
        one.name: f"Webhook {one.name} was switched off: {one.reason} Mend the receiver, then: "
        f"muster webhook resume {tenant} {one.name}."
        for one in off
    }
    try:
        failed = update_alerts(engine, tenant, SCOPE, causes, at=now, ways=ways_from_environment())
    except HubError as error:
        failed = [error.message]
    for sentence in failed:
        _log.warning("An alert of %s could not be told: %s", tenant, sentence)
