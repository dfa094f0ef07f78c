"""Where the files that people bring rest: a folder for each, a line in the records, and nothing left once deleted.

The line holds no word of the file but its name: the report and the figures are in the folder, which is removed. The
line is erased with what it held (``secure_delete``), and the log of the records is emptied after.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.house.workspace import Workspace
from carreau.places.brought.joined import Joined
from carreau.sources.brought.bounds import BOUNDS, too_much
from carreau.store import Records
from carreau.store.writing import disk_errors

_IDENTIFIER: Final = re.compile(r"[0-9a-f]{32}")
_ABOUT: Final = b"carreau"
_BLOCK: Final = 1 << 16
_LEFT: Final = 86_400  # seconds after which a passing folder belongs to nobody
_SELECT: Final = "SELECT id, owner, name, created_at, digest, facts FROM space_items"


@dataclass(frozen=True, slots=True)
class Item:
    """A file in someone's space: identifier, owner, name, when it was brought, digest of its bytes, a few facts."""

    id: str
    owner: str
    name: str
    created_at: datetime
    digest: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Brought:
    """What is kept of a file: its figures by place, and the report of how it was read."""

    joined: Joined
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Items:
    """The files of all the spaces of a house, in ``folder``."""

    folder: Path
    records: Records

    @contextmanager
    def received(self, stream: BinaryIO) -> Iterator[tuple[Path, str]]:
        """A passing file with the bytes of ``stream``, and their sha256; it is gone at the end of the block.

        :class:`~carreau.errors.Refused` as soon as there are more bytes than are read.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=self.folder) as passing:
            path = Path(passing) / "file"
            with disk_errors(self.folder), path.open("wb") as file:
                digest = _copied(stream, file)
            yield path, digest

    def kept(self, owner: str, name: str, digest: str, at: datetime, found: Brought) -> Item:
        """The item now kept: whole, or not at all."""
        facts = {word: found.report[word] for word in ("name", "rows", "level", "key", "joined", "points")}
        item = Item(secrets.token_hex(16), owner, name, at, digest, facts)
        place = self.folder / item.id
        about = {"level": found.joined.level, "names": found.joined.names, "rules": found.joined.rules}
        try:
            with disk_errors(self.folder):
                place.mkdir(mode=0o700)
                (place / "report.json").write_text(json.dumps(found.report, ensure_ascii=False), "utf-8")
                table = found.joined.table.replace_schema_metadata({_ABOUT: json.dumps(about).encode()})
                pq.write_table(table, place / "figures.parquet", compression="zstd")
            values = (item.id, owner, name, at.isoformat(), digest, json.dumps(facts, ensure_ascii=False))
            with self.records.transaction() as connection:
                connection.execute("INSERT INTO space_items VALUES (?, ?, ?, ?, ?, ?)", values)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return item

    def of(self, owner: str) -> list[Item]:
        """The items of ``owner``, the latest first."""
        rows = self.records.rows(f"{_SELECT} WHERE owner = ? ORDER BY created_at DESC, id", (owner,))
        return [_item(row) for row in rows]

    def found(self, identifier: str) -> Item | None:
        """The item called ``identifier``, whoever owns it; None when there is none."""
        if not _IDENTIFIER.fullmatch(identifier):
            return None
        rows = self.records.rows(f"{_SELECT} WHERE id = ?", (identifier,))
        return _item(rows[0]) if rows else None

    def report(self, item: Item) -> dict[str, Any]:
        """The report of how an item was read."""
        try:
            report: dict[str, Any] = json.loads((self.folder / item.id / "report.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise _damaged(item) from error
        return report

    def figures(self, item: Item) -> Joined:
        """The figures of an item by place."""
        try:
            table = pq.read_table(self.folder / item.id / "figures.parquet")
            about = json.loads(table.schema.metadata[_ABOUT])
            return Joined(about["level"], tuple(about["names"]), tuple(about["rules"]), table)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise _damaged(item) from error

    def removed(self, item: Item) -> None:
        """The item is gone: its folder first, then its line, and what the records still held of it."""
        with disk_errors(self.folder):
            gone = self.folder / f".{item.id}"
            if (self.folder / item.id).exists():
                (self.folder / item.id).replace(gone)
            shutil.rmtree(gone, ignore_errors=True)
        with self.records.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("DELETE FROM space_items WHERE id = ?", (item.id,))
        self.records.rows("PRAGMA wal_checkpoint(TRUNCATE)")


def items_at(workspace: Workspace) -> Items:
    """The files of all the spaces of the house that works in ``workspace``."""
    folder = workspace.root / "space"
    for left in folder.glob(".*"):  # of a process that was killed
        with contextlib.suppress(OSError):
            if left.is_dir() and time.time() - left.stat().st_mtime > _LEFT:
                shutil.rmtree(left, ignore_errors=True)
    return Items(folder, Records(workspace.root / "records.sqlite"))


def _copied(stream: BinaryIO, file: BinaryIO) -> str:
    """The sha256 of the bytes of ``stream``, now in ``file``."""
    total, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > BOUNDS.file:
            raise too_much("son poids", "plus que la limite", f"{BOUNDS.file // 10**6} Mo au plus")
        total.update(block)
        file.write(block)
    return total.hexdigest()


def _item(row: Any) -> Item:
    """The item of a line of the records."""
    at = datetime.fromisoformat(row["created_at"])
    return Item(row["id"], row["owner"], row["name"], at, row["digest"], json.loads(row["facts"]))


def _damaged(item: Item) -> Broken:
    """The error for an item whose folder is not whole."""
    return Broken(
        f"« {item.name} » n'est plus entier", given="un fichier de votre espace manque ou est abîmé",
        expected="les chiffres tels qu'ils ont été lus", advice="l'effacer, puis l'apporter de nouveau",
    )  # fmt: skip
