"""Files of results written for one test, and read as the source declares them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carreau.sources.catalogue import catalogue, read
from carreau.sources.declare import Fetched, Sourced

Reader = Callable[..., dict[str, Sourced]]


def _fetched(path: Path, key: str, status: str = "original") -> Fetched:
    """The file at ``path`` as the entry ``key`` of the source declares it."""
    source = catalogue()["interieur_results"]
    published = next(file for file in source.files if file.key == key)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Fetched(source, published, path.name, path, digest, status, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="session")
def fetched() -> Callable[..., Fetched]:
    """``fetched(path, key, status)``: the file at ``path`` as the entry ``key`` of the source declares it."""
    return _fetched


@pytest.fixture
def tables(tmp_path: Path) -> Reader:
    """The tables of a file, by name: ``tables(key, bytes)`` writes it first, ``tables(key, path)`` takes it
    as it is.
    """

    def tables_of(key: str, content: bytes | Path, status: str = "original") -> dict[str, Sourced]:
        path = content if isinstance(content, Path) else tmp_path / f"{key}.txt"
        if isinstance(content, bytes):
            path.write_bytes(content)
        return {table.name: table for table in read(_fetched(path, key, status))}

    return tables_of


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The publishers' files in ../shared/data; the test is skipped, with its reason, where they are not."""
    folders = (parent / "shared" / "data" for parent in Path(__file__).parents)
    found = next((folder for folder in folders if folder.is_dir()), None)
    if found is None:
        pytest.skip("le miroir ../shared/data n'est pas là")
    return found
