"""The columns of the profile: each indicator and what stands beside it, described, with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from carreau.products.declare import Input
from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import LEVELS
from carreau.products.electoral_profile.estimate import Estimate
from carreau.products.electoral_profile.indicators import Indicator
from carreau.products.electoral_profile.refined import StationFrame
from carreau.terms import Column, Provenance, Role

OFFICIAL: Final = ("original", "extract", "compiled", "facsimile", "synthetic", "unknown")
COMPARED: Final = {"commune": "la commune", "departement": "le département", "france": "la France couverte par la source"}


def provenance_of(inputs: Iterable[Input], method: str) -> Provenance:
    """Where a figure made from ``inputs`` comes from; its status is that of the least official of them."""
    used = list(dict.fromkeys(inputs))
    return Provenance(
        source=" ; ".join(f"{entry.source} : {entry.name}" for entry in used),
        vintage=" ; ".join(dict.fromkeys(entry.vintage for entry in used)),
        method=method,
        status=max((entry.status for entry in used), key=OFFICIAL.index, default="unknown"),
    )


def key_columns(stations: StationFrame, provenance: Provenance) -> Iterator[tuple[Column, pa.Array]]:
    """The columns that say which station a row is: key, commune, registered voters, how it is placed."""
    registered = Column(
        "inscrits", "number", "Électeurs inscrits dans le bureau de vote, selon le fichier des bureaux", "électeurs", Role.COUNT,
        title="Inscrits", provenance=provenance,
    )
    for name, title, description, role, values in (
        ("bv_id", "Bureau", "Bureau de vote : code de la commune, « _ », numéro du bureau sur quatre caractères", Role.KEY, stations.codes),
        ("code_commune", "Code commune", "Code officiel de la commune (Paris, Lyon et Marseille : une seule commune)", Role.PLACE, stations.communes),
        ("libelle_commune", "Commune", "Nom de la commune", Role.PLACE, stations.labels),
    ):
        yield Column(name, "text", description, "", role, nullable=role is not Role.KEY, title=title, provenance=provenance), pa.array(values, pa.string())
    yield registered, _numbers(stations.registered)
    placed = np.where(stations.placed == "", "sans contour", stations.placed)
    description = "Comment le bureau est placé : son contour, celui de sa commune dont il est le seul bureau, ou sans contour"
    yield Column("rattachement", "text", description, "", Role.PLACE, title="Rattachement", provenance=provenance), pa.array(placed, pa.string())


def indicator_columns(estimate: Estimate, provenance: Provenance) -> Iterator[tuple[Column, pa.Array]]:
    """An indicator X, then X_marge, X_note, X_statut and, for what is not a plain count, its counts and its gaps."""
    known = estimate.indicator
    share = known.kind == "share"
    value = Column(
        known.name, "number", known.description, known.unit, Role.SHARE if share else Role.COUNT if known.kind == "count" else Role.MEASURE,
        of="" if known.kind == "count" else f"{known.name}_base", title=known.title, theme=known.theme, provenance=provenance,
    )
    yield value, _numbers(estimate.value)
    beside = _Beside(known, provenance)
    gap_unit = "points" if share else known.unit
    yield beside.column("marge", "Marge", "demi-largeur de l'intervalle à 90 %, même unité", gap_unit if share else known.unit, Role.MARGIN), _numbers(np.where(np.isfinite(estimate.value), estimate.margin, np.nan))
    yield beside.column("note", "Note", "note de A (sûr) à E (fragile), selon la marge", "A à E", Role.MARGIN, "text"), _grades(estimate)
    yield beside.column("statut", "Statut", "pourquoi le chiffre est masqué, absent ou emprunté ; vide s'il est montré tel quel", "texte", Role.STATUS, "text"), _texts(estimate.status)
    if known.kind == "count":
        return
    if known.kind != "quantile":
        yield beside.column("nombre", "Nombre", "numérateur estimé dans le bureau", "nombre", Role.COUNT), _numbers(estimate.number)
    yield beside.column("base", "Base", "dénominateur estimé dans le bureau : ceux sur qui porte le chiffre", "nombre", Role.COUNT), _numbers(estimate.base)
    for level in LEVELS:
        yield beside.column(f"ecart_{level}", f"Écart {level}", f"écart avec {COMPARED[level]}", gap_unit), _numbers(estimate.value - estimate.compared[level])


class _Beside:
    """Makes the columns that stand beside one indicator: same title, theme and provenance."""

    __slots__ = ("indicator", "provenance")

    def __init__(self, indicator: Indicator, provenance: Provenance) -> None:
        self.indicator, self.provenance = indicator, provenance

    def column(self, suffix: str, title: str, what: str, unit: str, role: Role = Role.MEASURE, kind: str = "number") -> Column:
        """The column ``X_suffix`` of the indicator X."""
        known = self.indicator
        return Column(
            f"{known.name}_{suffix}", "text" if kind == "text" else "number", f"{known.title} : {what}", unit, role, of=known.name,
            title=title, theme=known.theme, provenance=self.provenance,
        )


def _numbers(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pa.Array:
    """Floats with nulls where there is no number."""
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _grades(estimate: Estimate) -> pa.Array:
    """The letters of the grades, null where no figure is shown."""
    hidden = ~np.isfinite(estimate.value)
    return pa.DictionaryArray.from_arrays(pa.array(estimate.grade.astype(np.int8), mask=hidden), pa.array(list(margins.GRADES))).cast(pa.string())


def _texts(values: Sequence[str]) -> pa.Array:
    """Texts with nulls where they are empty."""
    texts = np.asarray(values, dtype=object)
    return pa.array(np.where(texts == "", None, texts), pa.string())
