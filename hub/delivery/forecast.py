"""Does a push end in time: calls, seconds, and the day on which the ERP's limits let it end. Pure."""

from dataclasses import dataclass

from hub.contract import Capabilities

MINUTE, DAY = 60, 86_400


@dataclass(frozen=True, slots=True)
class Forecast:
    """`calls` to the ERP, `seconds` that they take, and when the last one ends (UTC seconds)."""

    calls: int
    seconds: int
    ends_at: int


def forecast(
    changes: int,
    capabilities: Capabilities,
    now: int,
    *,
    employees: int = 0,
    spent_today: int = 0,
    seconds_per_call: int = 1,
) -> Forecast:
    """When `changes` are delivered if the push begins now, and so many `employees` are looked at.

    Each batch costs its own calls, and one more to read back where reads count; calls run one after the other, at most
    so many in a minute and in a UTC day.
    """
    reading = employees * capabilities.reading_seconds_per_employee
    batches = -(-changes // capabilities.batch_size)
    calls = batches * (capabilities.requests_per_batch + capabilities.reads_counted)
    left_today = max(0, capabilities.requests_per_day - spent_today) if capabilities.requests_per_day else calls
    if calls <= left_today:
        seconds = _seconds(calls, capabilities, seconds_per_call) + reading
        return Forecast(calls, seconds, now + seconds)
    later = calls - left_today
    whole_days, last = divmod(later - 1, capabilities.requests_per_day)
    begins = (now // DAY + 1 + whole_days) * DAY
    ends = begins + _seconds(last + 1, capabilities, seconds_per_call) + reading
    return Forecast(calls, ends - now, ends)


def _seconds(calls: int, capabilities: Capabilities, seconds_per_call: int) -> int:
    by_speed = calls * seconds_per_call
    per_minute = capabilities.requests_per_minute
    by_limit = (calls - 1) // per_minute * MINUTE + 1 if per_minute and calls else 0
    by_pace = (calls - 1) * capabilities.seconds_between_requests + 1 if calls else 0
    return max(by_speed, by_limit, by_pace)
