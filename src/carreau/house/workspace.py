"""A workspace on disk: the files, tables and records of one home, and the key it signs with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import carreau
from carreau.errors import Broken
from carreau.store import Blobs, Ledger, Records, Shelf, Tables, digest_of

VARIABLE: Final = "CARREAU_HOME"
_ROOMS: Final = ("sources", "places", "products", "guard", "store")


@dataclass(frozen=True, slots=True)
class Workspace:
    """The rooms of a home on disk: published files, kept tables and encoded files, the ledger, the keys."""

    root: Path
    shelf: Shelf
    tables: Tables
    blobs: Blobs
    ledger: Ledger
    keys: Path


def workspace_at(root: Path | str | None) -> Workspace:
    """The workspace at ``root``, else at ``CARREAU_HOME``, else in the user's data folder; made when absent."""
    chosen = root or os.environ.get(VARIABLE) or _user_folder()
    path = Path(chosen).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Broken(
            "le dossier de travail ne peut pas être créé",
            given=str(path),
            expected="un dossier où l'on peut écrire",
            advice="choisir un autre dossier avec --home, ou CARREAU_HOME",
        ) from error
    records = Records(path / "records.sqlite")
    return Workspace(
        path,
        Shelf(path, records),
        Tables(path / "tables"),
        Blobs(path / "blobs"),
        Ledger(records),
        path / "keys",
    )


def _user_folder() -> Path:
    """Where a user's data belongs on this system."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "carreau"


@cache
def code_digest() -> str:
    """The digest of all that decides a table besides the files it is made from: the code and facts of the rooms."""
    package = Path(carreau.__file__).parent
    files = sorted(
        path
        for room in _ROOMS
        for path in (package / room).rglob("*")
        if path.suffix in {".py", ".toml", ".md"} and "tests" not in path.parts
    )
    return digest_of([(str(path.relative_to(package)), path.read_bytes()) for path in files])
