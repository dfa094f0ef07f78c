"""The publishers' files of a home, as published: each kept once under its digest, found again by what it is.

A file rests at ``files/AB/ABCD…/NAME`` under its published name, since many readers go by the suffix. Files
fetched together for one declaration form a batch, recorded at once: a killed fetch leaves the batch before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from carreau.store.records import Records
from carreau.store.writing import disk_errors, file_digest, settled, swept, temporary

_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")
_PARTS: Final = "parts"
_ABANDONED: Final = 30 * 86400.0  # seconds after which an unfinished download is not resumed any more


@dataclass(frozen=True, slots=True)
class Resting:
    """One file at rest: its name, digest, standing, when and from where it came, and the mark of its origin.

    ``mark`` is what told this version of the file at its origin (a date and a size, an ETag): the same mark
    later means that nothing needs to be read again. ``size`` and ``modified`` are those of the file at rest.
    """

    name: str
    digest: str
    status: str
    fetched_at: datetime
    url: str
    mark: str = ""
    size: int = -1
    modified: int = -1


class Shelf:
    """The raw files under ``home/files``, indexed in ``records`` by source and key of the declaration."""

    def __init__(self, home: Path, records: Records) -> None:
        self._folder = home / "files"
        self._records = records
        swept(self._folder / _PARTS)
        swept(self._folder / _PARTS, "*", _ABANDONED)

    @property
    def parts(self) -> Path:
        """The folder of unfinished downloads, which are resumed or discarded, and never read as files."""
        with disk_errors(self._folder):
            (self._folder / _PARTS).mkdir(parents=True, exist_ok=True)
        return self._folder / _PARTS

    def path(self, resting: Resting) -> Path:
        """Where a file rests."""
        return self._folder / resting.digest[:2] / resting.digest / safe_name(resting.name)

    def placed(self, name: str, chunks: Iterable[bytes], needed: int = 0) -> str:
        """The digest under which the bytes of ``chunks`` now rest as ``name``; nothing stays when they fail.

        :class:`~carreau.errors.Retry` with ``needed`` bytes when the disk is full.
        """
        digest = hashlib.sha256()
        with temporary(self.parts, needed) as written:
            with written.open("wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
            return self._settled(written, name, digest.hexdigest())

    def adopted(self, name: str, finished: Path) -> str:
        """The digest under which a finished download, moved from :attr:`parts`, now rests as ``name``."""
        return self._settled(finished, name, file_digest(finished))

    def _settled(self, written: Path, name: str, digest: str) -> str:
        """Move a whole file to its place, unless the same already rests there."""
        place = self._folder / digest[:2] / digest / safe_name(name)
        if place.is_file() and file_digest(place) == digest:
            written.unlink()
        else:
            settled(written, place)
        return digest

    def recorded(self, source: str, key: str, files: Sequence[Resting]) -> tuple[Resting, ...]:
        """The files as now recorded together: from now on, they are what rests for this source and key."""
        states = [(file, self.path(file).stat()) for file in files]
        batch = tuple(replace(file, size=state.st_size, modified=state.st_mtime_ns) for file, state in states)
        with self._records.transaction() as connection:
            last = connection.execute(_LAST, (source, key)).fetchone()[0]
            rows = [(last + 1, source, key, *_stored(file)) for file in batch]
            connection.executemany(_INSERT, rows)
        return batch

    def withdrawn(self, source: str, key: str, digest: str) -> bool:
        """Whether what rests for this source and key is now what rested before, since a file of it is unreadable.

        ``digest`` names that file. Nothing changes when it is not in the last batch, or when no batch came before.
        """
        with self._records.transaction() as connection:
            gone = connection.execute(_WITHDRAW, {"source": source, "key": key, "digest": digest})
            return gone.rowcount > 0

    def resting(self, source: str, key: str) -> tuple[Resting, ...]:
        """The files that rest whole for this source and key; none when any of them is damaged or gone.

        A file whose size and date are those recorded is trusted; any other is read again against its digest.
        """
        rows = self._records.rows(_LATEST, (source, key, source, key))
        found = tuple(_restored({name: row[name] for name in _COLUMNS}) for row in rows)
        return found if all(self._is_whole(file) for file in found) else ()

    def _is_whole(self, file: Resting) -> bool:
        """Whether a file at rest is still the one recorded."""
        path = self.path(file)
        try:
            state = path.stat()
            if (state.st_size, state.st_mtime_ns) == (file.size, file.modified):
                return True
            return state.st_size == file.size and file_digest(path) == file.digest
        except OSError:
            return False


_COLUMNS: Final = tuple(field.name for field in fields(Resting))
_INSERT: Final = (
    f"INSERT INTO shelf (batch, source, key, {', '.join(_COLUMNS)})"
    f" VALUES ({', '.join('?' * (3 + len(_COLUMNS)))})"
)
_LAST: Final = "SELECT coalesce(max(batch), 0) FROM shelf WHERE source = ? AND key = ?"
_WITHDRAW: Final = (
    "DELETE FROM shelf WHERE source = :source AND key = :key AND batch ="
    " (SELECT batch FROM shelf WHERE source = :source AND key = :key AND digest = :digest AND batch ="
    " (SELECT max(batch) FROM shelf WHERE source = :source AND key = :key))"
    " AND batch > (SELECT min(batch) FROM shelf WHERE source = :source AND key = :key)"
)
_LATEST: Final = (
    "SELECT * FROM shelf WHERE source = ? AND key = ? AND batch ="
    " (SELECT max(batch) FROM shelf WHERE source = ? AND key = ?) ORDER BY name"
)


def _stored(file: Resting) -> tuple[object, ...]:
    """A file as its columns are stored."""
    return astuple(replace(file, fetched_at=file.fetched_at.isoformat()))  # type: ignore[arg-type] # text at rest


def _restored(columns: dict[str, Any]) -> Resting:
    """A file out of its columns as they are stored."""
    return Resting(**{**columns, "fetched_at": datetime.fromisoformat(columns["fetched_at"])})


def safe_name(name: str) -> str:
    """A published name as a file name: the last part of it, without what a file system may refuse.

    >>> safe_name("../../etc/passwd"), safe_name("résultats (1).csv"), safe_name("..")
    ('passwd', 'résultats (1).csv', 'fichier')
    """
    base = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    if len(base.encode()) > 200:
        base = base.encode()[-200:].decode(errors="ignore")
    return base or "fichier"
