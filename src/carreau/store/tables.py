"""A session in which tables are joined and summed as lazy expressions, whatever engine runs them.

The engine is chosen by URL; no engine's name or type goes out of this module. Expressions are those of Ibis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import pyarrow as pa

from carreau.errors import Broken, Missing, Refused, Unknown

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Room:
    """What a session may use: ``memory`` in bytes, ``threads``, a ``spill`` folder, ``folders`` to read."""

    memory: int = 4 << 30
    threads: int = 2
    spill: Path | None = None
    folders: tuple[Path, ...] = ()


class Session:
    """An open session; close it, or use it as a context manager.

    It touches no file outside the folders of its :class:`Room` and its spill, loads no extension and opens no
    connection, and these settings are locked: an expression reaches no further than the tables it is given.

    >>> with Session() as session:
    ...     numbers = session.table(pa.table({"n": [1, 2, 3]}), "numbers")
    ...     session.arrow(numbers.n.sum().name("total").as_table()).to_pylist()
    [{'total': 6}]
    """

    def __init__(self, url: str = "duckdb://", room: Room | None = None) -> None:
        self._room = room or Room()
        engine = urlsplit(url).scheme
        if engine != "duckdb":
            raise Unknown.named(engine or url, "moteur de calcul", ["duckdb"], "écrire duckdb://")
        self._backend = _embedded(self._room)

    def table(self, given: Path | pa.Table, name: str) -> ir.Table:
        """The Parquet file or the table ``given``, as an expression called ``name``; a same name is replaced.

        :class:`~carreau.errors.Missing` for a file that is not there, :class:`~carreau.errors.Refused` for
        one outside the folders of the room, :class:`~carreau.errors.Broken` for one that is no Parquet.
        """
        if isinstance(given, Path):
            return self._file(given.resolve(), name)
        self._backend.con.register(name, given)
        return self._backend.table(name)

    def _file(self, path: Path, name: str) -> ir.Table:
        """A Parquet file as an expression."""
        if not path.is_file():
            advice = "lancer l'étape qui le produit"
            raise Missing(f"le fichier {path.name} n'est pas là", given=str(path), advice=advice)
        if not any(path.is_relative_to(folder.resolve()) for folder in self._room.folders):
            raise Refused(
                f"la lecture de {path.name} n'est pas permise ici",
                given=str(path),
                expected="un fichier du dossier de travail",
                advice="passer par « carreau fetch », qui copie le fichier dans le dossier de travail",
            )
        import duckdb

        try:
            return self._backend.read_parquet(path, table_name=name)
        except duckdb.Error as error:
            raise Broken(
                f"{path.name} n'est pas un fichier Parquet lisible", given=str(error).partition("\n")[0],
                advice="relancer l'étape qui le produit",
            ) from error

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """The table that an expression says, computed now."""
        return self._backend.to_pyarrow(expression.as_table())

    def close(self) -> None:
        """End the session, and forget its tables."""
        self._backend.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _embedded(room: Room) -> Any:
    """The engine that runs inside this process, locked."""
    import ibis  # late: a third of a second that most commands do not need

    settings: dict[str, object] = {
        "memory_limit": f"{room.memory}B",
        "threads": room.threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    if room.spill is not None:
        settings["temp_directory"] = str(room.spill)
    backend = ibis.duckdb.connect(**settings)
    backend.raw_sql(f"SET allowed_directories = {_listed(room.folders)}")
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")
    return backend


def _listed(folders: Sequence[Path]) -> str:
    """Folders as a list literal."""
    names = (str(folder.resolve()).replace("'", "''") + "/" for folder in folders)
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"
