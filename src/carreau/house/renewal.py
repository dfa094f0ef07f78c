"""What a server shows, kept true while it runs: the releases that arrive in its home, the files it no longer reads."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from carreau.house.home import Home
from carreau.house.reading_finding import warmed
from carreau.house.reading_kept import kept_among
from carreau.house.served import FOLDER, STATION, Served, served
from carreau.house.watch import SILENT

UNREAD: Final = 30 * 86_400.0  # seconds without being read or written, after which what can be made again is removed


@dataclass(slots=True)
class Renewal:
    """The releases of a home, looked at from time to time for what ``shown`` should be replaced by.

    A release is looked at once the folder has stood still between two looks: the levels of a profile are released one
    after another, and none is then made twice. The first look reads all that rests there: a release may have arrived
    while ``shown`` was being opened. Not shared between threads.
    """

    home: Home
    shown: Served
    _seen: frozenset[str] = field(default=frozenset(), init=False)
    _arrived: frozenset[str] = field(default=frozenset(), init=False)

    def found(self) -> Served | None:
        """What is to be shown from now on, ready to answer fast; None as long as nothing has to change."""
        names = self._names()
        still, self._arrived = names == self._arrived, names
        if not still or names == self._seen:
            return None
        fresh, self._seen = names - self._seen, names
        if not self._concerns(fresh):
            return None
        later = served(self.home, self.shown.territory, self.shown.product, SILENT)
        self._seen = self._arrived = self._names()  # with the levels that were made for it
        if later.version == self.shown.version:
            return None
        warmed(later, SILENT)
        self.shown = later
        return later

    def _names(self) -> frozenset[str]:
        """The names of the releases that rest in the home."""
        return frozenset(path.name for path in (self.home.root / "blobs").glob("*.parquet"))

    def _concerns(self, names: frozenset[str]) -> bool:
        """Whether one of these files is a release of what is shown, later than the stations shown, and not shown."""
        levels, wanted = self.shown.levels.kept, (self.shown.product, self.shown.territory)
        shown = {one.path for one in levels.values()}
        kept = kept_among(self.home.root / "blobs" / name for name in names)
        later = (one for one in kept if one.made_at > levels[STATION].made_at and one.path not in shown)
        return any((one.product, one.territory) == wanted for one in later)


def unread_removed(home: Home, older: float = UNREAD) -> int:
    """How many files made for serving were removed: those that nobody has read or written for ``older`` seconds.

    Only what can be made again goes: releases, published files and records stay. A server that still reads one of
    these files goes on reading it.
    """
    removed, limit = 0, time.time() - older
    for path in _made_for_serving(home.root / FOLDER):
        with suppress(OSError):  # another server may remove it at the same time
            found = path.stat()
            if max(found.st_atime, found.st_mtime) < limit:
                path.unlink()
                removed += 1
    return removed


def _made_for_serving(folder: Path) -> list[Path]:
    """The files of a folder, and of those that it holds."""
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
