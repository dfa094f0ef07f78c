"""The sources of the house, found by their ``source.toml``, and the reading of a fetched file by its own source."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType

import pyarrow as pa

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Source, Sourced, source_of

_ROOM = Path(__file__).parent


def catalogue(*rooms: Path) -> Mapping[str, Source]:
    """Every declared source by its identifier, in alphabetical order; one entry per folder with a ``source.toml``.

    ``rooms`` are further folders to look in (a seller's own sources, a test's toy source).
    """
    folders = sorted(path.parent for room in (_ROOM, *rooms) for path in room.glob("*/source.toml"))
    return MappingProxyType({folder.name: source_of(folder) for folder in folders})


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The tables of a fetched file, read by the ``read.py`` of its source and conformed to its declared schemas.

    :class:`~carreau.errors.Broken` names the file when a column of it holds what its reader does not expect.
    """
    reader: Callable[[Fetched], tuple[Sourced, ...]] = _reader(file.source.folder).read
    try:
        return reader(file)
    except pa.ArrowException as error:
        raise Broken(
            f"{file.name} n'a pas le contenu attendu",
            given=str(error).partition("\n")[0][:120],
            expected=f"le fichier {file.published.name} ({file.published.vintage})",
            advice="vérifier que le fichier est bien celui du millésime déclaré",
        ) from error


@cache
def _reader(folder: Path) -> ModuleType:
    """The module ``read.py`` of a source folder, imported by its place in the package or by its path."""
    name = f"carreau.sources.{folder.name}.read"
    if folder.parent == _ROOM:
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(f"carreau_source_{folder.name}", folder / "read.py")
    if spec is None or spec.loader is None:  # pragma: no cover # a .py path always has a loader
        raise ImportError(str(folder))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
