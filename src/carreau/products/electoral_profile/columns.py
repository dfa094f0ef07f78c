"""The columns of the profile: each indicator and what stands beside it, described, with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from carreau.products.declare import Input
from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.estimate import Estimate
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.levels import IRIS, STATION, PlaceLevel
from carreau.products.electoral_profile.refined import TargetFrame, Texts, Values
from carreau.sources.manifest import STATUSES
from carreau.terms import Column, ColumnType, Provenance, Role

STANDING: Final = {
    "original": "original",
    "extract": "extrait",
    "compiled": "compilation",
    "facsimile": "fac-similé",
    "synthetic": "synthétique",
    "unknown": "d'origine inconnue",
}
COMPARED: Final = {
    "commune": "la commune",
    "departement": "le département",
    "france": "la France couverte par la source",
}
Leading = tuple[Role, str, str, pa.Array]  # role, title, description and values of a column that says where
_COMMUNE_CODE: Final = ("Code commune", "Code officiel de la commune (Paris, Lyon et Marseille : une seule commune)")
PLACED: Final = {"contour": "contour du bureau", "commune": "contour de la commune", "": "sans contour"}


def provenance_of(inputs: Iterable[Input], method: str, behind: Iterable[Input] = ()) -> Provenance:
    """Where a figure made from ``inputs`` comes from, and by which method.

    Its status is that of the least official of ``inputs`` and of the files ``behind`` them (those that placed it).
    """
    used = list(dict.fromkeys(inputs))
    return Provenance(
        source=" ; ".join(f"{entry.source} : {entry.name}" for entry in used),
        vintage=" ; ".join(dict.fromkeys(entry.vintage for entry in used)),
        method=method,
        status=max((entry.status for entry in (*used, *behind)), key=STATUSES.index, default="unknown"),
    )


def key_columns(targets: TargetFrame, level: PlaceLevel, provenance: Provenance) -> Iterator[tuple[Column, pa.Array]]:
    """The columns that say which place a row is: its key and name, where it lies, its registered voters."""
    columns = _of_stations(targets) if level.id == STATION else _of_places(targets, level)
    for name, (role, title, description, values) in columns.items():
        kind: ColumnType = "number" if role is Role.COUNT else "text"
        unit, nullable = "électeurs" if role is Role.COUNT else "", role is not Role.KEY
        named = {"title": title, "nullable": nullable, "provenance": provenance}
        yield Column(name, kind, description, unit, role, **named), values  # type: ignore[arg-type] # as Column declares


def _of_stations(stations: TargetFrame) -> dict[str, Leading]:
    """The leading columns of stations: commune, voters, how each is placed."""
    placed = np.array([PLACED[way] for way in stations.placed], dtype=np.object_)
    return {
        "bv_id": (
            Role.KEY,
            "Bureau",
            "Bureau de vote : code de la commune, « _ », numéro sur quatre caractères",
            pa.array(stations.codes, pa.string()),
        ),
        "code_commune": (Role.PLACE, *_COMMUNE_CODE, pa.array(stations.communes, pa.string())),
        "libelle_commune": (Role.PLACE, "Commune", "Nom de la commune", _texts(stations.labels)),
        "inscrits": (
            Role.COUNT,
            "Inscrits",
            "Électeurs inscrits dans le bureau de vote, selon le fichier des bureaux",
            _numbers(stations.registered),
        ),
        "rattachement": (
            Role.PLACE,
            "Rattachement",
            "Comment le bureau est placé : par son contour, par celui de sa commune s'il en est le seul bureau, ou pas",
            pa.array(placed, pa.string()),
        ),
    }


def _of_places(places: TargetFrame, level: PlaceLevel) -> dict[str, Leading]:
    """The leading columns of larger places: code, name, commune of an IRIS, department, voters."""
    registered = "Électeurs inscrits dans les bureaux de vote, selon le fichier des bureaux"
    if level.id == IRIS:
        registered = "Électeurs inscrits, estimés : ceux de chaque bureau répartis selon d'où viennent ses habitants"
    columns = {
        level.key: (Role.KEY, level.title, f"Code officiel : {level.noun}", pa.array(places.codes, pa.string())),
        "libelle": (Role.PLACE, "Nom", f"Nom : {level.noun}", _texts(places.labels)),
        "code_commune": (Role.PLACE, *_COMMUNE_CODE, pa.array(places.communes, pa.string())),
        "code_departement": (
            Role.PLACE,
            "Code du département",
            "Code officiel du département ou de la collectivité d'outre-mer",
            pa.array(places.departments, pa.string()),
        ),
        "inscrits": (Role.COUNT, "Inscrits", registered, _numbers(places.registered)),
    }
    own = {level.key, "libelle", "code_departement", "inscrits", *(["code_commune"] if level.id == IRIS else [])}
    return {name: columns[name] for name in columns if name in own}


@dataclass(frozen=True, slots=True)
class Beside:
    """One column that stands beside an indicator X: ``X_suffix``, what it says, its unit, role, type and values."""

    suffix: str
    title: str
    what: str
    unit: str
    role: Role
    values: pa.Array
    type: ColumnType = "number"

    def column(self, known: Indicator, provenance: Provenance) -> Column:
        """The described column of the indicator ``known``."""
        name, description = f"{known.name}_{self.suffix}", f"{known.title} : {self.what}"
        named = {"title": self.title, "theme": known.theme, "provenance": provenance}
        return Column(name, self.type, description, self.unit, self.role, of=known.name, **named)  # type: ignore[arg-type] # as Column declares


def indicator_columns(
    estimate: Estimate, level: PlaceLevel, provenance: Provenance
) -> Iterator[tuple[Column, pa.Array]]:
    """An indicator X, then X_marge, X_note, X_statut and, for what is not a plain count, its counts and its gaps."""
    known = estimate.indicator
    role = {"share": Role.SHARE, "count": Role.COUNT}.get(known.kind, Role.MEASURE)
    base = "" if known.kind == "count" else f"{known.name}_base"
    named = {"title": known.title, "theme": known.theme, "provenance": provenance}
    yield Column(known.name, "number", known.description, known.unit, role, of=base, **named), _numbers(estimate.value)  # type: ignore[arg-type] # as Column declares
    for beside in (*_certainty(estimate), *_counts(estimate, level), *_gaps(estimate, level)):
        yield beside.column(known, provenance), beside.values


def _certainty(estimate: Estimate) -> Iterator[Beside]:
    """How sure the figure is, and why it is not shown when it is not."""
    margin = np.where(np.isfinite(estimate.value), estimate.margin, np.nan)
    what = "demi-largeur de l'intervalle à 90 %, même unité que le chiffre"
    yield Beside("marge", "Marge", what, estimate.indicator.unit, Role.MARGIN, _numbers(margin))
    what = "note de A (sûr) à E (fragile), selon la marge"
    yield Beside("note", "Note", what, "A à E", Role.MARGIN, _grades(estimate), "text")
    what = "pourquoi le chiffre est masqué, absent ou emprunté ; vide s'il est montré tel quel"
    yield Beside("statut", "Statut", what, "texte", Role.STATUS, _texts(estimate.status), "text")


def _counts(estimate: Estimate, level: PlaceLevel) -> Iterator[Beside]:
    """The counts behind a share, a ratio or a quantile."""
    # A share of money is held against the people it is about: a numerator in euros would not go with that base.
    if estimate.indicator.kind in {"share", "ratio"} and estimate.indicator.weight is None:
        what = f"numérateur estimé {level.within}"
        yield Beside("nombre", "Nombre", what, "nombre", Role.COUNT, _numbers(estimate.number))
    if estimate.indicator.kind != "count":
        what = f"dénominateur estimé {level.within} : ceux sur qui porte le chiffre"
        yield Beside("base", "Base", what, "nombre", Role.COUNT, _numbers(estimate.base))


def _gaps(estimate: Estimate, level: PlaceLevel) -> Iterator[Beside]:
    """The gaps with the commune, the department and the country; a plain count is compared with nothing."""
    unit = "points" if estimate.indicator.kind == "share" else estimate.indicator.unit
    for name in level.compared if estimate.indicator.kind != "count" else ():
        gap = _numbers(estimate.value - estimate.compared[name])
        yield Beside(f"ecart_{name}", f"Écart {name}", f"écart avec {COMPARED[name]}", unit, Role.MEASURE, gap)


def _numbers(values: Values) -> pa.Array:
    """Floats with nulls where there is no number."""
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _grades(estimate: Estimate) -> pa.Array:
    """The letters of the grades, null where no figure is shown."""
    hidden = ~np.isfinite(estimate.value)
    return pa.DictionaryArray.from_arrays(
        pa.array(estimate.grade.astype(np.int8), mask=hidden), pa.array(list(margins.GRADES))
    ).cast(pa.string())


def _texts(values: Texts) -> pa.Array:
    """Texts with nulls where they are empty."""
    return pa.array(values, pa.string(), mask=values == "")
