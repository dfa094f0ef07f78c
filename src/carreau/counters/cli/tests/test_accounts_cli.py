"""The commands of accounts, as someone types them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from carreau.counters.cli import run
from carreau.counters.cli.accounts import account_lines

GOOD = "quatre mots sans lien"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARREAU_HOME", str(tmp_path))


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """What comes on the standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))


def test_accounts_are_made_listed_closed_and_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["accounts"]) == 0
    assert "sans se connecter" in capsys.readouterr().out
    for name, role in (("Anne", []), ("Bob", ["--role", "editor"]), ("Chloé", [])):
        typed(monkeypatch, GOOD + "\n")
        assert run(["account-add", name, *role]) == 0
    assert "compte créé : Bob, création" in capsys.readouterr().out
    assert run(["account-disable", "bob"]) == 0
    capsys.readouterr()
    assert run(["accounts", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["role"], each["disabled"]) for each in listed] == [
        ("Anne", "owner", False), ("Bob", "editor", True), ("Chloé", "reader", False),
    ]  # fmt: skip
    assert run(["account-enable", "bob"]) == 0
    assert run(["accounts"]) == 0
    assert "fermé" not in capsys.readouterr().out.partition("nom")[2]


def test_a_new_password_is_given(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, GOOD + "\n")
    run(["account-add", "Anne"])
    typed(monkeypatch, "cinq autres mots sans rapport\r\n")
    assert run(["account-password", "anne"]) == 0
    said = capsys.readouterr()
    assert "mot de passe changé : Anne" in said.out
    assert GOOD not in said.out + said.err
    assert "cinq autres" not in said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "line", "code", "said"),
    [
        (["account-add", "Anne"], "court\n", 3, "trop court"),
        (["account-add", "Anne"], "", 1, "il manque le mot de passe"),
        (["account-add", "Anne", "--role", "reader"], GOOD, 3, "premier compte"),
        (["account-add", "Anne", "--role", "chef"], GOOD, 2, "owner"),
        (["account-password", "Personne"], GOOD, 2, "n'existe pas"),
        (["account-disable", "Personne"], "", 2, "n'existe pas"),
        (["account-add"], "", 2, "NOM"),
    ],
)
def test_what_cannot_be_done_is_said_in_french(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    line: str,
    code: int,
    said: str,
) -> None:
    typed(monkeypatch, line)
    assert run(arguments) == code
    assert said in capsys.readouterr().err


def test_the_last_owner_is_not_closed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed(monkeypatch, GOOD)
    run(["account-add", "Anne"])
    assert run(["account-disable", "anne"]) == 3
    assert "dernier" in capsys.readouterr().err


def test_an_account_is_deleted_once_it_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Anne", "Bob"):
        typed(monkeypatch, GOOD)
        run(["account-add", name])
    assert run(["account-delete", "bob"]) == 3
    assert "le fermer d'abord" in capsys.readouterr().err
    assert run(["account-disable", "bob"]) == 0
    assert run(["account-delete", "bob"]) == 0
    assert "compte supprimé : Bob" in capsys.readouterr().out
    assert run(["account-enable", "bob"]) == 2
    assert "n'existe pas" in capsys.readouterr().err


def test_how_one_signs_in_is_shown() -> None:
    facts = {"name": "Bob", "role": "reader", "method": "oidc", "disabled": True}
    (_, _, line, *_), last = account_lines([facts], 80), account_lines([facts], 80)[-1]
    assert "fournisseur d'identité" in line
    assert line.endswith("fermé")
    assert last == "1 compte"
