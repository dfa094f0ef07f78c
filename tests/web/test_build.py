"""The hook that builds the pages: what makes it build, and the weight of what it built."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from carreau.counters.app.pages import CLIENT_ROUTES
from carreau.counters.web import STATIC, built_pages
from carreau.errors import Missing

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """The hook of the build."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: the hook runs at installation only")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree with pages to build."""
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "package.json").write_text("{}", "utf-8")
    (tmp_path / "web" / "src" / "main.ts").write_text("1", "utf-8")
    return tmp_path


def built(hook: ModuleType, root: Path) -> None:
    """Marks the pages of a tree as built of what is there."""
    static = root / hook.STATIC
    static.mkdir(parents=True, exist_ok=True)
    (static / hook.MARK).write_text(hook.fingerprint(root / "web"), "utf-8")


def test_pages_that_were_never_built_are_stale(hook: ModuleType, tree: Path) -> None:
    assert hook.is_stale(tree)


def test_pages_built_of_what_is_there_ask_for_nothing(hook: ModuleType, tree: Path) -> None:
    built(hook, tree)
    assert not hook.is_stale(tree)


def test_a_changed_source_or_a_renamed_one_makes_them_stale(hook: ModuleType, tree: Path) -> None:
    built(hook, tree)
    source = tree / "web" / "src" / "main.ts"
    source.write_text("2", "utf-8")
    assert hook.is_stale(tree)
    source.write_text("1", "utf-8")
    assert not hook.is_stale(tree)
    source.rename(source.with_name("other.ts"))
    assert hook.is_stale(tree)


def test_what_npm_leaves_and_tests_do_not_count(hook: ModuleType, tree: Path) -> None:
    built(hook, tree)
    (tree / "web" / "node_modules" / "x").mkdir(parents=True)
    (tree / "web" / "node_modules" / "x" / "index.js").write_text("", "utf-8")
    (tree / "web" / "src" / "some.test.ts").write_text("", "utf-8")
    assert not hook.is_stale(tree)


def test_a_tree_without_sources_of_pages_builds_nothing(hook: ModuleType, tmp_path: Path) -> None:
    assert not hook.is_stale(tmp_path)


def test_scripts_over_the_budget_are_refused_with_their_sizes(hook: ModuleType, tmp_path: Path) -> None:
    noise = "".join(chr(32 + (at * at * 7919 + at // 3) % 90) for at in range(3_000_000))
    (tmp_path / "engine.js").write_text(noise, "utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps({"index.html": {"file": "engine.js"}}), "utf-8")
    size = hook.compressed(tmp_path / "engine.js")
    hook.MOST_SCRIPTS, kept = size - 1, hook.MOST_SCRIPTS
    try:
        with pytest.raises(hook.Unbuilt, match=r"engine\.js"):
            hook.check_size(tmp_path)
    finally:
        hook.MOST_SCRIPTS = kept


def test_the_scripts_of_the_first_map_keep_their_budget(hook: ModuleType) -> None:
    if not (STATIC / "manifest.json").is_file():
        pytest.skip("the pages are not built in this tree (pip install . builds them)")
    sizes = hook.first_map_scripts(built_pages())
    assert all(any(part in name for name in sizes) for part in ("worker", "Carte", "engine"))
    assert sum(sizes.values()) <= hook.MOST_SCRIPTS == 500_000


def test_pages_that_are_not_built_are_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="pip install"):
        built_pages(tmp_path)


def test_no_address_of_another_host_is_in_the_pages() -> None:
    if not (STATIC / "manifest.json").is_file():
        pytest.skip("the pages are not built in this tree (pip install . builds them)")
    first = (STATIC / "index.html").read_text("utf-8")
    assert "http://" not in first and "https://" not in first


def test_the_server_gives_the_first_page_for_every_address_that_the_pages_know() -> None:
    router = (ROOT / "web/src/lib/router.svelte.ts").read_text("utf-8")
    fixed = set(re.findall(r"^  '(/[\w-]*)': '\w+',$", router, re.MULTILINE))
    assert fixed == {route for route in CLIENT_ROUTES if "{" not in route}
