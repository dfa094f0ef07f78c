"""The reading of a file in a process of its own: its memory and its time are bounded, and it has no other file open.

Checks alone do not stop a file made to exhaust a machine: a page of a Parquet, a cell, a name may each unfold without
end before any count is made. What happens in the other process can only end that process.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from carreau.errors import Broken, CarreauError, Refused, Retry
from carreau.sources.brought.bounds import BOUNDS, Bounds
from carreau.sources.brought.reading import table_in

_KINDS: Final = {kind.__name__: kind for kind in (Broken, Refused, Retry)}
_WORDS: Final = ("what", "given", "expected", "advice")
_TOLD: Final = ("PATH", "PYTHONPATH", "LANG", "SYSTEMROOT", "TMPDIR")
_MARGIN: Final = 30  # seconds of the clock beside those of the processor: the machine may be busy


def read_apart(path: Path, name: str, bounds: Bounds = BOUNDS) -> tuple[pa.Table, tuple[str, ...]]:
    """The table in the file at ``path`` and the remarks of :func:`~carreau.sources.brought.reading.table_in`, and its
    errors; :class:`~carreau.errors.Refused` too when reading it takes more memory or time than ``bounds`` give.
    """
    with tempfile.TemporaryDirectory(prefix="carreau-") as folder:
        out = Path(folder) / "table.arrow"
        asked = json.dumps([str(path.resolve()), name, str(out), *_bounds(bounds)])
        try:
            ended = subprocess.run(
                [sys.executable, "-m", __name__],
                input=asked.encode(), capture_output=True, check=False, cwd=folder, env=_environment(),
                timeout=bounds.seconds + _MARGIN,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise _exhausting(name) from error
        if ended.returncode:
            raise _exhausting(name)
        said = json.loads(ended.stdout)
        if "kind" in said:
            raise _KINDS[said["kind"]](said["what"], **{word: said[word] for word in _WORDS[1:]})
        with out.open("rb") as file:
            table = pa.ipc.open_file(file).read_all()
    return table, tuple(said["remarks"])


def _bounds(bounds: Bounds) -> list[int]:
    """The bounds, in the order of their fields."""
    return [getattr(bounds, field) for field in Bounds.__slots__]


def _environment() -> dict[str, str]:
    """What the other process is told of this machine: where Python is, no secret, and one thread for each library."""
    kept = {name: value for name, value in os.environ.items() if name in _TOLD or name.startswith("COV")}
    return {**kept, "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}


def _exhausting(name: str) -> Refused:
    """The refusal of a file that ended the process that read it."""
    return Refused(
        f"« {name} » demande trop de mémoire ou de temps pour être lu",
        given="la lecture a été arrêtée",
        expected="un tableau ordinaire : une ligne par lieu, des cellules courtes",
        advice="n'en garder que les colonnes utiles et l'enregistrer de nouveau en CSV",
    )


def main() -> None:
    """Read the file that the standard input names, write its table, and say on the standard output how it went."""
    path, name, out, *numbers = json.load(sys.stdin)
    bounds = Bounds(*numbers)
    _bind(bounds)
    said: dict[str, Any]
    try:
        table, remarks = table_in(Path(path), name, bounds)
        with pa.OSFile(out, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        said = {"remarks": remarks}
    except CarreauError as error:
        facts = error.as_dict()
        said = {"kind": type(error).__name__, **{word: facts[word] for word in _WORDS}}
    json.dump(said, sys.stdout)


def _bind(bounds: Bounds) -> None:
    """Bound the memory, the time and the files of this process, where the system knows how."""
    with contextlib.suppress(ImportError):
        import resource  # absent from Windows

        resource.setrlimit(resource.RLIMIT_AS, (bounds.memory, bounds.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (bounds.seconds, bounds.seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * bounds.unfolded, 2 * bounds.unfolded))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
