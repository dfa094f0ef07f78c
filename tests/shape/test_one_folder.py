"""Adding a source, a product or a reading touches one folder: proved with the folders of the how-to pages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from carreau.testing.town import town, written

FILE = re.compile(r"^`src/(carreau/[\w./]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = {
    "add-a-source": "carreau/sources/", "add-a-product": "carreau/products/", "add-a-reading": "carreau/products/"
}  # fmt: skip
SAMPLE = re.compile(r"^```csv\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def folder_of_page(page: Path) -> dict[str, str]:
    """The files that a how-to page tells to write, by their path in the package."""
    return dict(FILE.findall(page.read_text("utf-8")))


@pytest.fixture(scope="module")
def grown(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the folders of the how-to pages in it, and nothing else changed."""
    copy = tmp_path_factory.mktemp("grown")
    ignored = shutil.ignore_patterns("__pycache__", "tests")
    shutil.copytree(root / "src" / "carreau", copy / "carreau", ignore=ignored)
    for page in PAGES:
        for name, text in folder_of_page(root / "docs" / "how-to" / f"{page}.md").items():
            path = copy / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return copy


def said(grown: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """What Python answers with the grown package in the place of the installed one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment = {**inherited, "PYTHONPATH": str(grown), "CARREAU_HOME": str(home), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, text=True, capture_output=True, timeout=300, cwd=grown
    )


def carreau(grown: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """What the command line of the grown package answers."""
    return said(grown, "-c", "from carreau.counters.cli import main; main()", *arguments, home=home)


def test_the_pages_touch_one_folder_each(root: Path) -> None:
    for page, folder in PAGES.items():
        files = folder_of_page(root / "docs" / "how-to" / f"{page}.md")
        assert len(files) >= 3
        assert len({str(Path(name).parent) for name in files}) == 1
        assert all(name.startswith(folder) for name in files)


def test_a_new_source_is_listed(grown: Path, tmp_path: Path) -> None:
    answer = carreau(grown, "sources", "--json", home=tmp_path)
    assert answer.returncode == 0, answer.stderr
    listed = {source["id"]: source for source in json.loads(answer.stdout)}
    assert listed["mairie_ecoles"]["tables"][0]["columns"][3]["unit"] == "élèves"


def test_a_new_product_is_listed(grown: Path, tmp_path: Path) -> None:
    answer = carreau(grown, "products", "--json", home=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "electeurs" in {product["id"] for product in json.loads(answer.stdout)}


def test_a_new_source_and_a_new_product_have_their_pages(grown: Path, tmp_path: Path) -> None:
    pages = tmp_path / "reference"
    answer = said(grown, "-m", "carreau.counters.reference", str(pages), home=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "`eleves`" in (pages / "sources" / "mairie_ecoles.md").read_text("utf-8")
    assert "`part_inscrits`" in (pages / "products" / "electeurs.md").read_text("utf-8")
    assert "mairie_ecoles" in (pages / "sources.md").read_text("utf-8")


def test_a_new_source_is_fetched_and_read(grown: Path, root: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (sample,) = SAMPLE.findall((root / "docs" / "how-to" / "add-a-source.md").read_text("utf-8"))
    (mirror / "ecoles-2025.csv").write_text(sample, "utf-8")
    answer = carreau(grown, "fetch", "mairie_ecoles", "--mirror", str(mirror), "--json", home=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert [file["name"] for file in json.loads(answer.stdout)] == ["ecoles-2025.csv"]
    reading = (
        "import sys, json; from datetime import datetime, UTC; from pathlib import Path\n"
        "from carreau.sources import Fetched, catalogue, read\n"
        "source = catalogue()['mairie_ecoles']\n"
        "path = Path(sys.argv[1])\n"
        "file = Fetched(source, source.files[0], path.name, path, '', 'original', datetime.now(UTC))\n"
        "(schools,) = read(file)\n"
        "print(json.dumps(schools.table.to_pylist()))"
    )
    rows = json.loads(said(grown, "-c", reading, str(mirror / "ecoles-2025.csv"), home=tmp_path).stdout)
    assert [row["eleves"] for row in rows] == [1204, None]
    assert rows[0]["code_ecole"] == "0001"


def test_a_new_product_is_delivered(grown: Path, tmp_path: Path) -> None:
    written(town(people=3_000), tmp_path / "ville")
    out = tmp_path / "electeurs.csv"
    wanted = ("profile", "com:96001", "--product", "electeurs", "-o", str(out))
    answer = carreau(grown, *wanted, "--mirror", str(tmp_path / "ville"), home=tmp_path / "home")
    assert answer.returncode == 0, answer.stderr
    assert out.read_text("utf-8-sig").startswith("bv_id;code_commune;inscrits;part_inscrits;")
    assert carreau(grown, "verify", str(out), home=tmp_path / "home").returncode == 0


def test_a_new_reading_has_its_command_and_its_place_in_the_api(grown: Path, tmp_path: Path) -> None:
    written(town(people=3_000), tmp_path / "ville")
    here = ("--mirror", str(tmp_path / "ville"))
    shown = carreau(grown, "alone", "com:96001", "--above", "20", *here, home=tmp_path / "home")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.replace("\u202f", " ").startswith("Vivre seul, com:96001\nPart : 20\n")
    told = carreau(grown, "alone", "com:96001", "--above", "20", "--json", *here, home=tmp_path / "home")
    rows = json.loads(told.stdout)["rows"]
    assert rows and all(row["part_personnes_seules"] >= 20 for row in rows)
    asking = (
        "import json, sys; from carreau.house import SILENT, open_home\n"
        "from carreau.house.derived import Question\n"
        "from carreau.house.derived_served import derived_facts, served_answer\n"
        "from carreau.house.served import served\n"
        "home = open_home(sys.argv[1], sys.argv[2]); shown = served(home, 'com:96001', 'electoral_profile', SILENT)\n"
        "answer = served_answer(home, shown, Question('alone', 'com:96001', '', {'above': '20'}))\n"
        "print(json.dumps([[one['command'] for one in derived_facts(home, shown)], len(answer['rows'])]))"
    )
    said_ = said(grown, "-c", asking, str(tmp_path / "home"), str(tmp_path / "ville"), home=tmp_path / "home")
    assert said_.returncode == 0, said_.stderr
    commands, count = json.loads(said_.stdout)
    assert "alone" in commands
    assert count == len(rows)
