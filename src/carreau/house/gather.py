"""Fetch and read: the files that a product wants, kept as published, and their tables, read once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Final

from carreau.errors import Broken, Missing
from carreau.house.watch import Watcher
from carreau.house.workspace import Workspace, code_digest
from carreau.places.remarks import agreed
from carreau.products import Handed, Hands, Input, Wanted
from carreau.sources import Fetched, Published, Source, read
from carreau.sources.mirror import Mirror
from carreau.sources.transfer import Transfer, fetched
from carreau.store import digest_of

Clock = Callable[[], datetime]
READERS: Final = 2  # files read at once: the readers of tables free the interpreter's lock


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Gets the published files of sources into a workspace, from a mirror or from their publishers, and reads them."""

    sources: Mapping[str, Source]
    workspace: Workspace
    mirror: Mirror | None
    clock: Clock

    def files(self, wanted: Wanted) -> tuple[Fetched, ...]:
        """The files that an input is made from: those of its first pattern that has any.

        Optional inputs come from the mirror or from what rests already; required ones may be downloaded too.
        :class:`~carreau.errors.Missing` when a required input is nowhere.
        """
        source = self.sources[wanted.source]
        for download in (False, True) if wanted.required and self.mirror is None else (False,):
            for pattern in wanted.files:
                found = self._matching(source, pattern, many=wanted.many, download=download)
                if found:
                    return found
        if wanted.required:
            raise _nowhere(source, wanted, self.mirror)
        return ()

    def _matching(self, source: Source, pattern: str, *, many: bool, download: bool) -> tuple[Fetched, ...]:
        """The files of the first published entry whose key matches ``pattern``; with ``many``, of all that do.

        Choices within a pattern are joined by ``|``.
        """
        found: list[Fetched] = []
        for published in source.files:
            if any(fnmatchcase(published.key, choice) for choice in pattern.split("|")):
                found += self.published(source, published, download=download)
                if found and not many:
                    break
        return tuple(found)

    def published(self, source: Source, published: Published, *, download: bool) -> tuple[Fetched, ...]:
        """The files of one published entry, empty when it is nowhere."""
        transfer = Transfer(self.workspace.shelf, self.clock, self.mirror, online=download)
        try:
            return fetched(source, published, transfer)
        except Missing:
            return ()

    def handed(self, wanted: Wanted, files: tuple[Fetched, ...]) -> tuple[Handed, ...]:
        """The tables that an input hands to its product, one per file that holds it."""
        return tuple(
            Handed(
                Input(file.source.id, file.name, file.digest, file.published.vintage, file.status),
                file,
                partial(self.workspace.tables.read, _key(file, wanted.table)),
                tuple(remarks),
            )
            for file in files
            for name, remarks in self.tables(file).items()
            if name == wanted.table
        )

    def tables(self, file: Fetched) -> dict[str, list[str]]:
        """The tables read from a file, each with its remarks; read once, then kept."""
        kept = self.workspace.blobs.kept(_key(file, "tables"), ".json", partial(self._read, file))
        found: dict[str, list[str]] = json.loads(kept.read_text("utf-8"))
        if all(self.workspace.tables.holds(_key(file, name)) for name in found):
            return found
        self._read(file, None)
        return found

    def _read(self, file: Fetched, index: Path | None) -> None:
        """Read a file, keep its tables, and write the index of them.

        An unreadable file gives its place back to the one that rested before it: what served still serves.
        """
        try:
            tables = read(file)
        except (Broken, Missing):
            self.workspace.shelf.withdrawn(file.source.id, file.published.key, file.digest)
            raise
        for table in tables:
            self.workspace.tables.keep(_key(file, table.name), table.table)
        if index is not None:
            index.write_text(
                json.dumps({table.name: list(table.remarks) for table in tables}, ensure_ascii=False), "utf-8"
            )


def hands_of(wanted: tuple[Wanted, ...], gatherer: Gatherer, watcher: Watcher) -> Hands:
    """What a product is handed: for each alias, its tables in order of preference, fetched then read."""
    watcher.started("fetch", "fichiers publiés", len(wanted))
    files = {}
    for entry in wanted:
        files[entry.alias] = gatherer.files(entry)
        watcher.advanced()
    number = len({file.digest for group in files.values() for file in group})
    watcher.ended(agreed(number, "fichier{s}"))
    different = {(file.source.id, file.published.key, file.name): file for group in files.values() for file in group}
    watcher.started("fetch", "lecture des tables", len(different))
    with ThreadPoolExecutor(READERS) as pool:
        for _ in pool.map(gatherer.tables, different.values()):
            watcher.advanced()
    hands = {entry.alias: gatherer.handed(entry, files[entry.alias]) for entry in wanted}
    watcher.ended(agreed(sum(len(group) for group in hands.values()), "table{s}"))
    return hands


def read_remarks(hands: Hands) -> tuple[str, ...]:
    """What the readers met in the files that were handed over, each sentence after the name of its file."""
    handed = (entry for entries in hands.values() for entry in entries)
    return tuple(dict.fromkeys(f"{entry.input.name} : {remark}" for entry in handed for remark in entry.remarks))


def _key(file: Fetched, table: str) -> str:
    """The key of a table of a file: the bytes it is read from, its layout, and the code that reads it."""
    return digest_of(table, file.digest, file.source.id, file.published.key, code_digest())


def _nowhere(source: Source, wanted: Wanted, mirror: Mirror | None) -> Missing:
    """The error for a required input that is nowhere."""
    names = [
        published.name
        for published in source.files
        if any(fnmatchcase(published.key, choice) for pattern in wanted.files for choice in pattern.split("|"))
    ]
    return Missing(
        f"il manque un fichier de « {source.title} »",
        given=f"cherché dans {mirror.given}" if mirror else "rien dans le dossier de travail",
        expected=f"l'un des fichiers {', '.join(names[:4])}",
        advice="donner un dossier qui le contient avec --mirror DOSSIER",
    )
