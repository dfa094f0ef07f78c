"""Files found in a mirror by their published names, and what its manifest says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Broken, Missing, Refused
from carreau.sources.declare import Published
from carreau.sources.manifest import STATUSES, statuses_of
from carreau.sources.mirror import Held, matches, mirror_at

MIRROR = next(
    (place / "shared" / "data" for place in Path(__file__).parents if (place / "shared" / "data").is_dir()),
    None,
)
MANIFEST = """# Mirror
Words before.

| file | MB | status | publisher |
|---|---|---|---|
| t1/résultats.csv | 1 | original | x |
| `t2/résultats.csv` | 1 | extract | x |
| cog.zip (v_commune.csv) | 1 | original | x |
| cog.zip (v_region.csv) | 1 | facsimile | x |
| odd.csv | 1 | excellent | x |
| short |

| word | meaning |
|---|---|
| t1/résultats.csv | not a row of files |
"""


def _published(name: str, folder: str = "", key: str = "base") -> Published:
    """One declared file."""
    return Published(key, name, "2024", "L1", "", folder)


def _mirror(root: Path, *names: str) -> Path:
    """A mirror of files that each hold their own path."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
    return root


def _texts(found: tuple[Held, ...]) -> list[str]:
    """What the files found hold."""
    return [Path(file.place).read_text("utf-8") for file in found]


def test_a_file_is_found_by_its_name_wherever_it_is(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "a/b/Base.CSV", "a/other.csv"))
    (file,) = mirror.held(_published("base.csv"))
    assert (file.name, file.status, file.size) == ("Base.CSV", "unknown", len("a/b/Base.CSV"))
    assert mirror.held(_published("base.txt")) == ()


def test_an_empty_mirror_holds_nothing(tmp_path: Path) -> None:
    assert mirror_at(tmp_path).held(_published("base.csv")) == ()


def test_accents_match_however_they_are_composed(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "re\u0301sultats.csv"))
    assert len(mirror.held(_published("r\u00e9sultats.csv"))) == 1


def test_a_pattern_finds_several_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "x/dep_69.csv", "y/dep_34.csv", "dep.csv"))
    assert _texts(mirror.held(_published("dep_*.csv"))) == ["y/dep_34.csv", "x/dep_69.csv"]


@given(st.text(st.characters(exclude_characters="*\0/", exclude_categories=["Cs"]), min_size=1))
def test_a_name_without_a_star_matches_itself(name: str) -> None:
    assert matches(name, name)
    assert not matches(name + "x", name)


def test_the_declared_folder_tells_two_files_of_one_name_apart(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "legi-t1/résultats.csv", "legi-t2/résultats.csv"))
    for turn in ("t1", "t2"):
        assert _texts(mirror.held(_published("résultats.csv", f"*-{turn}"))) == [f"legi-{turn}/résultats.csv"]


def test_the_declared_folder_may_be_a_whole_path(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "2024/t1/a.csv", "2022/t1/a.csv"))
    assert _texts(mirror.held(_published("a.csv", "2022/*"))) == ["2022/t1/a.csv"]


def test_a_lone_file_is_taken_whatever_its_folder(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "downloads/a.csv"))
    assert _texts(mirror.held(_published("a.csv", "*t1*"))) == ["downloads/a.csv"]


def test_a_lone_file_that_another_declaration_claims_is_not_ours(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "legi-t2/a.csv"))
    first, second = _published("a.csv", "*t1*", "t1"), _published("a.csv", "*t2*", "t2")
    assert mirror.held(first, (first, second)) == ()
    assert _texts(mirror.held(second, (first, second))) == ["legi-t2/a.csv"]


def test_the_file_nearest_to_the_root_is_taken(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "insee/a.csv", "insee/old/a.csv"))
    assert _texts(mirror.held(_published("a.csv"))) == ["insee/a.csv"]


def test_two_files_equally_near_must_be_the_same(tmp_path: Path) -> None:
    _mirror(tmp_path, "x/a.csv", "y/a.csv")
    with pytest.raises(Broken, match=r"x/a\.csv, y/a\.csv"):
        mirror_at(tmp_path).held(_published("a.csv"))
    (tmp_path / "y" / "a.csv").write_text("x/a.csv", "utf-8")
    assert _texts(mirror_at(tmp_path).held(_published("a.csv"))) == ["x/a.csv"]


def test_a_link_that_leaves_the_mirror_is_refused(tmp_path: Path) -> None:
    _mirror(tmp_path / "outside", "secret.csv")
    mirror = _mirror(tmp_path / "mirror", "real.csv")
    (mirror / "a.csv").symlink_to(tmp_path / "outside" / "secret.csv")
    (mirror / "b.csv").symlink_to(mirror / "real.csv")
    (mirror / "c.csv").symlink_to(mirror / "nothing.csv")
    (mirror / "folder").symlink_to(tmp_path / "outside")
    (mirror / "loop.csv").symlink_to(mirror / "loop.csv")
    with pytest.raises(Refused, match=r"a\.csv est un lien"):
        mirror_at(mirror).held(_published("a.csv"))
    assert _texts(mirror_at(mirror).held(_published("b.csv"))) == ["real.csv"]
    assert mirror_at(mirror).held(_published("c.csv")) == ()
    assert mirror_at(mirror).held(_published("secret.csv")) == ()
    assert mirror_at(mirror).held(_published("loop.csv")) == ()


