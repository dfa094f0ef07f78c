"""The tiles of a town: drawn once, under a name that changes with what they show."""

from __future__ import annotations

from pathlib import Path

from carreau.guard.tiles import steps_of
from carreau.house import Home
from carreau.house.tiles import tiles_made


class Counting:
    """A watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.done = 0
        self.sentences: list[str] = []

    def started(self, verb: str, what: str, total: int | None = None) -> None:
        """Remember how many parts are announced."""
        if what == "les tuiles de la carte":
            self.totals.append(total or 0)
            self.done = 0

    def advanced(self, done: int = 1) -> None:
        """Count the parts done."""
        self.done += done

    def ended(self, summary: str = "") -> None:
        """Remember the summary."""
        self.sentences.append(summary)


def test_the_tiles_of_a_town_are_drawn_once(home: Home) -> None:
    watching = Counting()
    releases = {level: home.release("com:96001", level=level) for level in ("bureau", "iris", "commune")}
    first = tiles_made(home.workspace.blobs, releases, watching)
    assert watching.totals == [steps_of(releases)]
    assert watching.done == watching.totals[0]
    assert first.read_bytes()[:8] == b"PMTiles\x03"
    assert tiles_made(home.workspace.blobs, releases, watching) == first
    assert len(watching.totals) == 1
    assert first.stat().st_size < 500_000


def test_other_rows_have_other_tiles(home: Home) -> None:
    release = home.release("com:96001", level="bureau")
    rows = [row["bv_id"] for row in release.slice(columns=["bv_id"]).rows()]
    part = release.slice(where={"bv_id": rows[1:]})
    whole = tiles_made(home.workspace.blobs, {"bureau": release})
    assert tiles_made(home.workspace.blobs, {"bureau": part}) != whole
    assert Path(whole).exists()
