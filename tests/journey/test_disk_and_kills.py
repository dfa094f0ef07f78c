"""A full or closed disk, a killed run, two runs at once: nothing is lost, nothing is half-written."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import carreau

Mount = Callable[[Path, str], Callable[[str], None]]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """``mount(folder, options)``: a small disk of memory at ``folder``; what it returns mounts it otherwise."""
    mounted: list[Path] = []
    tool = shutil.which("mount")

    def remount(folder: Path, options: str) -> None:
        subprocess.run([str(tool), "-o", f"remount,{options}", str(folder)], check=True, capture_output=True)

    def mount_at(folder: Path, options: str) -> Callable[[str], None]:
        if tool is None or os.geteuid() != 0:
            pytest.skip("un petit disque ne peut être monté que par l'administrateur de la machine")
        folder.mkdir(exist_ok=True)
        command = [tool, "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("cette machine ne laisse pas monter un petit disque")
        mounted.append(folder)
        return lambda options: remount(folder, options)

    yield mount_at
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)


@pytest.mark.parametrize("name", ["profil.parquet", "profil.csv", "profil.xlsx"])
def test_a_full_disk_leaves_no_half_file_where_one_writes(house: Any, mount: Mount, name: str) -> None:
    remount = mount(house.folder, "size=64k")
    house.assert_refused(house.profile(name=name), 1, "disque", str(house.folder), "libérer de la place")
    remount("size=64m")
    assert house.profile(name=name).code == 0
    assert house.run("verify", house.folder / name).code == 0


@pytest.mark.parametrize("size", ["300k", "2m"])
def test_a_home_on_a_full_disk_says_so_and_goes_on_once_there_is_room(
    house: Any, mount: Mount, first: pa.Table, size: str
) -> None:
    shutil.rmtree(house.home)
    remount = mount(house.home, f"size={size}")
    answer = house.profile()
    house.assert_refused(answer, 1, "place")
    assert answer.err.startswith("Réessayer")
    remount("size=64m")
    assert house.profile().code == 0
    assert house.table().equals(first)


def test_a_home_that_cannot_be_written_is_named(house: Any, mount: Mount, tmp_path: Path) -> None:
    closed = type(house)(tmp_path / "fermée", house.mirror, house.folder)
    remount = mount(closed.home, "size=64m")
    shutil.copytree(house.home, closed.home, dirs_exist_ok=True)
    remount("ro")
    answer = closed.profile()
    closed.assert_refused(answer, 1, "--home")
    assert str(closed.home) in answer.err


def test_a_home_that_is_a_file_is_named(house: Any, tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("à moi")
    other = type(house)(tmp_path / "fichier", house.mirror, house.folder)
    house.assert_refused(other.profile(), 1, str(tmp_path / "fichier"))


def made(home: Path, room: str) -> int:
    """How many files a home holds in one of its rooms."""
    return sum(path.is_file() for path in (home / room).rglob("*"))


def test_a_run_killed_at_any_moment_leaves_a_home_that_gives_the_same_table(house: Any, first: pa.Table) -> None:
    shutil.rmtree(house.home)
    for room, number in (("files", 3), ("files", 15), ("tables", 2), ("tables", 20), ("blobs", 20)):
        run = house.started("profile", "com:96001", "--mirror", house.mirror, "-o", house.folder / "profil.parquet")
        while made(house.home, room) < number and run.poll() is None:
            time.sleep(0.002)
        run.kill()
        run.communicate()
        assert run.returncode == -signal.SIGKILL
    assert house.profile().code == 0
    assert house.table().equals(first)
    assert house.run("verify", house.folder / "profil.parquet").code == 0
    assert all(entry["holds"] for entry in ledger(house))


def ledger(house: Any) -> list[dict[str, Any]]:
    """What the home wrote in its ledger."""
    return carreau.open(house.home).ledger()


def test_two_runs_at_once_in_one_home_give_the_same_table_and_one_chain(house: Any, first: pa.Table) -> None:
    shutil.rmtree(house.home)
    names = ("un.parquet", "deux.parquet")
    runs = [
        house.started("profile", "com:96001", "--mirror", house.mirror, "-o", house.folder / name) for name in names
    ]
    for run in runs:
        _, err = run.communicate(timeout=300)
        assert run.returncode == 0, err
    for name in names:
        assert house.table(name).equals(first)
        assert house.run("verify", house.folder / name).code == 0
    entries = ledger(house)
    assert all(entry["holds"] for entry in entries)
    assert [entry["verb"] for entry in entries].count("deliver") == 2
    assert house.leftovers() == []


@pytest.mark.parametrize("room", ["tables", "blobs"])
def test_what_is_kept_and_damaged_is_made_again(house: Any, first: pa.Table, room: str) -> None:
    for path in (house.home / room).iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    house.assert_still_serves(first)


def test_a_home_where_an_older_version_kept_its_tables_is_served_from_its_files(house: Any, first: pa.Table) -> None:
    for room in ("tables", "blobs"):
        for path in list((house.home / room).iterdir()):
            key, digest, suffix = path.name.split(".")
            path.rename(path.with_name(f"{key[::-1]}.{digest}.{suffix}"))
    house.assert_still_serves(first)


def test_a_published_file_altered_in_the_home_is_not_trusted(house: Any, first: pa.Table) -> None:
    (path,) = (house.home / "files").rglob("*evol-struct-pop*.zip")
    path.write_bytes(path.read_bytes()[:500])
    assert house.profile().code == 0
    assert house.table().equals(first)
    assert path.stat().st_size > 500


def test_the_records_of_a_newer_version_are_left_alone(house: Any) -> None:
    records = house.home / "records.sqlite"
    with sqlite3.connect(records) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    house.assert_refused(house.profile(), 1, "version plus récente", "--home")


def test_records_that_are_no_records_are_named(house: Any) -> None:
    for path in house.home.glob("records.sqlite*"):
        path.unlink()
    (house.home / "records.sqlite").write_bytes(b"ceci n'est pas un registre" * 100)
    house.assert_refused(house.profile(), 1, "records.sqlite")
