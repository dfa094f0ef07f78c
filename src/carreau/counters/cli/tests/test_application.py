from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from carreau.counters.cli.application import run

CARREAU = Path(sys.executable).with_name("carreau")


def carreau(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The installed command, run as a user runs it."""
    environment = {**os.environ, "NO_COLOR": "1", **variables}
    return subprocess.run([CARREAU, *arguments], env=environment, text=True, capture_output=True, timeout=60)


def test_the_help_is_quick_and_imports_no_table_library() -> None:
    code = (
        "import sys; sys.argv = ['carreau', '--help']\n"
        "from carreau.counters.cli import run; run(['--help'])\n"
        "tables = {'pyarrow', 'numpy', 'duckdb', 'ibis', 'scipy', 'shapely', 'pandas', 'numba'}\n"
        "heavy = tables & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) if heavy else 0)"
    )
    answer = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=60)
    assert answer.returncode == 0, answer.stderr


def test_the_installed_command_answers_with_its_version() -> None:
    answer = carreau("version")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("carreau ")


@pytest.mark.parametrize("arguments", [["--json", "version"], ["version", "--json"]])
def test_an_option_is_understood_before_and_after_the_name_of_the_command(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"carreau", "python"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["profil"], ["la commande « profil » n'existe pas", "noms proches : profile"]),
        (["profile"], ["il manque TERRITOIRE", "carreau profile --help"]),
        (["profile", "com:69123", "--outptu", "x"], ["l'option « --outptu » n'existe pas", "--output"]),
        (["profile", "com:69123", "-o"], ["l'option « -o » est mal employée"]),
        (["version", "--json=1"], ["l'option « --json » est mal employée"]),
        (["town", "x", "--people", "abc"], ["la valeur donnée à « --people » ne convient pas", "abc"]),
        (
            ["town", "x", "--people", "3"],
            ["la valeur donnée à « --people » ne convient pas", "au moins 1 000"],
        ),
        (["town", "x", "--people=3"], ["la valeur donnée à « --people » ne convient pas"]),
        (["completion", "tcsh"], ["la valeur donnée à « TERMINAL » ne convient pas", "tcsh"]),
        (["version", "un", "deux"], ["la commande n'a pas été comprise", "un deux"]),
        (["-x"], ["l'option « -x » n'existe pas"]),
    ],
)
def test_a_command_that_is_not_understood_says_what_was_expected(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert [word for word in words if word not in err] == []


def test_a_misuse_is_said_as_json_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["profile", "--json"]) == 2
    assert json.loads(capsys.readouterr().err)["what"] == "il manque TERRITOIRE"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_is_written_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert "_CARREAU_COMPLETE" in capsys.readouterr().out


def test_completion_proposes_the_commands() -> None:
    answer = carreau(_CARREAU_COMPLETE="complete_bash", COMP_WORDS="carreau fe", COMP_CWORD="1")
    assert answer.stdout.split() == ["fetch"]


def test_a_reader_that_leaves_early_is_not_an_error() -> None:
    answer = subprocess.run(
        f"'{CARREAU}' --help | head -n 1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="bash",
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_left_is_told_nothing(unbuffered: str) -> None:
    answer = subprocess.run(
        f"'{CARREAU}' version | true; exit ${{PIPESTATUS[0]}}",
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        shell=True,
        executable="bash",
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert (answer.returncode, answer.stderr) == (1, "")


def test_a_terminal_in_another_encoding_gets_plain_letters() -> None:
    answer = carreau(PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Recueille les fichiers des editeurs" in answer.stdout
