"""The tree that the shape tests read: its root, its tracked files, its Python modules."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project."""
    return ROOT


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every file under version control that is there."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        pytest.skip("not a git working tree: what is tracked cannot be told")
    listed = subprocess.run([git, "-C", str(root), "ls-files", "-z"], capture_output=True, check=True)
    return [path for name in listed.stdout.decode().split("\0") if name and (path := root / name).is_file()]


@pytest.fixture(scope="session")
def modules(root: Path) -> list[Path]:
    """Every Python file of the package, of the tests and of the benchmarks."""
    return sorted(path for room in ("src", "tests", "bench") for path in (root / room).rglob("*.py"))


@pytest.fixture(scope="session")
def declarations(root: Path) -> list[Path]:
    """Every TOML file of the package."""
    return sorted((root / "src").rglob("*.toml"))
