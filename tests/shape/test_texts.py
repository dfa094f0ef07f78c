"""What is written in the tree: no empty description, no machine's path, no suppression without its reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# In two pieces each, so that this file does not hold what it looks for.
MACHINE_FOLDERS = ("work", "root", "home", "tmp/env")
MACHINE_PATHS = [re.compile(rf"(?<![\w.~:/]){'/'}{folder}/") for folder in MACHINE_FOLDERS]
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "index" + "-url"]
SUPPRESSION = re.compile(
    r"#\s*(type: ignore|noqa|pragma: no (?:cover|branch))"
    r"(\[[^\]]*\]|: ?[A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*)?(.*)$"
)
SHORTEST_REASON = 4


def text_of(path: Path) -> str:
    """The text of a file; nothing for a picture or an archive."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def empty_texts(facts: Any, where: str = "") -> Iterator[str]:
    """Where a description, a title or a unit of rows is empty in a declaration."""
    if isinstance(facts, dict):
        for key, value in facts.items():
            if key in {"description", "title", "rows", "publisher", "licence"} and not str(value).strip():
                yield f"{where}.{key}"
            yield from empty_texts(value, f"{where}.{key}")
    elif isinstance(facts, list):
        for index, value in enumerate(facts):
            yield from empty_texts(value, f"{where}[{index}]")


def suppressions(path: Path) -> Iterator[tuple[int, str, str]]:
    """The line, the suppression and the reason of each suppression in a file."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if found := SUPPRESSION.search(line):
            yield number, found[1], found[3].strip(" #-–—:,")


def test_no_declaration_has_an_empty_description(declarations: list[Path], root: Path) -> None:
    empty = [
        f"{path.relative_to(root)}{where}"
        for path in declarations
        for where in empty_texts(tomllib.loads(path.read_text("utf-8")))
    ]
    assert empty == []


def test_an_empty_description_is_seen() -> None:
    assert list(empty_texts({"columns": [{"name": "x", "description": " "}]})) == [".columns[0].description"]


def test_no_tracked_file_names_a_place_of_one_machine(tracked: list[Path], root: Path) -> None:
    found = [
        f"{path.relative_to(root)}: {match[0]}"
        for path in tracked
        for pattern in MACHINE_PATHS
        if (match := pattern.search(text_of(path)))
    ]
    assert found == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_tracked_file_names_a_package_registry(host: str, tracked: list[Path], root: Path) -> None:
    assert [str(path.relative_to(root)) for path in tracked if host in text_of(path)] == []


def test_every_suppression_gives_its_reason(modules: list[Path], root: Path) -> None:
    bare = [
        f"{path.relative_to(root)}:{number} {kind}"
        for path in modules
        if path != Path(__file__)
        for number, kind, reason in suppressions(path)
        if len(reason) < SHORTEST_REASON
    ]
    assert bare == []


def test_the_changelog_has_a_place_for_what_is_coming(root: Path) -> None:
    assert re.search(r"^## Unreleased$", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def test_the_pins_are_exact_and_name_no_address(root: Path) -> None:
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins
    assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[\w.+!]+", line)] == []
