"""The home: the seven verbs over one workspace, from a publisher's file to a file one can trust.

The house holds no rule: it fetches, keeps, hands tables to the products' pure functions, and takes their Drafts to
the guard. What was made once from the same files by the same code is served from what is kept.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from carreau.errors import Broken, Missing, Unknown
from carreau.guard import Release, Signer, release, restored, verified
from carreau.house import listing, screen
from carreau.house.alike import Like, alike, station_named
from carreau.house.derived import Gathered, Question, Wanted, answer_facts, derived_products, draft_of
from carreau.house.gather import Clock, Gatherer, hands_of, read_remarks
from carreau.house.tiles import tiles_made
from carreau.house.watch import SILENT, Watcher
from carreau.house.workspace import Workspace, code_digest, workspace_at
from carreau.market import delivered
from carreau.places.remarks import agreed
from carreau.products import Draft, Product, inputs_of
from carreau.products import catalogue as product_catalogue
from carreau.products.asking import asked_of, is_derived
from carreau.sources import Fetched, Source
from carreau.sources import catalogue as source_catalogue
from carreau.sources.mirror import Mirror, mirror_at
from carreau.store import digest_of
from carreau.terms import Territory

PROFILE: Final = "electoral_profile"
STATION: Final = "bureau"


def _now() -> datetime:
    """The time of this machine, in universal time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Home:
    """A house at work: its workspace, where it looks for published files, its clock, its sources and products."""

    workspace: Workspace
    mirror: Mirror | None
    clock: Clock
    source_list: Mapping[str, Source]
    product_list: Mapping[str, Product]

    @property
    def root(self) -> Path:
        """The folder of the workspace."""
        return self.workspace.root

    def sources(self) -> list[dict[str, Any]]:
        """Every source: who publishes it, under which licence, its files (and which are at hand), its tables."""
        return listing.sources_of(self.source_list, self.workspace)

    def products(self) -> list[dict[str, Any]]:
        """Every product, with its indicators: name, title, theme, unit, description."""
        return listing.products_of(self.product_list)

    def territories(self, text: str) -> list[dict[str, Any]]:
        """The communes and intercommunalities whose name or code resembles ``text``: territory, kind, code, name."""
        lists = tuple(wanted for wanted in inputs_of(self._product(PROFILE).facts) if wanted.alias in listing.LISTS)
        return listing.territories_of(hands_of(lists, self._gatherer(), SILENT), text)

    def fetch(self, names: Sequence[str] = (), watcher: Watcher = SILENT) -> list[dict[str, Any]]:
        """The published files of sources (all of them by default), now kept: source, name, digest, status, bytes.

        Publishers are asked only for the sources that are named, and only without a mirror.
        """
        for name in names:
            if name not in self.source_list:
                raise Unknown.named(name, "source", self.source_list, "carreau sources")
        chosen = [self.source_list[name] for name in names or self.source_list]
        watcher.started("fetch", "fichiers publiés", sum(len(source.files) for source in chosen))
        gatherer, download = self._gatherer(), bool(names) and self.mirror is None
        found: dict[tuple[str, str], Fetched] = {}
        for source, published in ((one, file) for one in chosen for file in one.files):
            for file in gatherer.published(source, published, download=download):
                found[source.id, file.digest] = file
            watcher.advanced()
        watcher.ended(agreed(len(found), "fichier{s}"))
        if not found:
            raise Missing(
                "aucun fichier publié n'a été trouvé",
                given=f"cherché dans {self.mirror.given}" if self.mirror else "ni miroir ni fichier déjà recueilli",
                expected="les fichiers que « carreau sources » énumère",
                advice="donner un dossier qui les contient avec --mirror DOSSIER",
            )
        return [listing.fetched_facts(file) for file in found.values()]

    def refine(
        self, territory: str, watcher: Watcher = SILENT, product: str = PROFILE, level: str = STATION
    ) -> dict[str, Any]:
        """How the sources were brought onto the places of a territory: by method, what was carried and lost."""
        return screen.refined_facts(self._draft(self._wanted(territory, product, level), watcher))

    def build(
        self, territory: str, watcher: Watcher = SILENT, product: str = PROFILE, level: str = STATION
    ) -> dict[str, Any]:
        """What was built for a territory: how many rows and indicators, the remarks; never the figures."""
        draft = self._draft(self._wanted(territory, product, level), watcher)
        return {
            "rows": draft.table.num_rows,
            "indicators": listing.indicator_count(draft.schema),
            "remarks": list(draft.remarks),
        }

    def release(
        self, territory: str, watcher: Watcher = SILENT, product: str = PROFILE, level: str = STATION
    ) -> Release:
        """The Release of a territory at one level: served from what is kept when nothing has changed, else made.

        ``level`` is one of those that the product declares, ``bureau`` by default: the places of that level that hold
        a station of the territory, each whole.
        """
        return self._whole(self._wanted(territory, product, level), watcher)

    def answer(self, question: Question, watcher: Watcher = SILENT, read: Release | None = None) -> Release:
        """The Release of a product made from another's (who votes how, advice…), with the choices of ``question``.

        ``read`` is the release, or the part of one, that it is made from: that of the territory when none is given. One
        station is read out of the answer for its commune: alone it would tell nothing.
        """
        return self._whole(self._asked(question), watcher, read)

    def answered(self, question: Question, watcher: Watcher = SILENT, read: Release | None = None) -> dict[str, Any]:
        """The same as plain values: what was asked, each column and each row, what to be careful about."""
        wanted = self._asked(question)
        return answer_facts(self._whole(wanted, watcher, read), wanted.around())

    def _whole(self, wanted: Wanted, watcher: Watcher, read: Release | None = None) -> Release:
        """The Release of what is wanted; one station of a product made from a release is a slice of its commune's."""
        whole = wanted.around()
        released = self._released(whole, self._gathered(whole, watcher, read), watcher)
        if whole is wanted:
            return released
        return released.slice(where={"bv_id": wanted.territory.code})

    def _released(self, wanted: Wanted, gathered: Gathered, watcher: Watcher) -> Release:
        """The Release of what is wanted: served from what is kept when nothing has changed, else made."""
        signer = self._signer()
        key = digest_of("release", wanted.said, self._state(wanted.product, gathered), signer.public_key)

        def write(path: Path) -> None:
            self._judged(self._built(wanted, gathered, watcher), signer, watcher).write(path, ".parquet")

        kept = self.workspace.blobs.kept(key, ".parquet", write)
        try:
            return restored(kept, signer)
        except Broken:  # whole, and yet not ours: it is made again
            kept.unlink(missing_ok=True)
            return restored(self.workspace.blobs.kept(key, ".parquet", write), signer)

    def profile(
        self, territory: str, product: str = PROFILE, watcher: Watcher = SILENT, level: str = STATION
    ) -> Release:
        """The whole journey for a territory at one level: fetch, refine, build, release."""
        return self.release(territory, watcher, product, level)

    def deliver(
        self, territory: str, path: Path, watcher: Watcher = SILENT, product: str = PROFILE, level: str = STATION
    ) -> dict[str, Any]:
        """The Release of a territory written to ``path`` in the format of its suffix, and entered in the ledger."""
        return self._delivered(self.release(territory, watcher, product, level), path, watcher)

    def deliver_answer(self, question: Question, path: Path, watcher: Watcher = SILENT) -> dict[str, Any]:
        """The Release that answers ``question`` written to ``path``, and entered in the ledger."""
        return self._delivered(self.answer(question, watcher), path, watcher)

    def _delivered(self, ready: Release, path: Path, watcher: Watcher) -> dict[str, Any]:
        """What is said of a Release once it is written to ``path`` and entered in the ledger."""
        watcher.started("deliver", str(path))
        delivery = delivered(ready, Path(path), ledger_append=self.workspace.ledger.append, at=self.clock())
        watcher.ended(f"{delivery.bytes} octets")
        return {
            "path": str(delivery.path),
            "format": delivery.format,
            "bytes": delivery.bytes,
            "digest": delivery.digest,
            "certificate": delivery.certificate,
        }

    def tiles(self, territory: str = "france", watcher: Watcher = SILENT, product: str = PROFILE) -> Path:
        """The file of the map of a territory (PMTiles): contours and codes of every level, drawn once."""
        return self.drawn(territory, watcher, product)[1]

    def drawn(
        self, territory: str = "france", watcher: Watcher = SILENT, product: str = PROFILE
    ) -> tuple[Release, Path]:
        """The Release of the stations of a territory and the file of its map; files are gathered once for all levels.

        :class:`~carreau.errors.Missing` when no place has a contour.
        """
        levels = self._product(product).facts.get("levels", {STATION: {}})
        wanted = {level: self._wanted(territory, product, level) for level in levels}
        gathered = self._gathered(wanted[STATION], watcher)
        releases = {level: self._released(asked, gathered, watcher) for level, asked in wanted.items()}
        return releases[STATION], tiles_made(self.workspace.blobs, releases, watcher)

    def show(self, station: str, watcher: Watcher = SILENT) -> dict[str, Any]:
        """One station with its commune, its department and the country beside it, theme by theme."""
        wanted = station_named(station)
        return screen.station_facts(self.release(str(wanted), watcher), self._product(PROFILE).facts["themes"])

    def alike(self, station: str, scope: str = "", limit: int = 5, watcher: Watcher = SILENT) -> dict[str, Any]:
        """The stations most like one, near and far, with their reasons: see :func:`carreau.house.alike.alike`."""
        return alike(self.workspace, partial(self.release, watcher=watcher), Like(station, scope, limit), watcher)

    def verify(self, path: Path | str) -> dict[str, Any]:
        """Whether a file is as this house delivered it: state (valide, altéré, inconnu), where, and its certificate."""
        verdict = verified(Path(path), [self._signer().public_key])
        return {"state": verdict.state, "where": verdict.where, "facts": dict(verdict.facts)}

    def ledger(self) -> list[dict[str, Any]]:
        """What this house wrote in its ledger, oldest first, and whether the chain holds."""
        return listing.ledger_of(self.workspace.ledger)

    def town(self, people: int, folder: Path | str, seed: int) -> dict[str, Any]:
        """A synthetic town written into ``folder`` in the official layouts, with its truth beside it."""
        towns = importlib.import_module("carreau.testing.town")  # testing lies above the house: asked for by name
        place = towns.town(people, seed)
        written = towns.written(place, Path(folder))
        files = sum(1 for path in written.rglob("*") if path.is_file())
        return {
            "folder": str(written),
            "people": people,
            "seed": seed,
            "stations": place.truth.num_rows,
            "files": files,
            "example": place.truth["bv_id"][0].as_py(),
        }

    def _wanted(self, territory: str, product: str, level: str) -> Wanted:
        """What is asked for, checked: a territory, a product of this house, one of its levels."""
        where, chosen = Territory.parse(territory), self._product(product)
        levels = chosen.facts.get("levels", {STATION: {}})
        if level not in levels:
            raise Unknown.named(level, "niveau", levels, f"choisir parmi : {', '.join(levels)}")
        if is_derived(chosen.facts):
            return self._asked(Question(product, territory, level))
        return Wanted(where, chosen, level)

    def _asked(self, question: Question) -> Wanted:
        """What a question asks for, checked, the defaults filled in."""
        product = self._product(question.product)
        if not is_derived(product.facts):
            raise Unknown.named(question.product, "produit", derived_products(self.product_list), "carreau products")
        asked = asked_of(product, Territory.parse(question.territory), question.level, question.choices)
        return Wanted(asked.territory, product, asked.level, tuple(sorted(asked.choices.items())))

    def _draft(self, wanted: Wanted, watcher: Watcher) -> Draft:
        """The Draft of what is wanted."""
        return self._built(wanted, self._gathered(wanted, watcher), watcher)

    def _gathered(self, wanted: Wanted, watcher: Watcher, read: Release | None = None) -> Gathered:
        """What a product is made from: published files, and the release of another product if it reads one."""
        inputs = inputs_of(wanted.product.facts)
        hands = hands_of(inputs, self._gatherer(), watcher) if inputs else {}
        reads = wanted.product.facts.get("reads")
        if reads is None:
            return Gathered(hands)
        found = read or self.release(str(wanted.territory), watcher, str(reads["product"]), str(reads["level"]))
        return Gathered(hands, found, self._product(found.product).facts)

    def _built(self, wanted: Wanted, gathered: Gathered, watcher: Watcher) -> Draft:
        """The Draft of what is wanted, from what was gathered for it."""
        draft = draft_of(wanted, gathered, self.workspace.tables, watcher)
        return replace(draft, remarks=(*draft.remarks, *read_remarks(gathered.hands)))

    def _judged(self, draft: Draft, signer: Signer, watcher: Watcher) -> Release:
        """The Release that the guard makes of a Draft, chained to the last one and entered in the ledger."""
        watcher.started("release", "le gardien")
        made: list[Release] = []

        def chained(last: Mapping[str, Any] | None) -> dict[str, Any]:
            previous = str(last["certificate"]) if last else ""
            made.append(release(draft, signer=signer, made_at=self.clock(), previous=previous))
            said = {"id": made[0].certificate["id"], "territory": made[0].territory, "product": made[0].product}
            return {"certificate": made[0].certificate_digest, **said}

        self.workspace.ledger.append_after("release", chained, self.clock())
        watcher.ended(f"certificat {made[0].certificate['id']}")
        return made[0]

    def _product(self, name: str) -> Product:
        """The product called ``name``."""
        if name not in self.product_list:
            raise Unknown.named(name, "produit", self.product_list, "carreau products")
        return self.product_list[name]

    def _state(self, product: Product, gathered: Gathered) -> list[tuple[str, str]]:
        """All that a product's tables depend on: the digests of the files, of the release read, of the code."""
        digests = [
            (alias, f"{entry.input.digest} {entry.input.status}")
            for alias, entries in gathered.hands.items()
            for entry in entries
        ]
        read = [] if gathered.read is None else [(gathered.read.product, gathered.read.digest)]
        return [*digests, *read, (product.id, code_digest())]

    def _gatherer(self) -> Gatherer:
        """What gets the published files."""
        return Gatherer(self.source_list, self.workspace, self.mirror, self.clock)

    def _signer(self) -> Signer:
        """The key of this house."""
        return Signer.of(self.workspace.keys)


def open_home(home: Path | str | None = None, mirror: Path | str | None = None, clock: Clock = _now) -> Home:
    """The home at ``home`` (else ``CARREAU_HOME``), that looks for published files in ``mirror`` first when given."""
    return Home(
        workspace_at(home),
        mirror_at(str(mirror)) if mirror else None,
        clock,
        source_catalogue(),
        product_catalogue(),
    )
