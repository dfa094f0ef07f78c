"""What a server shows: one territory of one product, at every level of places, with its tiles and its version."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from carreau.errors import Missing
from carreau.guard import Release, Signer, opened
from carreau.house.gather import Gatherer
from carreau.house.reading_kept import Kept, kept_releases, widest
from carreau.house.reading_within import Members, intercommunalities
from carreau.house.tiles import tiles_made
from carreau.house.watch import Watcher
from carreau.sources import Source
from carreau.terms import Territory

if TYPE_CHECKING:
    from carreau.house.home import Home

FOLDER: Final = "served"
STATION: Final = "bureau"


class Levels(Mapping[str, Release]):
    """The releases of a territory by level of places, the finest first; each is opened when it is first asked for."""

    def __init__(self, kept: Mapping[str, Kept], opened: Callable[[Kept], Release]) -> None:
        self.kept = dict(kept)
        self._open = opened
        self._opened: dict[str, Release] = {}
        self._lock = threading.Lock()

    def __getitem__(self, level: str) -> Release:
        with self._lock:
            if level not in self._opened:
                self._opened[level] = self._open(self.kept[level])
            return self._opened[level]

    def __iter__(self) -> Iterator[str]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept)


@dataclass(frozen=True, slots=True)
class Served:
    """One territory of one product as a server shows it.

    ``levels`` gives the Release of each level of places; ``facts`` is the product's declaration; ``tiles`` the PMTiles
    file, or None; ``version`` twelve hexadecimal signs that change with any release or with the tiles; ``folder``
    where what is made for serving is kept; ``sources`` are all those declared; ``epci`` reads the intercommunalities of
    some communes; ``types`` are the words of the types of places, for a product that has some.
    """

    product: str
    territory: str
    levels: Levels
    tiles: Path | None
    version: str
    facts: Mapping[str, Any]
    folder: Path
    sources: Mapping[str, Source]
    epci: Callable[[Mapping[str, object]], Members]
    types: Mapping[str, Any] = field(default_factory=dict, repr=False)
    memory: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    locks: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    lock: Any = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def release(self) -> Release:
        """The release of the finest level: that of the polling stations."""
        return self.levels["bureau"]


def served(home: Home, territory: str | None, product: str, watcher: Watcher) -> Served:
    """What ``home`` serves of ``territory`` (by default the widest released): what was released, else made now.

    A level that cannot be made (a source is missing, no place of this level) is left out, but for the stations.
    """
    wanted = territory or widest(kept_releases(home.root / "blobs"), product) or "france"
    told = str(Territory.parse(wanted))
    facts = home.product_list[product].facts
    folder = home.root / FOLDER
    folder.mkdir(exist_ok=True)
    chosen = _levels(home, told, product, watcher)
    signer = Signer.of(home.workspace.keys)
    levels = Levels(chosen, lambda entry: opened(entry.path, signer, folder))
    tiles: Path | None = None
    with contextlib.suppress(Missing):  # no place has a contour: the pages then do without a map
        tiles = tiles_made(home.workspace.blobs, levels, watcher)
    version = _version(chosen, tiles)
    gatherer = Gatherer(home.source_list, home.workspace, home.mirror, home.clock)
    epci = partial(intercommunalities, gatherer, home.product_list[product])
    types = _types(home.product_list[product].folder)
    return Served(product, told, levels, tiles, version, facts, folder, home.source_list, epci, types)


def _types(folder: Path) -> dict[str, Any]:
    """What ``types.toml`` says in the folder of a product; nothing when there is none."""
    path = folder / "types.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def _levels(home: Home, territory: str, product: str, watcher: Watcher) -> dict[str, Kept]:
    """The release at rest for each level that the product declares; those that were never made are made."""
    finest = _kept(home, (product, territory, STATION), watcher)
    found = {STATION: finest}
    for level in home.product_list[product].facts.get("levels", {}):
        if level == STATION:
            continue
        with contextlib.suppress(Missing):
            found[level] = _kept(home, (product, territory, level), watcher, finest)
    return found


def _kept(home: Home, wanted: tuple[str, str, str], watcher: Watcher, beside: Kept | None = None) -> Kept:
    """The last release of a product, a territory and a level, made from the same files as ``beside``; else made now."""
    resting = _resting(home, wanted)
    found = next((entry for entry in resting if beside is None or entry.agrees(beside)), None)
    if found is not None:
        return found
    product, territory, level = wanted
    made = home.release(territory, watcher, product, level)
    return next(entry for entry in _resting(home, wanted) if entry.certificate["id"] == made.certificate["id"])


def _resting(home: Home, wanted: tuple[str, str, str]) -> list[Kept]:
    """The releases of a product, a territory and a level that rest in the home, the last made first."""
    kept = kept_releases(home.root / "blobs")
    return [entry for entry in kept if (entry.product, entry.territory, entry.level) == wanted]


def _version(levels: Mapping[str, Kept], tiles: Path | None) -> str:
    """Twelve signs that change with any of the releases, or with the tiles."""
    said = [f"{level} {kept.certificate['content']['digest']}" for level, kept in levels.items()]
    return hashlib.sha256("\n".join([*said, tiles.name if tiles else ""]).encode()).hexdigest()[:12]
