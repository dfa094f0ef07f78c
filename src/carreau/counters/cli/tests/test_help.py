from __future__ import annotations

import pytest

from carreau.counters.cli.application import run


def help_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is printed for the given arguments."""
    assert run(arguments) == 0
    return capsys.readouterr().out


def test_the_help_lists_the_verbs_of_the_journey(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(capsys, "--help")
    assert text.startswith("Usage : carreau [OPTIONS] COMMANDE ...")
    listed = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line.split()]
    assert {"profile", "fetch", "refine", "build", "release", "deliver", "show", "verify"} <= set(listed)


def test_no_command_at_all_gives_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert help_of(capsys) == help_of(capsys, "-h")


@pytest.mark.parametrize("command", ["profile", "fetch", "show", "sources", "town", "completion"])
def test_the_help_of_a_command_shows_its_common_options(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = help_of(capsys, command, "--help")
    assert text.startswith(f"Usage : carreau {command} [OPTIONS]")
    for option in ("--home DOSSIER", "--mirror DOSSIER|URL", "--json", "-q, --quiet"):
        assert option in text


def test_the_help_speaks_french_only(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [help_of(capsys, *command, "--help") for command in ([], ["profile"], ["town"])]
    for english in (
        "Usage:",
        "Options:",
        "Commands",
        "Show this",
        "default:",
        "required",
        "Install completion",
    ):
        assert not any(english in text for text in texts)


def test_a_default_and_a_variable_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(help_of(capsys, "town", "--help").split())
    assert "[par défaut : 30000]" in text
    assert "[variable CARREAU_HOME]" in text


def test_an_argument_that_may_be_left_out_is_in_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    assert help_of(capsys, "fetch", "--help").startswith("Usage : carreau fetch [OPTIONS] [SOURCE]...")


def test_the_help_fits_in_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["profile"], ["deliver"], ["show"]):
        assert max(map(len, help_of(capsys, *command, "--help").splitlines())) <= 104
