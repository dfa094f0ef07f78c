"""Advice: from the release of a profile to the Draft, one row per place and theme put forward. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from carreau.errors import Missing
from carreau.products.advice.columns import (
    Described,
    Reach,
    Rows,
    Told,
    closing_columns,
    evidence_columns,
    figure_columns,
    force_columns,
    provenance_of,
    reach_columns,
    theme_columns,
)
from carreau.products.advice.evidence import Rules, evidence_of
from carreau.products.advice.parts import evidence_with_parts, reach_of, with_parts
from carreau.products.advice.places import Stations, limits_of, stations_of, territory_of
from carreau.products.advice.themes import Smallest, Theme, declared_themes, without_votes
from carreau.products.crossings.draft import territory_name
from carreau.products.declare import Asked, Draft, Hands, Product, Reading
from carreau.terms import Column, Provenance, Role, Schema

STATION: Final = "bureau"
PROOFS: Final = "preuves"
CHOSEN: Final = (
    "Un thème d'une partie du territoire est dit des bureaux où il ressort : ils sont choisis pour leurs chiffres, et "
    "l'écart y est grand par construction ; marges, force et note sont donc la moyenne de celles de ces bureaux"
)


def build(product: Product, asked: Asked, profile: Reading, hands: Hands) -> Draft:
    """The Draft of the advice for the territory, for each of its stations, or the evidence behind it.

    :class:`~carreau.errors.Missing` when the profile tells none of the figures that the themes rest on.
    """
    del hands  # advice has no input of its own
    themes, smallest = declared_themes()
    without_votes(themes, {column.name: column.theme for column in profile.schema.columns})
    names = tuple(dict.fromkeys(one.indicator for theme in themes for one in theme.supports))
    stations = stations_of(profile, names)
    if not np.isfinite(stations.figures.value).any():
        raise Missing(
            f"le profil de {asked.territory} ne donne aucun des chiffres que lisent les conseils",
            expected="des chiffres sur les habitants, les ménages, les logements ou les revenus",
            advice="voir les fichiers à ajouter : carreau sources",
        )
    rules = _rules(product.facts, profile, names, (smallest, stations))
    at_stations = evidence_of(stations.figures, themes, rules)
    if asked.level == STATION:
        told = Told(stations.figures, stations.near, themes, at_stations, rules, profile)
        return _drafted(product, asked, told, _at_stations(told))
    limits = limits_of(profile, names, asked.territory, product.facts["grades"])
    places = with_parts(territory_of(profile, stations, limits), stations, at_stations, limits)
    evidence = evidence_with_parts(places, stations, at_stations, themes, rules)
    told = Told(places.figures, places.near, themes, evidence, rules, profile)
    reach = Reach(at_stations.kept.sum(axis=0), reach_of(at_stations, stations), places.registered)
    columns = _proofs(asked, told, reach) if asked.level == PROOFS else _at_territory(asked, told, reach)
    return _drafted(product, asked, told, columns)


def _rules(facts: Any, profile: Reading, names: tuple[str, ...], told: tuple[Smallest, Stations]) -> Rules:
    """The rules of product.toml, with the smallest gap that matters of each indicator in its own unit."""
    smallest, stations = told
    schema, country = profile.schema, stations.figures.country
    own = []
    for column, name in enumerate(names):
        share = name in schema.names and schema.column(name).role is Role.SHARE
        known = country[np.isfinite(country[:, column]), column]
        usual = smallest.points if share else smallest.relative * float(known[0] if len(known) else 1.0)
        own.append(float(smallest.own.get(name, usual)))
    said = facts["rules"]
    sureness = tuple(float(facts["sureness"]["probability"][letter]) for letter in "ABCD")
    return Rules(
        float(said["supporting"]["value"]),
        float(said["weakest"]["value"]),
        int(said["fewest"]["value"]),
        str(said["surest"]["value"]),
        int(said["most"]["value"]),
        float(said["narrowest"]["value"]),
        np.array(own),
        sureness,
    )


def _at_stations(told: Told) -> list[Described]:
    """One row per station and theme put forward in it, by station then by rank."""
    profile, rank = told.profile, told.evidence.rank
    place, theme = np.nonzero(told.evidence.kept)
    order = np.lexsort((rank[place, theme], place))
    rows = Rows(place[order], theme[order])
    origin = provenance_of(told)
    index = pa.array(rows.place)
    named = [
        (replace(profile.schema.column(name), provenance=origin), profile.table[name].combine_chunks().take(index))
        for name in ("bv_id", "code_commune", "libelle_commune", "inscrits")
        if name in profile.table.column_names
    ]
    return [*named, *_common(told, rows, origin)]


def _at_territory(asked: Asked, told: Told, reach: Reach) -> list[Described]:
    """One row per theme put forward in the territory or in a part of it, by rank, with the stations where it holds."""
    place, theme = np.nonzero(told.evidence.kept)
    order = np.argsort(told.evidence.rank[place, theme])
    rows = Rows(place[order], theme[order])
    origin = provenance_of(told)
    what = "Électeurs inscrits du territoire, ou des bureaux où le thème est mis en avant"
    registered = pa.array(reach.registered[rows.place])
    return [
        *_territory(asked, told, len(theme), origin),
        (Column("inscrits", "number", what, "électeurs", Role.COUNT, title="Inscrits", provenance=origin), registered),
        *_common(told, rows, origin),
        *reach_columns(reach, rows, origin),
    ]


def _proofs(asked: Asked, told: Told, reach: Reach) -> list[Described]:
    """One row per theme and figure read, kept or not: in the part where the theme is put forward, else everywhere."""
    pairs = [(theme, one) for theme, known in enumerate(told.themes) for one in range(len(known.supports))]
    theme, support = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    rows = Rows(np.where(told.evidence.kept[1 + theme, theme], 1 + theme, 0), theme)
    origin = provenance_of(told)
    rank, *named = theme_columns(told, rows, origin)
    return [
        *_territory(asked, told, len(theme), origin),
        *named,
        rank,
        *evidence_columns(told, rows, support, origin),
        *closing_columns(told, rows, origin),
        *reach_columns(reach, rows, origin),
    ]


def _common(told: Told, rows: Rows, origin: Provenance) -> list[Described]:
    """The columns of every table of themes."""
    return [
        *theme_columns(told, rows, origin),
        *force_columns(told, rows, origin),
        *figure_columns(told, rows, origin),
        *closing_columns(told, rows, origin),
    ]


def _territory(asked: Asked, told: Told, rows: int, origin: Provenance) -> list[Described]:
    """The columns that name the territory."""
    return [
        (Column(name, "text", what, "", role, title=title, provenance=origin), pa.array([text] * rows, pa.string()))
        for name, role, title, what, text in (
            ("territoire", Role.KEY, "Territoire", "Code du territoire dont la ligne parle", str(asked.territory)),
            ("libelle", Role.PLACE, "Nom", "Nom du territoire", territory_name(asked, told.profile)),
        )
    ]


def _drafted(product: Product, asked: Asked, told: Told, columns: list[Described]) -> Draft:
    """The Draft of the columns, with the contours of stations at their level, and what to be careful about."""
    where = product.facts["levels"][asked.level]
    schema = Schema(where["grain"], tuple(column for column, _ in columns))
    table = pa.table([array for _, array in columns], names=list(schema.names))
    contributors = "inscrits" if "inscrits" in schema.names else "valeur_base"
    contours, lineage = _contours(asked, told.profile, where["key"]), told.profile.lineage
    return Draft(product, asked.territory, schema, table, contours, contributors, lineage, _remarks(told, table))


def _contours(asked: Asked, profile: Reading, key: str) -> pa.Table:
    """The contours of stations where rows are stations, so that themes can be put on a map; none elsewhere."""
    if asked.level == STATION:
        return profile.geometry
    return pa.table({key: pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})


def _remarks(told: Told, table: pa.Table) -> tuple[str, ...]:
    """What a reader must know before using the advice."""
    absent = [name for name in told.figures.names if name not in told.profile.schema.names]
    said = [
        "Ce sont des pistes tirées de chiffres sur des lieux : elles ne disent rien d'une personne, ni d'un vote",
        "Aucune colonne de vote n'est lue",
    ]
    if "portee" in table.column_names and told.evidence.kept[1:].any():
        said.append(CHOSEN)
    if not table.num_rows:
        said.append("Aucun thème n'a assez de preuves ici : les écarts sont petits, ou les marges trop larges")
    if absent:
        said.append(f"Chiffres que ce profil n'a pas, et qui ne comptent donc pas : {', '.join(absent)}")
    if untold := [theme.title for theme in told.themes if _known(told, theme) < told.rules.fewest]:
        said.append(f"Thèmes qui ne peuvent pas ressortir ici, faute de chiffres : {', '.join(untold)}")
    return tuple(said)


def _known(told: Told, theme: Theme) -> int:
    """How many of the figures of a theme are known somewhere."""
    index = [told.figures.names.index(one.indicator) for one in theme.supports]
    return int(np.isfinite(told.figures.value[:, index]).any(axis=0).sum())
