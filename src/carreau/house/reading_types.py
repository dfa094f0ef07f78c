"""The types of stations as a map draws them: numbers in the declared order, and what larger places are made of.

A type is a word in the release. Here it is a number: its rank in ``types.toml``, from 1; 0 where the release says why
there is none (too little is known), NaN where it gives nothing. A commune or a department has no type of its own: it is
made of those of its stations, and its number is that of the type where most of its voters are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from carreau.house.reading_sources import HIDDEN
from carreau.house.ready import election_title
from carreau.terms import Schema

Numbers = npt.NDArray[np.float32]
TYPE: Final = "type"
FAMILY: Final = "groupe_de_types"
REASON: Final = "type_statut"
SHARE: Final = "type_part"  # percent of the voters of a larger place who are in stations of its main type
PART: Final = f"{SHARE}_"  # and of each type: type_part_habitat_social…
MADE_OF_STATIONS: Final = ("commune", "departement")
NO_TYPE: Final = 0
_TURNOUT: Final = "participation"


@dataclass(frozen=True, slots=True)
class Kinds:
    """The types of the places of a level: the number of each one's type and of its family, row by row.

    ``mix`` (places x types, percent of the registered voters) and ``share`` (that of the main type) are those of larger
    places, None for stations.
    """

    types: Numbers
    families: Numbers
    mix: Numbers | None = None
    share: Numbers | None = None

    def vector(self, column: str, words: Mapping[str, Any]) -> Numbers | None:
        """The numbers of a column of types; None for any other column, or one that this level has not."""
        ids = list(words.get("types", {}))
        wanted = column.removeprefix(PART)
        if self.mix is not None and column != wanted and wanted in ids:
            return self.mix[:, ids.index(wanted)]
        return {TYPE: self.types, FAMILY: self.families, SHARE: self.share}.get(column)


def has_types(schema: Schema, words: Mapping[str, Any]) -> bool:
    """Whether a release tells the types of its places, and the product declares some."""
    return bool(words.get("types")) and {TYPE, FAMILY, REASON} <= set(schema.names)


def is_declared(table: pa.Table, words: Mapping[str, Any]) -> bool:
    """Whether each type that a release tells is declared: one made with earlier types tells them in other words."""
    return all(one is None or one in titles_of(words, "types") for one in pc.unique(table[TYPE]).to_pylist())


def titles_of(words: Mapping[str, Any], of: str) -> list[str]:
    """The French titles of the types, or of the ``groups``, in the order in which they are declared."""
    return [str(one["title"]) for one in words.get(of, {}).values()]


def station_kinds(table: pa.Table, words: Mapping[str, Any]) -> Kinds:
    """The types of stations; ``table`` holds their type, family and the reason why there is none."""
    reasons = table[REASON]
    hidden = [pc.fill_null(pc.starts_with(reasons, start), False) for start in HIDDEN]
    told = reasons.is_valid().to_numpy() & ~np.any([one.to_numpy() for one in hidden], axis=0)
    numbers = (_numbers(table[name], titles_of(words, of)) for name, of in ((TYPE, "types"), (FAMILY, "groups")))
    types, families = (np.where(np.isnan(one) & told, NO_TYPE, one).astype(np.float32) for one in numbers)
    return Kinds(types, families)


def _numbers(texts: pa.ChunkedArray, titles: Sequence[str]) -> npt.NDArray[np.float64]:
    """The rank of each text in ``titles``, from 1; NaN for a text that is none of them."""
    found = pc.index_in(texts, value_set=pa.array(titles, pa.string()))
    ranks: npt.NDArray[np.float64] = pc.fill_null(found.cast(pa.float64()), np.nan).to_numpy() + 1
    return ranks


def mixed_kinds(
    stations: Kinds, voters: Numbers, rows: npt.NDArray[np.int64], families: Sequence[int], size: int
) -> Kinds:
    """What ``size`` larger places are made of: ``rows`` is the place of each station, -1 where it is in none.

    ``families`` is the family of each type, from 1. Voters of stations without a type count in the whole. The main
    family is the one where most voters are, which need not be that of the main type.
    """
    count = len(families)
    known = np.nan_to_num(stations.types).astype(np.int64)
    weights = np.nan_to_num(voters).astype(np.float64)
    inside = rows >= 0
    cells = rows[inside] * (count + 1) + known[inside]
    table = (
        np.bincount(cells, weights[inside], minlength=size * (count + 1)).reshape(size, count + 1).astype(np.float64)
    )
    whole = table.sum(axis=1, keepdims=True)
    mix = 100 * np.divide(table[:, 1:], whole, out=np.zeros_like(table[:, 1:]), where=whole > 0)
    of_family = mix @ np.eye(max(families, default=0))[np.asarray(families) - 1]
    share = mix.max(axis=1, initial=0.0)
    return Kinds(
        np.where(share > 0, mix.argmax(axis=1) + 1, NO_TYPE).astype(np.float32),
        np.where(share > 0, of_family.argmax(axis=1) + 1, NO_TYPE).astype(np.float32),
        mix.astype(np.float32),
        np.where(share > 0, share, np.nan).astype(np.float32),
    )


def families_of(words: Mapping[str, Any]) -> list[int]:
    """The number of the family of each type, from 1."""
    groups = list(words.get("groups", {}))
    return [groups.index(one["group"]) + 1 for one in words.get("types", {}).values()]


def mix_of(kinds: Kinds | None, row: int, words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a larger place is made of, the most first: id, titles and percent of the voters of each type it holds."""
    shares = np.zeros(0) if kinds is None or kinds.mix is None else kinds.mix[row]
    ids = list(words.get("types", {}))
    return [
        {
            "id": ids[number],
            **{name: words["types"][ids[number]][name] for name in ("title", "title_en")},
            "share": round(float(shares[number]), 1),
        }
        for number in np.argsort(-shares, kind="stable").tolist()
        if shares[number] > 0
    ]


