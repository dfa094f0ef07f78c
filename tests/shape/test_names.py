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


def bound(tree: ast.Module, package: str) -> set[str]:
    """The public names that a package binds: what it defines, and what it takes from its own modules."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def test_all_names_exactly_the_public_names(root: Path) -> None:
    wrong = {}
    for path in package_files(root):
        tree = ast.parse(path.read_text("utf-8"))
        package = ".".join(path.parent.relative_to(root / "src").parts)
        public, listed = bound(tree, package), declared(tree)
        if public != set(listed or []):
            wrong[str(path.parent.relative_to(root))] = sorted(public ^ set(listed or []))
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
