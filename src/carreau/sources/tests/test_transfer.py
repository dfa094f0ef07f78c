"""A file brought to the shelf once: from a mirror before its publisher, and with no network after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carreau.errors import Broken, Retry
from carreau.sources.declare import Published
from carreau.sources.mirror import mirror_at
from carreau.sources.transfer import Transfer, fetched
from carreau.store import Records, Shelf

CONTENT = b"IRIS;P22_POP\n" + bytes(range(32, 122)) * 30_000


def _published(url: str = "", name: str = "base.csv") -> Published:
    """One declared file."""
    return Published("base", name, "RP 2022", "L1", url)


def _mirror(folder: Path, content: bytes = CONTENT, manifest: str = "") -> Path:
    """A mirror of one file."""
    (folder / "insee").mkdir(parents=True, exist_ok=True)
    (folder / "insee" / "base.csv").write_bytes(content)
    if manifest:
        (folder / "MANIFEST.md").write_text(manifest, "utf-8")
    return folder


def test_a_file_of_a_mirror_is_copied_with_its_standing(
    transfer: Transfer, tmp_path: Path, bring: Any
) -> None:
    table = "| file | MB | status |\n|---|---|---|\n| insee/base.csv | 1 | facsimile |\n"
    told: list[int] = []
    mirror = mirror_at(_mirror(tmp_path / "mirror", manifest=table))
    file = bring(_published(), replace(transfer, mirror=mirror, advance=told.append))
    assert (file.path.read_bytes(), file.status) == (CONTENT, "facsimile")
    assert sum(told) == len(CONTENT)


def test_a_mirror_comes_before_the_publisher_and_is_not_needed_after(
    transfer: Transfer, site: Any, tmp_path: Path, bring: Any
) -> None:
    published = _published(site.put("/base.csv", b"other"))
    mirror = mirror_at(_mirror(tmp_path / "mirror"))
    first = bring(published, replace(transfer, mirror=mirror))
    assert first.path.read_bytes() == CONTENT
    assert bring(published, transfer) == first
    assert site.requests == []


def test_a_mirror_that_lacks_the_file_lets_the_publisher_give_it(
    transfer: Transfer, site: Any, tmp_path: Path, bring: Any
) -> None:
    published = _published(site.put("/base.csv", CONTENT))
    assert bring(published, replace(transfer, mirror=mirror_at(tmp_path))).path.read_bytes() == CONTENT


def test_a_mirror_whose_file_changed_gives_the_new_one_and_the_old_stays(
    transfer: Transfer, tmp_path: Path, bring: Any
) -> None:
    old = bring(_published(), replace(transfer, mirror=mirror_at(_mirror(tmp_path / "mirror"))))
    changed = mirror_at(_mirror(tmp_path / "mirror", b"changed"))
    new = bring(_published(), replace(transfer, mirror=changed))
    assert (new.path.read_bytes(), old.path.read_bytes()) == (b"changed", CONTENT)
    assert bring(_published(), transfer) == new


def test_a_standing_that_the_manifest_changed_is_taken_anew(
    transfer: Transfer, tmp_path: Path, bring: Any
) -> None:
    for status in ("original", "synthetic"):
        table = f"| file | status |\n|---|---|\n| insee/base.csv | {status} |\n"
        mirror = mirror_at(_mirror(tmp_path / "mirror", manifest=table))
        assert bring(_published(), replace(transfer, mirror=mirror)).status == status


contents_of_files = st.binary().map(lambda content: b"a;b\n" + content)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.dictionaries(st.sampled_from("abcd"), contents_of_files, min_size=1),
    times=st.integers(2, 4),
)
def test_fetching_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes], times: int, swift: Any, sourced: Any
) -> None:
    folder = tmp_path_factory.mktemp("idempotent")
    (folder / "mirror").mkdir()
    for name, content in contents.items():
        (folder / "mirror" / f"base_{name}.csv").write_bytes(content)
    records = Records(folder / "records.sqlite")
    mirror = mirror_at(folder / "mirror")
    transfer = Transfer(Shelf(folder, records), lambda: datetime.now(UTC), mirror, swift())
    published = _published(name="base_*.csv")
    first = fetched(sourced(published), published, transfer)
    assert {file.name[5]: file.path.read_bytes() for file in first} == contents
    rows = records.rows("SELECT * FROM shelf")
    for way in (mirror, None) * times:
        assert fetched(sourced(published), published, replace(transfer, mirror=way)) == first
    assert records.rows("SELECT * FROM shelf") == rows


def test_a_web_page_in_a_mirror_is_not_the_file(transfer: Transfer, tmp_path: Path, bring: Any) -> None:
    mirror = mirror_at(_mirror(tmp_path / "mirror", b"<!doctype html>"))
    with pytest.raises(Broken, match="page web"):
        bring(_published(), replace(transfer, mirror=mirror))
    assert transfer.shelf.resting("recensement", "base") == ()


def test_a_served_mirror_is_used_and_may_vanish_after(
    transfer: Transfer, site: Any, bring: Any, swift: Any, sourced: Any
) -> None:
    site.put("/m/base.csv", CONTENT)
    served = replace(transfer, mirror=mirror_at(f"{site.url}/m/", swift()))
    first = bring(_published(), served)
    assert (first.path.read_bytes(), first.status) == (CONTENT, "unknown")
    assert bring(_published(), served) == first
    assert [method for method, path, _ in site.requests if path == "/m/base.csv"] == ["HEAD", "GET", "HEAD"]
    site.put("/m/base.csv", b"changed")
    assert bring(_published(), served).path.read_bytes() == b"changed"
    site.shutdown()
    site.server_close()
    gone = replace(transfer, mirror=mirror_at(f"{site.url}/m/", swift()))
    assert bring(_published(), gone).path.read_bytes() == b"changed"
    unknown = Published("autre", "autre.csv", "RP 2022", "L1")
    with pytest.raises(Retry, match="miroir"):
        fetched(sourced(unknown), unknown, gone)


# Where a server may lead


def test_a_fetched_file_is_the_declared_one(transfer: Transfer, site: Any, sourced: Any) -> None:
    published = _published(site.put("/base.csv", CONTENT))
    source = sourced(published)
    (file,) = fetched(source, published, transfer)
    assert file.source is source
    assert file.published is published



