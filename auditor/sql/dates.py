"""Dates, as far as names are made of them: partitions of today and of tomorrow.

The day is known, the time of the day is not. https://www.postgresql.org/docs/current/functions-datetime.html
"""

from __future__ import annotations

import calendar
import datetime
import re

from auditor.sql.opaque import Day, Moment, Span

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PARTS = re.compile(r"\s*([+-]?\d{1,5})\s*(day|week|month|mon|year)s?\b", re.IGNORECASE)
_MONTHS = {"month": 1, "mon": 1, "year": 12}
_TIMES = frozenset({"timestamp", "timestamptz"})
_PICTURE = re.compile(r'YYYY|YY|MM|DD|IYYY|IW|DDD|[^A-Za-z"]+|"[^"]*"')
_UNITS = frozenset({"day", "week", "month", "quarter", "year"})


def cast(value: str, name: str) -> Day | Moment | Span | None:
    """A value cast to `date`, `timestamp`, `timestamptz` or `interval`; None if it is none of these.

    Args:
        value: to cast.
        name: PostgreSQL's own name of the type.
    """
    if name == "interval":
        return value if isinstance(value, Span) else _span(value)
    day = day_of(value)
    if day is None:
        if name == "date" and type(value) is str:
            day = _parsed(value)
        if day is None:
            return None
    if name == "date":
        return Day(day.isoformat())
    if name in _TIMES:
        return value if isinstance(value, Moment) else Moment(day.isoformat(), exact=True)
    return None


def day_of(value: object) -> datetime.date | None:
    """The day of a date or a timestamp, else None."""
    return _parsed(value[:10]) if isinstance(value, (Day, Moment)) else None


def operate(operator: str, left: object, right: object) -> str | int | None:
    """Date or timestamp plus or minus an interval or days, multiples of intervals; None for anything else."""
    if operator == "*":
        number, span = (left, right) if isinstance(right, Span) else (right, left)
        if isinstance(span, Span) and isinstance(number, int):
            return Span(span.months * number, span.days * number)
        return None
    if operator not in ("+", "-"):
        return None
    if operator == "+" and isinstance(left, (Span, int)):
        left, right = right, left
    sign = 1 if operator == "+" else -1
    if isinstance(left, Span) and isinstance(right, Span):
        return Span(left.months + sign * right.months, left.days + sign * right.days)
    day = day_of(left)
    if day is None:
        return None
    other = day_of(right)
    try:
        if isinstance(left, Day) and isinstance(right, Day) and other is not None and sign < 0:
            return (day - other).days
        if isinstance(left, Day) and isinstance(right, int) and not isinstance(right, bool):
            return Day((day + datetime.timedelta(days=sign * right)).isoformat())
        if isinstance(right, Span):
            moved = _add(day, sign * right.months, sign * right.days)
            return Moment(moved.isoformat(), exact=isinstance(left, Day) or bool(getattr(left, "exact", False)))
    except (OverflowError, ValueError):
        return None
    return None


def compare(operator: str, left: object, right: object) -> bool | None:
    """A comparison of two dates; None for anything else, and for timestamps whose time is not known."""
    if not (isinstance(left, Day) and isinstance(right, Day)):
        return None
    results = {
        "=": left == right,
        "<>": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return results.get(operator)


def to_char(value: object, picture: object) -> str | None:
    """`to_char(date, 'YYYY_MM_DD')`: pictures of years, months, days and weeks alone."""
    day = day_of(value)
    if day is None or type(picture) is not str:
        return None
    parts = _PICTURE.findall(picture)
    if "".join(parts) != picture:
        return None
    year, week, _ = day.isocalendar()
    texts = {
        "YYYY": f"{day.year:04}",
        "YY": f"{day.year % 100:02}",
        "MM": f"{day.month:02}",
        "DD": f"{day.day:02}",
        "DDD": f"{day.timetuple().tm_yday:03}",
        "IYYY": f"{year:04}",
        "IW": f"{week:02}",
    }
    return "".join(texts.get(part, part.strip('"')) for part in parts)


def date_trunc(unit: object, value: object) -> Moment | None:
    """`date_trunc('month', date)`, down to days."""
    day = day_of(value)
    if day is None or unit not in _UNITS:
        return None
    if unit == "week":
        day -= datetime.timedelta(days=day.weekday())
    elif unit == "month":
        day = day.replace(day=1)
    elif unit == "quarter":
        day = day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
    elif unit == "year":
        day = day.replace(day=1, month=1)
    return Moment(day.isoformat(), exact=True)


def part(field: object, value: object) -> int | None:
    """`extract(year from date)`; years, months and days alone."""
    day = day_of(value)
    if day is None:
        return None
    return {"year": day.year, "month": day.month, "day": day.day}.get(field if isinstance(field, str) else "")


def series(first: object, last: object, step: object) -> list[Moment] | None:
    """`generate_series(date, date, interval)`; None if anything is not known, or it has more than 1,000 rows."""
    start, end = day_of(first), day_of(last)
    if isinstance(step, str) and not isinstance(step, Span):
        step = _span(step)
    if start is None or end is None or not isinstance(step, Span) or (step.months, step.days) <= (0, 0):
        return None
    found: list[Moment] = []
    while start <= end and len(found) <= 1_000:
        found.append(Moment(start.isoformat(), exact=True))
        start = _add(start, step.months, step.days)
    return found if len(found) <= 1_000 else None


# Private


def _parsed(text: str) -> datetime.date | None:
    match = _ISO.fullmatch(text)
    try:
        return datetime.date(*map(int, match.groups())) if match is not None else None
    except ValueError:
        return None


def _span(text: str) -> Span | None:
    months = days = 0
    end = 0
    for match in _PARTS.finditer(text):
        if text[end : match.start()].strip():
            return None
        number, unit = int(match[1]), match[2].lower()
        months += number * _MONTHS.get(unit, 0)
        days += number * {"day": 1, "week": 7}.get(unit, 0)
        end = match.end()
    return Span(months, days) if end and not text[end:].strip() else None


def _add(day: datetime.date, months: int, days: int) -> datetime.date:
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last)) + datetime.timedelta(days=days)