def types_facts(words: Mapping[str, Any], facts: Mapping[str, Any], levels: Iterable[str]) -> dict[str, Any]:
    """The types in the catalogue: where they are drawn, their families, and each one in words, in declared order."""
    shown = set(levels)
    return {
        "column": TYPE,
        "family": FAMILY,
        "certainty": f"{TYPE}_certitude",
        "share": SHARE,
        "levels": ["bureau"],
        "made_of": [level for level in MADE_OF_STATIONS if level in shown],
        "date": words["date"],
        "source": words["source"],
        "method": words["method"],
        "groups": [
            {"code": rank, "id": key, "title": group["title"], "title_en": group["title_en"]}
            for rank, (key, group) in enumerate(words["groups"].items(), 1)
        ],
        "types": [type_facts(rank, key, words, facts) for rank, key in enumerate(words["types"], 1)],
    }


def type_facts(rank: int, key: str, words: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """One type in words: its number, family, portrait, share of the voters of France, how it voted."""
    told = words["types"][key]
    return {
        "code": rank,
        "id": key,
        **{name: told[name] for name in ("title", "title_en", "group", "portrait")},
        "portrait_en": told.get("portrait_en", told["portrait"]),
        "share": told["part_inscrits"],
        "part": f"{PART}{key}",
        "votes": votes_facts(told["votes"], facts),
    }


def votes_facts(votes: Mapping[str, float], facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How a type voted, election by election: turnout, then the blocs in percent of valid votes."""
    found: dict[str, dict[str, float]] = {}
    for name, value in votes.items():
        election, measure = _measure(name)
        found.setdefault(election, {})[measure] = value
    return [
        {
            "election": election,
            "title": election_title(facts, election),
            "title_en": election_title(facts, election, "english"),
            "turnout": measures.get(_TURNOUT),
            "blocs": [
                {"name": f"{election}_{measure}", **_bloc(measure, facts), "value": value}
                for measure, value in measures.items()
                if measure != _TURNOUT
            ],
        }
        for election, measures in found.items()
    ]


def _measure(name: str) -> tuple[str, str]:
    """The election that a figure is of, and what it measures: ``legi_2024_t1_bloc_gauche``, ``…_participation``."""
    election, found, rest = name.partition("_bloc_")
    return (election, f"bloc_{rest}") if found else (name.removesuffix(f"_{_TURNOUT}"), _TURNOUT)


def _bloc(measure: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """The titles of a bloc."""
    declared = facts.get("elections", {}).get("blocs", {}).get(measure.removeprefix("bloc_"), {})
    french = str(declared.get("title", measure))
    return {"title": french, "title_en": str(facts.get("english", {}).get("measures", {}).get(measure, french))}
