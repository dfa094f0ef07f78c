"""From a crossing to the Draft: one row per place, origin and destination, each figure beside what qualifies it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from carreau.errors import Refused
from carreau.inference import Margins
from carreau.products.arrays import number_array, provenance_read, text_array
from carreau.products.crossings.figures import Figures, station_figures, territory_figures
from carreau.products.crossings.limits import Limits
from carreau.products.crossings.regions import Table
from carreau.products.crossings.tallies import Floats, Texts
from carreau.products.declare import Asked, Draft, Product, Reading
from carreau.terms import Column, ColumnType, Provenance, Role, Schema

STATION: Final = "bureau"
_KINDS: Final = {"france": "France", "dep": "département", "com": "commune", "epci": "intercommunalité"}
_LEVELS: Final = (50, 80, 90)


@dataclass(frozen=True, slots=True)
class Side:
    """The rows or the columns of a crossing: the name of the key column, its title, and each code with its words."""

    name: str
    title: str
    codes: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crossed:
    """A crossing of the stations that are ``read``, with the words that say what it is.

    ``reasons`` says, for each station of the profile, why it is not read (empty where it is). ``read_from`` are the
    columns of the profile behind the figures, ``share`` the sentence that describes the figure, ``warnings`` a French
    sentence per destination, empty where none is needed.
    """

    origins: Side
    destinations: Side
    margins: Margins
    crossing: Table
    reasons: Texts
    read_from: tuple[str, ...]
    share: str
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]


Described = tuple[Column, pa.Array]


def draft_of(product: Product, asked: Asked, profile: Reading, crossed: Crossed, limits: Limits) -> Draft:
    """The Draft of a crossing at the level asked: the whole territory, or each of its stations.

    :class:`~carreau.errors.Refused` when it would have more rows than ``limits`` allow.
    """
    stations = asked.level == STATION
    _checked(asked, profile, crossed, limits)
    provenance = provenance_read(profile, crossed.read_from, crossed.crossing.method)
    if stations:
        figures = _placed(station_figures(crossed.crossing, crossed.margins, limits), crossed)
        places = _station_columns(profile, crossed, provenance)
    else:
        figures = territory_figures(crossed.crossing, limits)
        places = _territory_columns(asked, profile, crossed, provenance)
    figures = _warned(figures, crossed)
    times = profile.table.num_rows if stations else 1
    theme = next(iter(product.facts["themes"]))
    columns = [*places, *_side_columns(crossed, times, provenance)]
    columns += _figure_columns(figures, crossed, limits, theme, provenance)
    where = product.facts["levels"][asked.level]
    schema = Schema(where["grain"], tuple(column for column, _ in columns))
    key = where["key"]
    nowhere = pa.table({key: pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
    table = pa.table([array for _, array in columns], names=list(schema.names))
    return Draft(product, asked.territory, schema, table, nowhere, "part_base", profile.lineage, crossed.remarks)


def _checked(asked: Asked, profile: Reading, crossed: Crossed, limits: Limits) -> None:
    """Refuse a table that no reader could open."""
    cells = len(crossed.origins.codes) * len(crossed.destinations.codes)
    rows = cells * (profile.table.num_rows if asked.level == STATION else 1)
    if rows > limits.most_rows:
        raise Refused(
            "le détail par bureau de ce territoire est trop grand pour une seule table",
            given=f"{rows} lignes",
            expected=f"au plus {limits.most_rows} lignes",
            advice="demander un département à la fois, ou le détail par blocs",
        )


def _territory_columns(
    asked: Asked, profile: Reading, crossed: Crossed, provenance: Provenance
) -> Iterator[Described]:
    """The columns that name the territory."""
    rows = len(crossed.origins.codes) * len(crossed.destinations.codes)
    for name, role, title, what, text in (
        ("territoire", Role.KEY, "Territoire", "Code du territoire sur lequel porte la ligne", str(asked.territory)),
        ("libelle", Role.PLACE, "Nom", "Nom du territoire", territory_name(asked, profile)),
    ):
        yield _text(name, role, title, what, provenance), pa.array([text] * rows, pa.string())


def territory_name(asked: Asked, profile: Reading) -> str:
    """The name of the territory asked: that of its only commune, else its kind and code."""
    territory = asked.territory
    if territory.kind == "com" and "libelle_commune" in profile.table.column_names:
        names = [name for name in profile.table["libelle_commune"].unique().to_pylist() if name]
        if len(names) == 1:
            return str(names[0])
    return f"{_KINDS.get(territory.kind, 'circonscription')} {territory.code}".strip()


def _station_columns(profile: Reading, crossed: Crossed, provenance: Provenance) -> Iterator[Described]:
    """The columns that name each station, each repeated for every origin and destination."""
    cells = len(crossed.origins.codes) * len(crossed.destinations.codes)
    rows = pa.array(np.repeat(np.arange(profile.table.num_rows), cells))
    for name in ("bv_id", "code_commune", "libelle_commune"):
        if name in profile.table.column_names:
            column = replace(profile.schema.column(name), provenance=provenance)
            yield column, profile.table[name].combine_chunks().take(rows)


def _side_columns(crossed: Crossed, times: int, provenance: Provenance) -> Iterator[Described]:
    """The columns that name the origin and the destination of each row."""
    origins, destinations = len(crossed.origins.codes), len(crossed.destinations.codes)
    first = np.tile(np.repeat(np.arange(origins), destinations), times)
    second = np.tile(np.arange(destinations), origins * times)
    for side, rows in ((crossed.origins, first), (crossed.destinations, second)):
        index = pa.array(rows)
        code = _text(side.name, Role.KEY, side.title, f"{side.title} : code", provenance)
        yield code, pa.array(side.codes).take(index)
        title = _text(f"{side.name}_titre", Role.PLACE, side.title, f"{side.title} : nom", provenance)
        yield title, pa.array(side.titles).take(index)


def _figure_columns(
    figures: Figures, crossed: Crossed, limits: Limits, theme: str, provenance: Provenance
) -> Iterator[Described]:
    """The share, then its margin, grade, status, counts, intervals, bounds, baseline and warning."""

    def number(suffix: str, values: Floats, title: str, what: str, role: Role = Role.MARGIN) -> Described:
        name = f"part_{suffix}" if suffix else "part"
        of = "part" if suffix else "part_base"
        unit = "électeurs" if role is Role.COUNT else "%"
        column = Column(name, "number", what, unit, role, of, title=title, theme=theme, provenance=provenance)
        return column, number_array(values)

    def text(suffix: str, values: Texts, title: str, what: str, role: Role) -> Described:
        kind: ColumnType = "text"
        column = Column(
            f"part_{suffix}", kind, what, "", role, "part", title=title, theme=theme, provenance=provenance
        )
        return column, text_array(values)

    yield number("", figures.share, "Part", crossed.share, Role.SHARE)
    yield number("marge", figures.margin, "Marge", "Part : demi-largeur de l'intervalle à 90 %, en points")
    what = "Part : note de A (sûr) à E (fragile), selon la marge"
    yield text("note", figures.grades(limits), "Note", what, Role.MARGIN)
    why = "Part : pourquoi le chiffre est masqué ou absent ; vide s'il est montré"
    yield text("statut", figures.status, "Statut", why, Role.STATUS)
    what = "Part : électeurs inscrits qui ont fait ce choix, estimés"
    yield number("nombre", figures.number, "Nombre", what, Role.COUNT)
    what = "Part : électeurs inscrits de l'origine ou du groupe, ceux sur qui porte le chiffre"
    yield number("base", figures.base, "Base", what, Role.COUNT)
    for level in _LEVELS:
        if level in figures.ranges:
            for end, values in zip(("bas", "haut"), figures.ranges[level], strict=True):
                what = f"Part : {end} de l'intervalle à {level} %"
                yield number(f"{end}_{level}", values, f"{end.capitalize()} à {level} %", what)
    for end, values in zip(("basse", "haute"), figures.bounds, strict=True):
        what = f"Part : borne {end} que les totaux des bureaux imposent à eux seuls, sans aucune hypothèse"
        yield number(f"borne_{end}", values, f"Borne {end}", what)
    what = "Part : même chiffre par la régression de Goodman bornée, méthode simple de référence"
    yield number("reference", figures.reference, "Référence", what, Role.MEASURE)
    what = "Part : ce qu'il faut savoir avant de s'en servir ; vide s'il n'y a rien à dire"
    yield text("avertissement", figures.warning, "Avertissement", what, Role.STATUS)


def _text(name: str, role: Role, title: str, what: str, provenance: Provenance) -> Column:
    """A text column."""
    return Column(name, "text", what, "", role, nullable=False, title=title, provenance=provenance)


def _placed(figures: Figures, crossed: Crossed) -> Figures:
    """The figures of the stations that are read among those of all stations, the others saying why they are not."""
    cells = len(crossed.origins.codes) * len(crossed.destinations.codes)
    read = np.repeat(crossed.reasons == "", cells)
    reasons = np.repeat(crossed.reasons, cells)

    def spread(values: Floats) -> Floats:
        whole = np.full(len(read), np.nan)
        whole[read] = values
        return whole

    def worded(values: Texts, otherwise: Texts) -> Texts:
        whole = otherwise.copy()
        whole[read] = values
        return whole

    low, high = figures.bounds
    return Figures(
        spread(figures.share),
        spread(figures.margin),
        spread(figures.number),
        spread(figures.base),
        {level: (spread(pair[0]), spread(pair[1])) for level, pair in figures.ranges.items()},
        (spread(low), spread(high)),
        spread(figures.reference),
        worded(figures.status, reasons),
        worded(figures.warning, np.full(len(read), "", dtype=np.object_)),
    )


def _warned(figures: Figures, crossed: Crossed) -> Figures:
    """The figures with the warning of their destination after their own."""
    if not any(crossed.warnings):
        return figures
    times = len(figures.share) // len(crossed.destinations.codes)
    more = np.tile(np.array(crossed.warnings, dtype=np.object_), times)
    shown: npt.NDArray[np.bool_] = np.isfinite(figures.share) & (more != "")
    both = [" ; ".join(part for part in pair if part) for pair in zip(figures.warning[shown], more[shown], strict=True)]
    warning = figures.warning.copy()
    warning[shown] = both
    return replace(figures, warning=warning)


def read_rows(reasons: Sequence[Texts]) -> tuple[npt.NDArray[np.bool_], Texts]:
    """The stations that none of ``reasons`` leaves out, and the first reason of each of the others."""
    first = np.full(len(reasons[0]), "", dtype=np.object_)
    for said in reasons:
        first = np.where(first == "", said, first)
    return first == "", first
