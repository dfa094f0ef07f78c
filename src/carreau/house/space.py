"""One's own space: the files that a person brings, read, joined to the places served, kept for that person, deleted.

What is kept of a file is its figures by place and a report of how it was read, in a folder of its own: neither the
file nor the text of its other columns. Nothing of it ever enters a Release; it comes out by the route OWN of the guard.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from carreau.errors import Refused, Retry, Unknown
from carreau.guard.own import GivenBack, Held, given_back, no_item
from carreau.house.gather import Clock
from carreau.house.served import Served
from carreau.house.space_items import Item, Items, items_at
from carreau.house.space_reading import COUNTS, UP, brought, figures_at, known_places

if TYPE_CHECKING:
    from carreau.house.home import Home

MOST: Final = 50  # files in one space
ROWS_MOST: Final = 1000
_READING: Final = threading.BoundedSemaphore(2)
_PATIENCE: Final = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Space:
    """The spaces of all who use a house, over what it serves; every question names who asks."""

    served: Served
    items: Items
    clock: Clock

    def add(self, owner: str, name: str, stream: BinaryIO) -> dict[str, Any]:
        """The report of the file in ``stream``, called ``name``, now kept in the space of ``owner``.

        :class:`~carreau.errors.Refused` when it is too large, of another kind, about persons, or one too many;
        :class:`~carreau.errors.Broken` when it cannot be read or says nothing of where its figures are.
        """
        if len(self.items.of(owner)) >= MOST:
            raise Refused(
                "votre espace est plein", given=f"{MOST} fichiers", expected=f"{MOST} fichiers au plus",
                advice="effacer l'un d'eux, puis recommencer",
            )  # fmt: skip
        with self.items.received(stream) as (path, digest), _turn():
            found = brought(path, name, self.served)
            item = self.items.kept(owner, found.report["name"], digest, self.clock(), found)
        return self._told(item, found.report)

    def list(self, owner: str) -> list[dict[str, Any]]:
        """The files of ``owner``, the latest first: identifier, name, date, rows, level, how many were joined."""
        return [self._told(item, item.facts) for item in self.items.of(owner)]

    def report(self, owner: str, identifier: str) -> dict[str, Any]:
        """How a file was read: columns, key, joined, unmatched with near names, remarks, preview.

        :class:`~carreau.errors.Unknown` when ``owner`` has no such file.
        """
        item = self._item(owner, identifier)
        return self._told(item, self.items.report(item))

    def vector(self, owner: str, identifier: str, column: str, level: str = "") -> bytes:
        """One column of a file as Float32 little-endian, in the order of the places of ``level`` (its own by default).

        :class:`~carreau.errors.Unknown` for a file, a column or a level that is not one of its own.
        """
        return self._given_back(owner, identifier, level)[1].vector(column)

    def rows(self, owner: str, identifier: str, level: str = "", page: tuple[int, int] = (0, 100)) -> dict[str, Any]:
        """The places of ``level`` that have a figure in a file: ``columns``, ``rows`` and their ``total``.

        ``page`` is how many are passed over, then how many are given (:data:`ROWS_MOST` at the most).
        """
        chosen, figures = self._given_back(owner, identifier, level)
        known, filled = known_places(self.served)[chosen], figures.filled()
        offset, limit = max(0, page[0]), max(0, min(page[1], ROWS_MOST))
        rows = [
            {"code": known.codes[row], "nom": known.names[row], "valeurs": list(figures.cells(row).values())}
            for row in filled[offset : offset + limit]
        ]
        return {"columns": list(figures.columns), "rows": rows, "total": len(filled), "level": chosen}

    def delete(self, owner: str, identifier: str) -> None:
        """A file of ``owner`` is gone: its figures, its report and its line; :class:`~carreau.errors.Unknown`."""
        self.items.removed(self._item(owner, identifier))

    def forget(self, owner: str) -> int:
        """All the files of ``owner`` are gone (an account is closed); how many there were."""
        held = self.items.of(owner)
        for item in held:
            self.items.removed(item)
        return len(held)

    def _given_back(self, owner: str, identifier: str, level: str) -> tuple[str, GivenBack]:
        """The figures of a file at a level, as its owner may see them, and that level."""
        item = self._item(owner, identifier)
        levels = self._levels(item.facts)
        chosen = level or levels[0]
        if chosen not in levels:
            raise Unknown.named(level[:40], "niveau", levels, "choisir l'un des niveaux de ce fichier")
        rows, figures = figures_at(self.items.figures(item), chosen, known_places(self.served)[chosen])
        held = Held(item.owner, item.id, bool(item.facts["points"]), rows, figures)
        return chosen, given_back(held, owner, COUNTS)

    def _item(self, owner: str, identifier: str) -> Item:
        """The file of ``owner`` called ``identifier``; another's is as unknown as one that never was."""
        item = self.items.found(identifier)
        if item is None or item.owner != owner:
            raise no_item(identifier)
        return item

    def _levels(self, facts: Mapping[str, Any]) -> Sequence[str]:
        """The levels at which a file can be shown, of those that are served."""
        base = "bureau" if facts["points"] else facts["level"]
        return [level for level in UP[base] if level in self.served.levels]

    def _told(self, item: Item, facts: Mapping[str, Any]) -> dict[str, Any]:
        """What is told of a file."""
        at = item.created_at.isoformat(timespec="seconds")
        return {**facts, "id": item.id, "created_at": at, "levels": list(self._levels(facts))}


@contextmanager
def _turn() -> Iterator[None]:
    """One's turn to have a file read: each reading may take its share of memory, so few go on at once."""
    if not _READING.acquire(timeout=_PATIENCE):
        raise Retry("d'autres fichiers sont en cours de lecture", advice="recommencer dans une minute")
    try:
        yield
    finally:
        _READING.release()


def space_of(home: Home, served: Served) -> Space:
    """The spaces of all who use ``home``, over what it serves."""
    return Space(served, items_at(home.workspace), home.clock)
