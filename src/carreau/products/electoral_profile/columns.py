"""The columns of the profile: each indicator and what stands beside it, described, with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from carreau.products.declare import Input
from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import LEVELS
from carreau.products.electoral_profile.estimate import Estimate
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.refined import StationFrame, Texts, Values
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


def key_columns(stations: StationFrame, provenance: Provenance) -> Iterator[tuple[Column, pa.Array]]:
    """The columns that say which station a row is: key, commune, registered voters, how it is placed."""
    placed = np.array([PLACED[way] for way in stations.placed], dtype=np.object_)
    words = {
        "bv_id": (Role.KEY, "Bureau", "Bureau de vote : code de la commune, « _ », numéro sur quatre caractères"),
        "code_commune": (
            Role.PLACE,
            "Code commune",
            "Code officiel de la commune (Paris, Lyon et Marseille : une seule commune)",
        ),
        "libelle_commune": (Role.PLACE, "Commune", "Nom de la commune"),
        "inscrits": (Role.COUNT, "Inscrits", "Électeurs inscrits dans le bureau de vote, selon le fichier des bureaux"),
        "rattachement": (
            Role.PLACE,
            "Rattachement",
            "Comment le bureau est placé : par son contour, par celui de sa commune s'il en est le seul bureau, ou pas",
        ),
    }
    values = {
        "bv_id": pa.array(stations.codes, pa.string()),
        "code_commune": pa.array(stations.communes, pa.string()),
        "libelle_commune": _texts(stations.labels),
        "inscrits": _numbers(stations.registered),
        "rattachement": pa.array(placed, pa.string()),
    }
    for name, (role, title, description) in words.items():
        kind: ColumnType = "number" if role is Role.COUNT else "text"
        unit, nullable = "électeurs" if role is Role.COUNT else "", role is not Role.KEY
        named = {"title": title, "nullable": nullable, "provenance": provenance}
        yield Column(name, kind, description, unit, role, **named), values[name]  # type: ignore[arg-type] # as Column declares


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


def indicator_columns(estimate: Estimate, provenance: Provenance) -> Iterator[tuple[Column, pa.Array]]:
    """An indicator X, then X_marge, X_note, X_statut and, for what is not a plain count, its counts and its gaps."""
    known = estimate.indicator
    role = {"share": Role.SHARE, "count": Role.COUNT}.get(known.kind, Role.MEASURE)
    base = "" if known.kind == "count" else f"{known.name}_base"
    named = {"title": known.title, "theme": known.theme, "provenance": provenance}
    yield Column(known.name, "number", known.description, known.unit, role, of=base, **named), _numbers(estimate.value)  # type: ignore[arg-type] # as Column declares
    for beside in (*_certainty(estimate), *_counts(estimate), *_gaps(estimate)):
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


def _counts(estimate: Estimate) -> Iterator[Beside]:
    """The counts behind a share, a ratio or a quantile."""
    # A share of money is held against the people it is about: a numerator in euros would not go with that base.
    if estimate.indicator.kind in {"share", "ratio"} and estimate.indicator.weight is None:
        what = "numérateur estimé dans le bureau"
        yield Beside("nombre", "Nombre", what, "nombre", Role.COUNT, _numbers(estimate.number))
    if estimate.indicator.kind != "count":
        what = "dénominateur estimé dans le bureau : ceux sur qui porte le chiffre"
        yield Beside("base", "Base", what, "nombre", Role.COUNT, _numbers(estimate.base))


def _gaps(estimate: Estimate) -> Iterator[Beside]:
    """The gaps with the commune, the department and the country; a plain count is compared with nothing."""
    unit = "points" if estimate.indicator.kind == "share" else estimate.indicator.unit
    for level in LEVELS if estimate.indicator.kind != "count" else ():
        gap = _numbers(estimate.value - estimate.compared[level])
        yield Beside(f"ecart_{level}", f"Écart {level}", f"écart avec {COMPARED[level]}", unit, Role.MEASURE, gap)


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
