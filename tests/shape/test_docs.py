"""What the documents say is there, and what is there is in the documents."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import carreau
from carreau.counters.cli import app
from carreau.counters.reference import pages
from carreau.testing.town import town, written

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")
PAGES = ("tutorial", "how-to", "reference", "explanation", "adr")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> carreau.Home:
    """A house in which nothing was fetched."""
    return carreau.open(tmp_path_factory.mktemp("home"))


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of code of a page, in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_reference_is_what_make_docs_would_write(root: Path, home: carreau.Home) -> None:
    folder = root / "docs" / "reference"
    found = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.md")}
    made = pages(home.sources(), home.products())
    assert sorted(found) == sorted(made)
    assert [name for name in made if found[name] != made[name]] == [], "run: make docs"


def test_every_command_is_in_the_reference(root: Path) -> None:
    text = (root / "docs" / "reference" / "commands.md").read_text("utf-8")
    names = [command.name for command in app.registered_commands]
    assert len(names) >= 12
    assert [name for name in names if f"### carreau {name}\n" not in text] == []


def test_every_source_and_each_of_its_columns_is_in_the_reference(root: Path, home: carreau.Home) -> None:
    missing = []
    for source in home.sources():
        text = (root / "docs" / "reference" / "sources" / f"{source['id']}.md").read_text("utf-8")
        columns = [column["name"] for table in source["tables"] for column in table["columns"]]
        missing += [f"{source['id']}.{name}" for name in columns if f"| `{name}` |" not in text]
    assert missing == []


def test_every_product_and_each_of_its_indicators_is_in_the_reference(root: Path, home: carreau.Home) -> None:
    for product in home.products():
        text = (root / "docs" / "reference" / "products" / f"{product['id']}.md").read_text("utf-8")
        names = [indicator["name"] for indicator in product["indicators"]]
        assert [name for name in names if f"| `{name}` |" not in text] == []


def test_every_link_between_documents_leads_somewhere(root: Path) -> None:
    documents = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    broken = [
        f"{document.relative_to(root)} → {target}"
        for document in documents
        for target in LINK.findall(document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("part", PAGES)
def test_the_documents_have_their_four_parts_and_their_decisions(part: str, root: Path) -> None:
    assert any((root / "docs" / part).rglob("*.md"))


def test_the_indicator_of_the_how_to_page_could_be_added(root: Path, home: carreau.Home) -> None:
    (line,) = blocks(root / "docs" / "how-to" / "add-an-indicator.md", "toml")
    ((name, facts),) = tomllib.loads(line).items()
    (product,) = [product for product in home.products() if product["id"] == "electoral_profile"]
    declared = next(entry for entry in product["indicators"] if entry["name"] == "part_femmes")
    (census,) = [source for source in home.sources() if source["id"] == "insee_census"]
    columns = {column["name"] for table in census["tables"] for column in table["columns"]}
    assert name not in {entry["name"] for entry in product["indicators"]}
    assert facts["unit"] == declared["unit"]
    assert {facts[part].partition(".")[2] for part in ("nombre", "base")} <= columns


def test_the_python_of_the_how_to_page_runs(root: Path, tmp_path: Path) -> None:
    written(town(people=3_000), tmp_path / "ville")
    (code,) = blocks(root / "docs" / "how-to" / "use-from-python.md", "python")
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, text=True, capture_output=True, timeout=300
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1] == "valide"


def test_the_readme_begins_with_the_two_commands(root: Path) -> None:
    (makefile, readme) = ((root / name).read_text("utf-8") for name in ("Makefile", "README.md"))
    commands = re.findall(r"^    make (\w+)", readme, re.MULTILINE)
    assert commands[:2] == ["demo", "test"]
    assert all(re.search(rf"^{command}:", makefile, re.MULTILINE) for command in commands)