def test_a_mirror_reached_by_a_link_is_a_mirror(tmp_path: Path) -> None:
    _mirror(tmp_path / "real", "a.csv")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert _texts(mirror_at(tmp_path / "link").held(_published("a.csv"))) == ["a.csv"]


def test_a_mirror_that_is_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for given_path, word in ((tmp_path / "nowhere", "n'est pas là"), (tmp_path / "file", "dossier")):
        with pytest.raises(Missing, match=word):
            mirror_at(given_path)


def test_a_manifest_says_what_each_file_is_worth(tmp_path: Path) -> None:
    mirror = mirror_at(_mirror(tmp_path, "t1/résultats.csv", "cog.zip", "odd.csv", "unlisted.csv"))
    (tmp_path / "MANIFEST.md").write_text(MANIFEST, "utf-8")
    names = ("résultats.csv", "cog.zip", "odd.csv", "unlisted.csv")
    assert [mirror.held(_published(name))[0].status for name in names] == [
        "original", "facsimile", "unknown", "unknown",
    ]  # fmt: skip


def test_a_manifest_is_read_row_by_row() -> None:
    assert statuses_of(MANIFEST) == {
        "t1/résultats.csv": "original", "t2/résultats.csv": "extract",
        "cog.zip": "facsimile", "odd.csv": "unknown",
    }  # fmt: skip


@given(st.text())
def test_any_text_is_a_manifest_of_some_kind(text: str) -> None:
    assert set(statuses_of(text).values()) <= set(STATUSES)


def test_a_served_mirror_lists_what_its_manifest_lists(site: Any, swift: Any) -> None:
    site.put("/m/MANIFEST.md", MANIFEST.encode())
    url = site.put("/m/t1/r%C3%A9sultats.csv", b"abc")
    mirror = mirror_at(f"{site.url}/m/", swift())
    (file,) = mirror.held(_published("résultats.csv", "t1"))
    assert (file.name, file.status, file.place, file.size) == ("résultats.csv", "original", url, 3)
    assert mirror.held(_published("cog.zip")) == ()
    with pytest.raises(Broken, match="plusieurs"):
        mirror.held(_published("résultats.csv"))


def test_a_served_mirror_without_a_manifest_is_asked_by_name(site: Any, swift: Any) -> None:
    url = site.put("/base%20%281%29.csv", b"abc")
    mirror = mirror_at(site.url, swift())
    assert mirror.held(_published("base (1).csv"))[0].place == url
    assert mirror.held(_published("base*.csv")) == ()
    assert [path for _, path, _ in site.requests].count("/MANIFEST.md") == 1


def test_a_served_mirror_that_cannot_tell_still_gives(site: Any, swift: Any) -> None:
    site.put("/a.csv", b"abc", No="mark")
    assert mirror_at(site.url, swift()).held(_published("a.csv"))[0].mark == ""
    site.refused_methods.add("HEAD")
    (file,) = mirror_at(site.url, swift()).held(_published("a.csv"))
    assert (file.mark, file.size) == ("", 0)


def test_an_endless_manifest_is_none(site: Any, swift: Any) -> None:
    site.put("/MANIFEST.md", b"| file | status |\n|---|---|\n" + b"| a.csv | original |\n" * 1_000_000)
    site.put("/a.csv", b"abc")
    assert mirror_at(site.url, swift()).held(_published("a.csv"))[0].status == "unknown"


@pytest.mark.mirror
@pytest.mark.skipif(MIRROR is None, reason="../shared/data is not here")
def test_the_mirror_gives_the_standing_of_its_files() -> None:
    mirror = mirror_at(str(MIRROR))
    statuses = {
        name: mirror.held(_published(name, folder))[0].status
        for name, folder in (
            ("cog_ensemble_2026_csv.zip", ""), ("contours-france-entiere.parquet", ""),
            ("base-ic-evol-struct-pop-2022_csv.zip", ""), ("EPCI_2020.zip", ""),
            ("general_results.parquet", "interieur_elections-agregees"),
        )
    }  # fmt: skip
    assert statuses == {
        "cog_ensemble_2026_csv.zip": "original", "contours-france-entiere.parquet": "compiled",
        "base-ic-evol-struct-pop-2022_csv.zip": "facsimile", "EPCI_2020.zip": "compiled",
        "general_results.parquet": "compiled",
    }  # fmt: skip
