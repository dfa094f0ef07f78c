"""Streams that are cut when the right to read them ends: checked before each piece, never only at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from carreau.market.settings import table

PIECE: Final = int(table("stream")["piece_bytes"])


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
