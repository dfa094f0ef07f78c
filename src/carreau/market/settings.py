"""What the market is set to, read once from ``market.toml``; and times as the records keep them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

SETTINGS: Final[dict[str, dict[str, int]]] = tomllib.loads(
    Path(__file__).with_name("market.toml").read_text("utf-8")
)
NEVER: Final = ""


def stamp(moment: datetime) -> str:
    """A moment as the records keep it: ISO 8601, in UTC, to the microsecond, so that texts sort as moments do.

    >>> stamp(datetime(2026, 11, 24, 12, tzinfo=UTC))
    '2026-11-24T12:00:00.000000+00:00'
    """
    if moment.tzinfo is None:
        raise ValueError("a moment bears its time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_of(text: str) -> datetime | None:
    """The moment that the records keep as ``text``; None for never."""
    return datetime.fromisoformat(text) if text else None


def certain(text: str) -> datetime:
    """The moment that the records keep as ``text``, where there is always one."""
    return datetime.fromisoformat(text)


def shown(moment: datetime) -> str:
    """A moment as a French sentence says it.

    >>> shown(datetime(2026, 11, 4, 9, 5, tzinfo=UTC))
    '4/11/2026 à 9 h 05 (heure universelle)'
    """
    day = moment.astimezone(UTC)
    return f"{day.day}/{day.month}/{day.year} à {day.hour} h {day.minute:02} (heure universelle)"


def table(name: str) -> dict[str, Any]:
    """The settings under one heading of ``market.toml``."""
    return dict(SETTINGS[name])
