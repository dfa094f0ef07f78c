"""What is wanted of a product and the Draft that its folder builds, from published files or from another's release.

A product made from a release (who votes how, transfers, advice…) reads what already left the guard, never what lies
before it; what it makes of that goes to the guard in its turn.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from carreau.errors import Missing
from carreau.guard import Release
from carreau.house import listing
from carreau.house.watch import Watcher
from carreau.house.workspace import code_digest
from carreau.places.remarks import agreed
from carreau.products import Draft, Hands, Input, Product
from carreau.products.asking import is_derived
from carreau.products.declare import Asked, Reading
from carreau.sources.manifest import STATUSES
from carreau.store import Tables, digest_of
from carreau.terms import Territory

STATION: Final = "bureau"


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks of a product made from a release, as written: checked when it is answered."""

    product: str
    territory: str
    level: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a house, checked: a product, of a territory, at one of its levels, with its choices in order."""

    territory: Territory
    product: Product
    level: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """The words of what is wanted, beside its product."""
        return (str(self.territory), self.level, *(f"{name}={value}" for name, value in self.choices))

    def around(self) -> Wanted:
        """The same, of the stations of its commune, when one station is wanted of a product made from a release."""
        if self.territory.kind != "bv" or not is_derived(self.product.facts):
            return self
        if STATION not in self.product.facts["levels"]:
            raise Missing(
                f"« {self.product.title} » ne se dit pas d'un seul bureau",
                given=str(self.territory),
                expected="une commune, une circonscription, un département…",
                advice=f"demander la commune : com:{self.territory.code[:5]}",
            )
        return replace(self, territory=Territory("com", self.territory.code[:5]), level=STATION)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a product is made from: tables of published files; the release of another product, with its declaration."""

    hands: Hands
    read: Release | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def derived_products(products: Mapping[str, Product]) -> dict[str, Product]:
    """Those of ``products`` that are made from the release of another."""
    return {name: product for name, product in products.items() if is_derived(product.facts)}


def reading_of(release: Release, facts: Mapping[str, Any]) -> Reading:
    """``release`` as another product reads it; ``facts`` is the declaration of the product released."""
    body = release.certificate
    names = ("source", "name", "digest", "vintage", "status")
    lineage = [Input(**{name: str(entry[name]) for name in names}) for entry in body["lineage"]]
    status = max((entry.status for entry in lineage), key=STATUSES.index, default="unknown")
    itself = Input(release.product, str(body["id"]), release.digest, str(body["made_at"])[:10], status)
    table = release.arrow().replace_schema_metadata(None)
    remarks = tuple(str(remark) for remark in release.document.get("remarks", ()))
    return Reading(release.schema, table, release.contours(), facts, (*lineage, itself), remarks)


def draft_of(wanted: Wanted, gathered: Gathered, tables: Tables, watcher: Watcher) -> Draft:
    """The Draft of what is wanted, by the functions of the product's own folder."""
    room = importlib.import_module(f"carreau.products.{wanted.product.id}.build")
    if gathered.read is None:
        material = _refined(room, wanted, gathered.hands, (tables, watcher))
        watcher.started("build", wanted.product.title)
        draft: Draft = room.build(wanted.product, material)
    else:
        watcher.started("build", wanted.product.title)
        asked = Asked(wanted.territory, wanted.level, MappingProxyType(dict(wanted.choices)))
        read = reading_of(gathered.read, gathered.facts)
        built: Draft = room.build(wanted.product, asked, read, gathered.hands)
        handed = [entry.input for entries in gathered.hands.values() for entry in entries]
        draft = replace(built, lineage=tuple(dict.fromkeys([*built.lineage, *read.lineage, *handed])))
    watcher.ended(_size(draft))
    return draft


def _size(draft: Draft) -> str:
    """How many rows and indicators a Draft has, in words."""
    indicators = agreed(listing.indicator_count(draft.schema), "indicateur{s}")
    return f"{agreed(draft.table.num_rows, 'ligne{s}')}, {indicators}"


def answer_facts(release: Release, wanted: Wanted) -> dict[str, Any]:
    """A Release as plain values: what was asked, each column with its words, each row, remarks, card, certificate."""
    told = release.document
    names = ("name", "title", "unit", "description", "of", "type")
    return {
        "product": wanted.product.id,
        "title": wanted.product.title,
        "territory": str(wanted.territory),
        "level": wanted.level,
        "choices": dict(wanted.choices),
        "asked": _asked(wanted),
        "rows_are": release.schema.rows,
        "columns": [
            {**{name: getattr(column, name) for name in names}, "role": str(column.role)}
            for column in release.schema.columns
        ],
        "rows": release.rows(),
        "remarks": list(told["remarks"]),
        "standing": list(release.certificate["standing"]),
        "card": wanted.product.card,
        "screen": wanted.product.facts.get("screen", {}).get(wanted.level, {}),
        "certificate": str(release.certificate["id"]),
    }


def _asked(wanted: Wanted) -> list[dict[str, str]]:
    """The choices of a question in words, in the order of its product: « Groupes : Métiers »; not those left open."""
    given = dict(wanted.choices)
    declared = wanted.product.facts.get("choices", {})
    said = ((facts["title"], facts.get("titles", {}), given.get(name, "")) for name, facts in declared.items())
    return [{"title": title, "value": titles.get(value, value)} for title, titles, value in said if value]


def _refined(room: Any, wanted: Wanted, hands: Hands, at: tuple[Tables, Watcher]) -> Any:
    """What the product's own folder refines: tables on zones, brought onto the places of a level."""
    tables, watcher = at
    facts = wanted.product.facts
    named = facts.get("levels", {}).get(wanted.level, {}).get("noun", wanted.level)
    watcher.started("refine", f"des zones aux lieux ({named}), {wanted.territory}")
    material = room.refine(
        wanted.product,
        wanted.territory,
        hands,
        lambda key, make: tables.kept(digest_of(key, code_digest()), make),
        *([wanted.level] if "levels" in facts else []),
    )
    watcher.ended()
    return material
