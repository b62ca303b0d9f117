"""Overtime, penalties and sandwiches in plain Python, one person at a time, from the specification."""

from datetime import date, timedelta


def week_of(day: date) -> date:
    """The Monday before."""
    return day - timedelta(days=day.weekday())


def overtime(worked: dict[date, int], daily: int, double: int, weekly: int) -> dict[tuple[date, str], int]:
    """Bands over `daily` and `double` minutes of a day; what is left counts towards the week."""
    found: dict[tuple[date, str], int] = {}
    run: dict[date, int] = {}
    for day in sorted(worked):
        found[day, "double"] = max(0, worked[day] - double)
        found[day, "over"] = max(0, min(worked[day], double) - daily)
        regular = min(worked[day], daily)
        before = run.get(week_of(day), 0)
        run[week_of(day)] = before + regular
        found[day, "week"] = max(0, before + regular - weekly) - max(0, before - weekly)
    return {key: minutes for key, minutes in found.items() if minutes}


def penalties(late: list[date], free: int, every: int, cost: int) -> dict[date, int]:
    """The n-th late of a month costs when n is beyond the free ones and its turn has come."""
    found: dict[date, int] = {}
    count: dict[tuple[int, int], int] = {}
    for day in sorted(late):
        month = (day.year, day.month)
        count[month] = n = count.get(month, 0) + 1
        if n > free and (n - free - 1) % every == 0:
            found[day] = cost
    return found


def charged(days: list[date], off: set[date], leave: set[date], *, either: bool) -> set[date]:
    """Days off whose nearest dates that are not off, before and after, are leave."""
    found = set()
    for day in off:
        before = next((d for d in reversed(days) if d < day and d not in off), None)
        after = next((d for d in days if d > day and d not in off), None)
        sides = [before in leave, after in leave]
        if any(sides) if either else all(sides):
            found.add(day)
    return found
