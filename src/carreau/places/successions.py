"""Successions: how the stations of a past vote are found again in today's, every vote accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import sparse

from carreau.places.crosswalk import Crosswalk, Floats, Method
from carreau.places.kernel import Indices
from carreau.places.remarks import counted
from carreau.places.stations import Stations
from carreau.places.zones import Codes

Triples = tuple[Indices, Indices, Floats]


@dataclass(frozen=True, slots=True)
class Succession:
    """How the stations of a past vote pass into today's: the crosswalk and, per past station, by which way.

    ``ways[i]`` is ``identite`` (the same code is still in use: the perimeter may have changed all the same),
    ``surface`` (the contours of both vintages are known), ``commune`` (the code is gone: spread over the
    stations of the commune by registered voters) or empty (no station today in that commune: every vote is in
    ``lost``).
    """

    crosswalk: Crosswalk
    ways: Codes
    remarks: tuple[str, ...]


def successions_of(
    past: pa.Table,
    today: Stations,
    *,
    vintage: str,
    commune_now: Callable[[str], str] = str,
    areas: Crosswalk | None = None,
) -> Succession:
    """How the stations of ``past`` (a table with ``bv_id``, one row per station) pass into today's.

    ``commune_now`` gives today's commune of a past one (:func:`~carreau.places.codes.current_commune` with
    its date and movements bound). ``areas`` is the area crosswalk from past contours to today's, when both
    are known: it is used for the past stations it covers, made mass-preserving. Every past station gives all
    its votes or is lost whole.
    """
    codes = np.unique(np.asarray(past["bv_id"].to_pylist(), dtype=np.str_))
    communes = np.asarray([commune_now(code.partition("_")[0]) for code in codes.tolist()], dtype=np.str_)
    ways = np.full(len(codes), "", dtype="<U8")
    by_area = _by_area(codes, today, areas, ways)
    same = _same_code(codes, communes, today, ways)
    spread = _spread(communes, today, ways)
    rows, columns, values = (np.concatenate(parts) for parts in zip(by_area, same, spread, strict=True))
    weights = sparse.csr_array((values, (rows, columns)), shape=(len(codes), len(today)))
    lost = (ways == "").astype(np.float64)
    vintages = f"bv {vintage} → bv {today.vintage}"
    walk = Crosswalk(codes, today.codes, vintages, _method(ways), "conservatif", weights, lost)
    return Succession(walk, ways, _remarks(ways))


def _method(ways: Codes) -> Method:
    """The least precise of the ways used."""
    if (ways == "commune").any():
        return "commune"
    return "surface" if (ways == "surface").any() else "identite"


def _by_area(codes: Codes, today: Stations, areas: Crosswalk | None, ways: Codes) -> Triples:
    """The triples of the past stations whose contour is known and meets today's."""
    if areas is None:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    triples = areas.conservative().weights.tocoo()
    row, row_found = located(areas.origin[triples.coords[0]], codes)
    column, column_found = located(areas.target[triples.coords[1]], today.codes)
    kept = row_found & column_found
    row, column, value = row[kept], column[kept], triples.data[kept]
    total = np.bincount(row, value, len(codes))
    ways[total > 0] = "surface"
    return row, column, value / total[row]


def _same_code(codes: Codes, communes: Codes, today: Stations, ways: Codes) -> Triples:
    """The triples of the past stations whose code, in today's commune, is still in use."""
    numbers = [code.partition("_")[2] for code in codes.tolist()]
    renamed = np.asarray([f"{c}_{n}" for c, n in zip(communes.tolist(), numbers, strict=True)], dtype=np.str_)
    unmerged = np.asarray(
        [code.startswith(f"{c}_") for code, c in zip(codes.tolist(), communes.tolist(), strict=True)],
        dtype=np.bool_,
    )
    column, found = located(renamed, today.codes)
    row = np.flatnonzero(found & unmerged & (ways == ""))
    ways[row] = "identite"
    return row, column[row], np.ones(len(row))


def _spread(communes: Codes, today: Stations, ways: Codes) -> Triples:
    """The triples of the past stations that are gone: over their commune's stations, by registered voters."""
    order = np.argsort(today.communes, kind="stable")
    names, start, count = np.unique(today.communes[order], return_index=True, return_counts=True)
    place, found = located(communes, names)
    gone = np.flatnonzero(found & (ways == ""))
    ways[gone] = "commune"
    size = count[place[gone]]
    row = np.repeat(gone, size)
    within = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    column = order[np.repeat(start[place[gone]], size) + within]
    voters = np.maximum(
        np.nan_to_num(today.registered[column]), 1e-6
    )  # equally when no number of voters is known
    return row, column, voters / np.bincount(row, voters, len(communes))[row]


def located(wanted: Codes, known: Codes) -> tuple[Indices, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """The position of each wanted code among ``known`` (any order), and whether it is there."""
    if not len(known):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    order = np.argsort(known, kind="stable")
    position = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    return position, known[position] == wanted


def _remarks(ways: Codes) -> tuple[str, ...]:
    """What a reader should know of each way."""
    sentences = {
        "identite": "bureau{x} d'alors {portent} un code encore en usage ; le périmètre a pu changer",
        "surface": "bureau{x} d'alors {sont} réparti{s} selon la surface commune avec ceux d'aujourd'hui",
        "commune": "bureau{x} d'alors n'{existent} plus : les voix sont réparties dans la commune "
        "selon les inscrits",
        "": "bureau{x} d'alors n'{ont} plus de bureau dans {leur} commune : les voix sont comptées "
        "comme perdues",
    }
    return tuple(
        remark for way, sentence in sentences.items() for remark in counted((ways == way).sum(), sentence)
    )
