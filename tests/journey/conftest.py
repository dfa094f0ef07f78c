"""A small invented town whose profile was made once: each test gets its own copy, and spoils it as it likes."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import carreau
from carreau.counters.cli import run
from carreau.testing.town import town, written

CARREAU = Path(sys.executable).with_name("carreau")
TERRITORY = "com:96001"
KINDS = {1: ("Manquant", "Inutilisable", "Réessayer"), 2: ("Inconnu", "Non compris"), 3: ("Refusé",)}
LABELS = ("reçu", "attendu", "à faire")
Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Answer:
    """What a command answered: its exit code, its output, its messages."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class House:
    """A home at work, the mirror it was made from, and a folder for what it writes."""

    home: Path
    mirror: Path
    folder: Path

    def run(self, *arguments: str | Path) -> Answer:
        """A command answered in this process, by the function behind the installed command."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*map(str, arguments), "--home", str(self.home), "--quiet"])
        return Answer(code, out.getvalue(), err.getvalue())

    def command(self, *arguments: str | Path) -> Answer:
        """A command answered by the installed command, in a process of its own."""
        done = self.started(*arguments)
        out, err = done.communicate(timeout=300)
        return Answer(done.returncode, out, err)

    def started(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """The installed command, at work in a process of its own."""
        quiet = [str(CARREAU), *map(str, arguments), "--home", str(self.home), "--quiet"]
        pipe, environment = subprocess.PIPE, {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
        return subprocess.Popen(quiet, env=environment, text=True, stdout=pipe, stderr=pipe)

    def profile(self, *options: str | Path, name: str = "profil.parquet", territory: str = TERRITORY) -> Answer:
        """The profile of the town written to ``name`` in the folder, from the mirror."""
        return self.run("profile", territory, "--mirror", self.mirror, "-o", self.folder / name, *options)

    def table(self, name: str = "profil.parquet") -> pa.Table:
        """The table written to ``name``, without its certificate, which bears the time."""
        return pq.read_table(self.folder / name).replace_schema_metadata(None)

    def file(self, pattern: str) -> Path:
        """The one file of the mirror whose path ends like ``pattern``."""
        (found,) = self.mirror.rglob(pattern)
        return found

    def change(self, pattern: str, change: Change) -> Path:
        """The file of that pattern, now with its text (that of its main member in an archive) changed."""
        path = self.file(pattern)
        if path.suffix != ".zip":
            path.write_bytes(change(path.read_bytes()))
            return path
        with zipfile.ZipFile(path) as archive:
            held = {info.filename: archive.read(info) for info in archive.infolist()}
        main = next(name for name in held if not name.startswith("meta_"))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in held.items():
                archive.writestr(name, change(content) if name == main else content)
        return path

    def change_table(self, pattern: str, change: Callable[[pa.Table], pa.Table]) -> Path:
        """The Parquet file of that pattern, now with its table changed."""
        path = self.file(pattern)
        pq.write_table(change(pq.read_table(path)), path)
        return path

    def leftovers(self) -> list[str]:
        """What an interrupted writing would have left, in the home and beside what is written."""
        ends = (".part", ".partiel", ".tmp")
        return [str(path) for root in (self.home, self.folder) for path in root.rglob("*") if path.suffix in ends]

    def assert_refused(self, answer: Answer, code: int, *words: str) -> None:
        """The command was refused by one French message that holds ``words``; nothing was written."""
        assert answer.code == code, answer.err
        assert answer.out == ""
        lines = answer.err.splitlines()
        assert 2 <= len(lines) <= 4, answer.err
        assert lines[0].split(" : ")[0] in KINDS[code]
        assert [line.split(":")[0].strip() for line in lines[1:]] == [n for n in LABELS if f"  {n}" in answer.err]
        assert lines[-1].startswith("  à faire"), answer.err
        assert "imprévu" not in answer.err
        for word in words:
            assert word in answer.err, answer.err
        assert list(self.folder.iterdir()) == []
        assert self.leftovers() == []

    def assert_still_serves(self, first: pa.Table) -> None:
        """What the home made before is served as it was, without the mirror."""
        served = carreau.open(self.home).profile(TERRITORY)
        assert served.arrow().replace_schema_metadata(None).equals(first.drop_columns(["geometry"]))


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house where the profile of the town was made once; not to be spoilt: see ``house``."""
    folder = tmp_path_factory.mktemp("settled")
    made = House(folder / "maison", written(town(people=4_000), folder / "ville"), folder)
    answer = made.profile()
    assert answer.code == 0, answer.err
    return made


@pytest.fixture(scope="session")
def first(settled: House) -> pa.Table:
    """The table of the town, made of its files as they were published."""
    return settled.table()


@pytest.fixture
def house(settled: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house of one's own: the settled one, copied with its dates, its mirror and its first profile."""
    for name in ("CARREAU_HOME", "CARREAU_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("maison", "ville"):
        shutil.copytree(settled.folder / name, tmp_path / name)
    (tmp_path / "sortie").mkdir()
    return House(tmp_path / "maison", tmp_path / "ville", tmp_path / "sortie")
