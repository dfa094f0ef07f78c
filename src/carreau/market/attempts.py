"""Failed tries, counted so that guessing is slow, and so that nobody can lock somebody else out.

Failures count against a pair, the name and the client that tried it: the rightful person, from elsewhere, is not
kept out by them. Failures of one client over all names count too. Beyond a free number, each failure doubles the
wait. A try that comes too early is not read at all: it tells nothing, and lengthens nothing.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from carreau.market.refusals import TooManyTries
from carreau.market.settings import certain, stamp, table
from carreau.store import Records

_SET: Final = table("attempts")
_FAILED: Final = """
    INSERT INTO attempts VALUES (?, 1, ?)
    ON CONFLICT (key) DO UPDATE SET failures = failures + 1, failed_at = excluded.failed_at
"""


def wait_after(failures: int, free: int) -> int:
    """The seconds to wait after so many failures, ``free`` of which cost nothing.

    >>> [wait_after(failures, 5) for failures in (0, 4, 5, 6, 7, 40)]
    [0, 0, 2, 4, 8, 900]
    """
    if failures < free:
        return 0
    return int(min(_SET["first_wait_seconds"] * 2 ** min(failures - free, 30), _SET["longest_wait_seconds"]))


@dataclass(frozen=True, slots=True)
class Attempts:
    """The failed tries that the records keep, under digests of who tried what."""

    records: Records

    def counted(self, name: str, client: str, now: datetime) -> None:
        """Count a try as failed before it is read, so that many at once are as slow as one after the other.

        :class:`TooManyTries`, and nothing counted, when the wait after the failures before is not over.
        """
        keys, forgotten = _keys(name, client), stamp(now - timedelta(seconds=_SET["forgotten_after_seconds"]))
        with self.records.transaction() as connection:
            connection.execute("DELETE FROM attempts WHERE failed_at < ?", (forgotten,))
            for key, free in keys:
                row = connection.execute("SELECT * FROM attempts WHERE key = ?", (key,)).fetchone()
                passed = (now - certain(row["failed_at"])).total_seconds() if row else 0.0
                left = wait_after(row["failures"], free) - max(passed, 0.0) if row else 0.0
                if left > 0:
                    raise TooManyTries(math.ceil(left))
            for key, _ in keys:
                connection.execute(_FAILED, (key, stamp(now)))

    def succeeded(self, name: str, client: str) -> None:
        """The try was right after all: the pair starts anew, and the client has one failure less."""
        (pair, _), (alone, _) = _keys(name, client)
        with self.records.transaction() as connection:
            connection.execute("DELETE FROM attempts WHERE key = ?", (pair,))
            connection.execute("UPDATE attempts SET failures = max(failures - 1, 0) WHERE key = ?", (alone,))


def _keys(name: str, client: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """The two counters of a try, each with its free failures: the pair, and the client alone."""
    pair = hashlib.sha256(f"pair\0{name}\0{client}".encode()).hexdigest()
    alone = hashlib.sha256(f"client\0{client}".encode()).hexdigest()
    return (pair, _SET["free"]), (alone, _SET["free_of_one_client"])
