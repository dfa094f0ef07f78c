from __future__ import annotations

import errno
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from carreau.counters.cli.failures import home_folder, in_words, report_file, said, system_failure, unforeseen
from carreau.errors import Broken, CarreauError, Missing, Refused, Retry

AT = datetime(2026, 11, 24, 13, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.ENOSPC, "No space left", "profil.xlsx"), Retry, "le disque est plein"),
        (
            PermissionError(errno.EACCES, "Permission denied", "profil.xlsx"),
            Broken,
            "accès refusé à « profil.xlsx »",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file", "profil.xlsx"),
            Missing,
            "« profil.xlsx » n'existe pas",
        ),
        (OSError(errno.EIO, "Input/output error", "profil.xlsx"), Broken, "lire ou écrire « profil.xlsx »"),
        (OSError("sans numéro"), Broken, "sans numéro"),
    ],
)
def test_a_failure_of_the_system_names_the_file_and_what_to_do(
    error: OSError, kind: type[CarreauError], words: str
) -> None:
    told = system_failure(error)
    assert type(told) is kind
    assert words in str(told)
    assert told.advice


def test_what_nobody_foresaw_is_written_in_full_to_a_file(tmp_path: Path) -> None:
    try:
        raise ValueError("des données étranges")
    except ValueError as error:
        report = report_file(error, tmp_path / "incidents", AT, ["profile", "com:69123"])
        told = str(unforeseen(error, report))
    text = report.read_text("utf-8")
    assert report.parent == tmp_path / "incidents"
    assert "Traceback" in text
    assert "carreau profile com:69123" in text
    assert str(report) in told
    assert "ValueError : des données étranges" in told
    assert "Traceback" not in told


def test_a_report_goes_to_the_temporary_folder_when_the_home_refuses_it(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    report = report_file(ValueError(), blocked / "incidents", AT, [])
    assert report.is_file()
    assert report.parent != blocked
    report.unlink()


def test_a_report_that_can_be_written_nowhere_still_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr("tempfile.tempdir", str(blocked))
    report = report_file(ValueError(), blocked / "incidents", AT, [])
    assert report.name.startswith("incident-20261124")
    assert not report.exists()


def test_a_failure_without_message_is_still_named(tmp_path: Path) -> None:
    assert "ValueError : sans message" in str(unforeseen(ValueError(), tmp_path))


def test_an_error_is_said_as_text_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(Refused("la règle X l'interdit", advice="demander autrement"), as_json=False) == 3
    assert capsys.readouterr().err == "Refusé : la règle X l'interdit\n  à faire  : demander autrement\n"


def test_an_error_is_said_as_json_on_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(Missing("il manque un fichier"), as_json=True) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["what"] == "il manque un fichier"


def test_each_failure_becomes_one_message(tmp_path: Path) -> None:
    arguments = ["sources", "--home", str(tmp_path)]
    foreseen = Missing("il manque un fichier")
    assert in_words(foreseen, arguments, AT) is foreseen
    assert type(in_words(OSError(errno.ENOSPC, "No space left", "x"), arguments, AT)) is Retry
    assert in_words(typer.BadParameter("no"), arguments, AT).exit_code == 2
    assert str(tmp_path / "incidents") in in_words(ValueError("?"), arguments, AT).advice


def test_the_home_is_found_without_opening_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREAU_HOME", "maison")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home_folder(["sources", "--home", "ici"]) == Path("ici")
    assert home_folder(["sources"]) == Path("maison")
    monkeypatch.delenv("CARREAU_HOME")
    assert home_folder([]) == tmp_path / "carreau"
