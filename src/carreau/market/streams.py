"""Streams that are cut when the right to read them ends: checked before each piece, never only at the start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from carreau.market.grants import Grant, Item, may_read
from carreau.market.settings import table

_SET: Final = table("stream")
PIECE: Final = int(_SET["piece_bytes"])
_FRESH: Final = _SET["fresh_milliseconds"] / 1000


def guarded(chunks: Iterable[bytes], check: Callable[[], None], every: int = PIECE) -> Iterator[bytes]:
    """The bytes of ``chunks``, in pieces of ``every`` bytes at most, ``check`` called before each.

    What ``check`` raises cuts the stream there: no byte leaves after it.

    >>> list(guarded([b"abcdef", b"g"], lambda: None, every=4))
    [b'abcd', b'ef', b'g']
    """
    for chunk in chunks:
        for start in range(0, len(chunk), every):
            check()
            yield chunk[start : start + every]


@dataclass(slots=True)
class Checking:
    """What a stream calls before each piece: it asks ``may_read`` of the grant as it stands at that moment.

    ``read`` gives the grant as the records have it. It is called again as soon as this process changed one
    (``changes`` counts), and ten times a second otherwise: reading the records takes longer than sending a piece.
    """

    read: Callable[[], Grant]
    item: Item
    clock: Callable[[], datetime]
    changes: Callable[[], int]
    _grant: Grant | None = None
    _seen: float = 0.0
    _change: int = -1

    def __call__(self) -> None:
        """Nothing when the item may still be read; else :class:`~carreau.errors.Refused`."""
        tick, change = time.monotonic(), self.changes()
        if self._grant is None or change != self._change or tick - self._seen >= _FRESH:
            self._grant, self._seen, self._change = self.read(), tick, change
        may_read(self._grant, self.item, self.clock())
