"""The ledger of the house: what was done, when, each entry chained to the one before by its hash.

An entry is never changed nor erased (the database refuses it), and a change made behind its back breaks the
chain at that entry. The method is that of any hash chain (Haber and Stornetta, 1991): an entry's hash covers
its content and the hash of the entry before, so that the last hash, once given to others, fixes all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from carreau.store.records import Records
from carreau.store.writing import digest_of

GENESIS: Final = "0" * 64
_LAST: Final = "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1"
_LAST_OF: Final = "SELECT facts FROM ledger WHERE verb = ? ORDER BY sequence DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; ``facts`` are JSON values, ``at`` is in UTC, ``hash`` covers all the rest."""

    sequence: int
    at: datetime
    verb: str
    facts: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a verification found: how many entries hold, the hash of the last of them, and where it breaks.

    ``broken_at`` is the sequence of the first entry that does not hold, and ``reason`` says why in French.
    """

    length: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether every entry holds."""
        return self.broken_at is None


class Ledger:
    """The ledger kept in ``records``; several processes may append at once and it stays one chain."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def append(self, verb: str, facts: Mapping[str, Any], at: datetime) -> Entry:
        """The entry now written at the end. ``at`` bears its time zone; ``facts`` hold plain JSON values.

        Raises ``ValueError`` or ``TypeError`` for facts that JSON cannot say (a NaN, an object).
        """
        return self.append_after(verb, lambda _: facts, at)

    def append_after(
        self, verb: str, facts_after: Callable[[Mapping[str, Any] | None], Mapping[str, Any]], at: datetime
    ) -> Entry:
        """The same, for facts that depend on those of the last entry of this verb (None when there is none).

        Nobody appends in between: what is chained to the last entry by ``facts_after`` stays one chain. Others wait
        for it, so it must not last; when it raises, nothing is written.
        """
        if at.tzinfo is None:
            raise ValueError("an entry's time bears its time zone")
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        with self._records.transaction() as connection:
            before = connection.execute(_LAST_OF, (verb,)).fetchone()
            facts = facts_after(json.loads(before["facts"]) if before else None)
            text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            last = connection.execute(_LAST).fetchone()
            sequence, previous = (last["sequence"] + 1, last["hash"]) if last else (1, GENESIS)
            own = digest_of(sequence, moment, verb, text, previous)
            connection.execute(
                "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", (sequence, moment, verb, text, previous, own)
            )
        return Entry(sequence, at.astimezone(UTC), verb, json.loads(text), previous, own)

    def entries(self) -> Iterator[Entry]:
        """Every entry, the oldest first."""
        for row in self._rows():
            at, facts = datetime.fromisoformat(row["at"]), json.loads(row["facts"])
            yield Entry(row["sequence"], at, row["verb"], facts, row["previous"], row["hash"])

    def head(self) -> str:
        """The hash of the last entry; sixty-four zeros when there is none."""
        rows = self._records.rows(_LAST)
        return str(rows[0]["hash"]) if rows else GENESIS

    def verified(self, known: Mapping[int, str] | None = None) -> Chain:
        """What holds of the ledger, and where it breaks when it does.

        ``known`` gives hashes by sequence that others hold (a certificate's, say): entries erased from the
        end, or a chain written anew, show there. Without it, entries erased from the end show as long as
        the database's own counter was left alone.
        """
        length, head = 0, GENESIS
        for row in self._rows():
            reason = _fault(row, length + 1, head, (known or {}).get(length + 1))
            if reason:
                return Chain(length, head, length + 1, reason)
            length, head = length + 1, row["hash"]
        counter = self._records.rows("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'")
        written = max([counter[0]["seq"] if counter else 0, *(known or {})])
        if written > length:
            return Chain(length, head, length + 1, f"les écritures {length + 1} à {written} manquent")
        return Chain(length, head)

    def _rows(self) -> list[Any]:
        """The lines as they are stored, the oldest first."""
        return self._records.rows("SELECT * FROM ledger ORDER BY sequence")


def _fault(row: Any, sequence: int, previous: str, known: str | None) -> str:
    """Why a stored line does not hold, in French; nothing when it does."""
    if row["sequence"] != sequence:
        return f"l'écriture {sequence} manque"
    if row["previous"] != previous:
        return f"l'écriture {sequence} ne suit pas la précédente"
    if row["hash"] != digest_of(sequence, row["at"], row["verb"], row["facts"], previous):
        return f"l'écriture {sequence} a été modifiée"
    if known not in (None, row["hash"]):
        return f"l'écriture {sequence} n'est pas celle qui a été attestée"
    return ""
