"""A package says what is public, in few names; no folder or file is called after nothing in particular."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

MOST_NAMES = 10
VAGUE = ("util", "utils", "common", "manager", "helper", "helpers", "misc")


def package_files(root: Path) -> list[Path]:
    """The ``__init__.py`` of every package, tests left out."""
    return sorted(p for p in (root / "src" / "carreau").rglob("__init__.py") if "tests" not in p.parts)


def declared(tree: ast.Module) -> list[str] | None:
    """The names of ``__all__`` in a parsed module, or ``None`` when it has none."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__all__" for t in node.targets):
            return list(ast.literal_eval(node.value))
    return None


def own_names(tree: ast.Module, package: str) -> tuple[set[str], set[str]]:
    """The public names that a package must list, and those that it may: all that it binds.

    It must list what it defines, and what it takes from its own modules without using it: it hands that on.
    """
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    defined: set[str] = set()
    taken: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {target.id for target in targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
            taken |= {alias.asname or alias.name for alias in node.names}
    must = {name for name in defined | (taken - used) if not name.startswith("_")}
    return must, defined | taken


def test_all_names_exactly_the_public_names(root: Path) -> None:
    wrong = {}
    for path in package_files(root):
        tree = ast.parse(path.read_text("utf-8"))
        package = ".".join(path.parent.relative_to(root / "src").parts)
        (must, may), listed = own_names(tree, package), set(declared(tree) or [])
        if not must <= listed <= may:
            wrong[package] = sorted((must - listed) | (listed - may))
    assert wrong == {}


def test_a_package_has_at_most_ten_public_names(root: Path) -> None:
    counts = {
        str(path.parent.relative_to(root)): len(declared(ast.parse(path.read_text("utf-8"))) or [])
        for path in package_files(root)
    }
    assert {name: count for name, count in counts.items() if count > MOST_NAMES} == {}


def test_every_public_name_can_be_had(root: Path) -> None:
    for path in package_files(root):
        name = ".".join(path.parent.relative_to(root / "src").parts)
        package = importlib.import_module(name)
        missing = [public for public in getattr(package, "__all__", []) if not hasattr(package, public)]
        assert missing == [], name


@pytest.mark.parametrize("vague", VAGUE)
def test_nothing_has_a_vague_name(vague: str, modules: list[Path], root: Path) -> None:
    named = [str(p.relative_to(root)) for p in modules if vague in {p.stem, *p.relative_to(root).parts[:-1]}]
    assert named == []


@pytest.mark.parametrize("room", ["sources", "products"])
def test_no_folder_of_a_room_knows_its_neighbour(room: str, root: Path) -> None:
    folders = {path.parent.name for path in (root / "src" / "carreau" / room).glob("*/*.toml")}
    assert folders
    known = [
        f"{path.relative_to(root)} knows {name}"
        for folder in folders
        for path in (root / "src" / "carreau" / room / folder).rglob("*.py")
        for name in folders - {folder}
        if f"carreau.{room}.{name}" in path.read_text("utf-8")
    ]
    assert known == []
