"""What was just read from the records, and need not be read again for an instant: opening them takes longer.

It is read anew when the instant is over (another process may have changed it), and at once when this process did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

from carreau.market.settings import table

Value = TypeVar("Value")
_INSTANT: Final = table("records")["fresh_milliseconds"] / 1000
_MOST: Final = 4096  # values remembered; beyond, all are forgotten


@dataclass(slots=True)
class Fresh(Generic[Value]):
    """Values by key, each with the moment it was read.

    >>> from datetime import UTC
    >>> fresh, read = Fresh[int](), iter([1, 2])
    >>> moment = datetime(2026, 11, 24, tzinfo=UTC)
    >>> [fresh.value("key", moment, lambda: next(read)) for _ in range(3)]
    [1, 1, 1]
    >>> fresh.changed()
    >>> fresh.value("key", moment, lambda: next(read))
    2
    """

    _kept: dict[str, tuple[datetime, int, Value]] = field(default_factory=dict)
    _change: int = 0

    def value(self, key: str, now: datetime, read: Callable[[], Value]) -> Value:
        """The value of ``key``: as it was read an instant ago, else as ``read`` gives it."""
        change, kept = self._change, self._kept.get(key)
        if kept is not None and kept[1] == change and abs((now - kept[0]).total_seconds()) < _INSTANT:
            return kept[2]
        value = read()
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = (now, change, value)
        return value

    def changed(self) -> None:
        """Something was changed here: all is read anew."""
        self._change += 1
