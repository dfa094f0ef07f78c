"""The crosswalk: the sparse matrix that brings counts from one system of zones onto another, losing nothing
unsaid.

``weights[o, t]`` is the part of origin zone ``o`` that belongs to target ``t``; ``lost[o]`` the part that
goes nowhere. All apportionment is one sparse product: weights are built once per pair of systems and applied
to hundreds of measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from carreau.errors import Broken
from carreau.places.zones import Codes

Floats = NDArray[np.float64]
Method = Literal["identite", "adresses", "carreaux", "surface", "commune"]
Mode = Literal["conservatif", "simple"]
TOLERANCE: Final = 1e-9
_METHODS: Final[tuple[Method, ...]] = get_args(Method)  # from the most to the least precise


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Weights from origin zones to target zones: a row per origin, a column per target.

    For each origin zone, the weights and ``lost`` sum to 1 within 1e-9; no weight is negative. Two modes:

    - ``simple``: the plain definition (the part of the origin's own area, population or addresses found in
      the target). ``lost`` is what no target covers. Where targets overlap, the same ground is given twice
      and a row can exceed 1: ``lost`` is then *negative*, so that what is carried plus what is lost still
      equals what came in, and the excess stays visible instead of being silently scaled away.
    - ``conservatif``: mass-preserving. Every origin that touches a target gives exactly all it has (rows
      rescaled to 1); an origin wholly outside is lost whole. ``lost`` is 0 or 1.

    Raises :class:`~carreau.errors.Broken` at construction when any of this does not hold.
    """

    origin: Codes
    target: Codes
    vintage: str
    method: Method
    mode: Mode
    weights: Any
    lost: Floats

    def __post_init__(self) -> None:
        if self.weights.shape != (len(self.origin), len(self.target)) or len(self.lost) != len(self.origin):
            raise _unsound(
                f"poids {self.weights.shape}, {len(self.origin)} origines, {len(self.target)} cibles",
                "des tailles égales",
            )
        for side, codes in (("d'origine", self.origin), ("cible", self.target)):
            if len(np.unique(codes)) < len(codes):
                raise _unsound(f"un code {side} répété", "des codes uniques")
        if self.method not in _METHODS or self.mode not in get_args(Mode):
            raise _unsound(
                f"{self.method}, {self.mode}", f"{', '.join(_METHODS)} ; {', '.join(get_args(Mode))}"
            )
        if not np.isfinite(self.weights.data).all() or (self.weights.data < 0).any():
            raise _unsound("un poids négatif ou indéfini", "des poids positifs")
        gaps = np.abs(self.received + self.lost - 1)
        if not (gaps <= TOLERANCE).all():
            worst = int(np.argmax(np.nan_to_num(gaps, nan=np.inf)))
            raise _unsound(
                f"la zone {self.origin[worst]} s'écarte de 1 de {gaps[worst]:.3g}",
                "poids et perte de somme 1 à 1e-9 près",
            )
        if self.mode == "conservatif" and (self.lost < -TOLERANCE).any():
            raise _unsound("une zone donne plus qu'elle n'a", "aucune perte négative en mode conservatif")

    @property
    def received(self) -> Floats:
        """For each origin zone, the part of it that targets receive (above 1 where plain targets overlap)."""
        return np.asarray(self.weights.sum(axis=1), dtype=np.float64).ravel()

    @property
    def reached(self) -> NDArray[np.bool_]:
        """For each target, whether any origin gives it more than dust; where false, 0 means unknown."""
        most = self.weights.max(axis=0).toarray() if self.weights.nnz else np.zeros(len(self.target))
        return np.asarray(most > TOLERANCE).ravel()

    def applied(self, counts: Any) -> Floats:
        """Counts on the targets, (targets,) or (targets, k), out of counts on the origins, (n,) or (n, k).

        Missing counts (NaN) add nothing; :meth:`known` says how much of each target they leave unknown.
        """
        return np.asarray(self.weights.T @ np.nan_to_num(self._checked(counts), nan=0.0))

    def known(self, counts: Any, base: Any = None) -> Floats:
        """For each target, the share (0 to 1) of what it receives that comes from known counts.

        ``base`` is what the share is measured in (the origins' population, say); by default each origin
        weighs 1. NaN where the target receives nothing.
        """
        present = ~np.isnan(self._checked(counts))
        weight = np.ones(len(self.origin)) if base is None else np.nan_to_num(self._checked(base))
        shaped = weight if present.ndim == 1 else weight[:, None]
        whole = self.weights.T @ weight
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(
                (self.weights.T @ (present * shaped)) / (whole if present.ndim == 1 else whole[:, None])
            )

    def lost_mass(self, counts: Any) -> Any:
        """What of the counts reaches no target (a number, or k numbers); missing counts add nothing."""
        return self.lost @ np.nan_to_num(self._checked(counts), nan=0.0)

    def conservative(self) -> Crosswalk:
        """The mass-preserving crosswalk: rows that give something are rescaled to 1, the others are lost.

        A zone that gives less than a billionth of itself gives nothing: that is rounding, not ground.
        """
        received = self.received
        gives = received > TOLERANCE
        scale = np.divide(1.0, received, out=np.zeros_like(received), where=gives)
        weights = sparse.csr_array(sparse.diags_array(scale) @ self.weights)
        weights.eliminate_zeros()
        lost = (~gives).astype(np.float64)
        return Crosswalk(self.origin, self.target, self.vintage, self.method, "conservatif", weights, lost)

    def composed(self, following: Crosswalk) -> Crosswalk:
        """The crosswalk from these origins to the targets of ``following``, whose origins must hold these
        targets.

        What is lost on the way is what is lost in either step. The method is the less precise of the two, the
        mode ``conservatif`` only when both are.
        """
        missing = np.setdiff1d(self.target, following.origin)
        if len(missing):
            raise Broken(
                "ces deux tables de passage ne se suivent pas",
                given=f"{len(missing)} zones inconnues de la seconde, dont {missing[0]}",
                expected="des cibles de la première qui soient toutes des origines de la seconde",
                advice="construire les deux tables sur les mêmes zones, au même millésime",
            )
        order = np.argsort(following.origin)
        rows = order[np.searchsorted(following.origin, self.target, sorter=order)]
        return Crosswalk(
            self.origin,
            following.target,
            f"{self.vintage} → {following.vintage}",
            max(self.method, following.method, key=_METHODS.index),
            "conservatif" if self.mode == following.mode == "conservatif" else "simple",
            sparse.csr_array(self.weights @ following.weights[rows]),
            self.lost + self.weights @ following.lost[rows],
        )

    def restricted(self, targets: Any) -> Crosswalk:
        """The same crosswalk seen from some of its targets, in the order given; origins stay all, in order.

        What goes to the other targets counts as lost here: ask for the coverage before restricting. The mode
        becomes ``simple``. An unknown target is refused.
        """
        wanted = np.asarray(targets, dtype=np.str_)
        unknown = np.setdiff1d(wanted, self.target)
        if len(unknown):
            raise Broken(
                "une zone demandée n'est pas une cible de cette table de passage",
                given=str(unknown[0]),
                expected="des codes cibles",
            )
        order = np.argsort(self.target)
        weights = self.weights[:, order[np.searchsorted(self.target, wanted, sorter=order)]]
        lost = 1.0 - np.asarray(weights.sum(axis=1), dtype=np.float64).ravel()
        return Crosswalk(
            self.origin, wanted, self.vintage, self.method, "simple", sparse.csr_array(weights), lost
        )

    def as_table(self) -> pa.Table:
        """The whole crosswalk as one table of triples ``origine``, ``cible``, ``poids``, for keeping.

        First one row per origin (no ``cible``: ``poids`` is what it loses), then one per target (no
        ``origine``), then the weights. Vintage, method and mode are in the schema's metadata.
        :meth:`from_table` is its inverse.
        """
        triples = self.weights.tocoo()
        n, m = self.weights.shape
        origin = np.concatenate([np.arange(n), np.zeros(m), triples.coords[0]]).astype(np.int32)
        target = np.concatenate([np.zeros(n), np.arange(m), triples.coords[1]]).astype(np.int32)
        is_target, is_origin = np.zeros((2, len(origin)), dtype=np.bool_)
        is_origin[:n], is_target[n : n + m] = True, True
        columns = {
            "origine": pa.DictionaryArray.from_arrays(
                pa.array(origin, mask=is_target), pa.array(self.origin.tolist(), pa.string())
            ),
            "cible": pa.DictionaryArray.from_arrays(
                pa.array(target, mask=is_origin), pa.array(self.target.tolist(), pa.string())
            ),
            "poids": pa.array(np.concatenate([self.lost, np.full(m, np.nan), triples.data])),
        }
        return pa.table(columns).replace_schema_metadata(
            {"vintage": self.vintage, "method": self.method, "mode": self.mode}
        )

    @classmethod
    def from_table(cls, table: pa.Table) -> Crosswalk:
        """The crosswalk kept by :meth:`as_table`; :class:`~carreau.errors.Broken` when it is not one."""
        facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        if not {"origine", "cible", "poids"} <= set(table.column_names) or not {
            "vintage",
            "method",
            "mode",
        } <= set(facts):
            raise _unsound(", ".join(table.column_names), "une table écrite par as_table")
        origin, origins, no_origin = _indices(table["origine"])
        target, targets, no_target = _indices(table["cible"])
        value = table["poids"].to_numpy()
        full = ~(no_origin | no_target)
        shape = (int(no_target.sum()), int(no_origin.sum()))
        return cls(
            origins[origin[no_target]],
            targets[target[no_origin]],
            facts["vintage"],
            facts["method"],
            facts["mode"],
            sparse.csr_array((value[full], (origin[full], target[full])), shape=shape),
            value[no_target],
        )

    def _checked(self, counts: Any) -> Floats:
        """Counts as floats, one row per origin zone."""
        array = np.asarray(counts, dtype=np.float64)
        if array.ndim not in (1, 2) or len(array) != len(self.origin):
            raise _unsound(
                f"des comptes de forme {array.shape}",
                f"une ligne par zone d'origine, soit {len(self.origin)}",
            )
        return array


def crosswalk_of(
    origin: Codes, target: Codes, triples: tuple[Any, Any, Any], *, vintage: str, method: Method
) -> Crosswalk:
    """The plain crosswalk out of (origin index, target index, weight) triples; repeated pairs add up."""
    rows, columns, values = triples
    weights = sparse.csr_array((values, (rows, columns)), shape=(len(origin), len(target)), dtype=np.float64)
    weights.eliminate_zeros()
    lost = 1.0 - np.asarray(weights.sum(axis=1), dtype=np.float64).ravel()
    return Crosswalk(origin, target, vintage, method, "simple", weights, lost)


def identity(codes: Codes, vintage: str) -> Crosswalk:
    """The crosswalk of a system of zones onto itself."""
    index = np.arange(len(codes))
    same = crosswalk_of(codes, codes, (index, index, np.ones(len(codes))), vintage=vintage, method="identite")
    return same.conservative()


def _indices(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], Codes, NDArray[np.bool_]]:
    """The dictionary indices (0 where null), the dictionary and the nulls of a text column."""
    encoded = (
        column.combine_chunks().dictionary_encode()
        if not pa.types.is_dictionary(column.type)
        else column.unify_dictionaries().combine_chunks()
    )
    missing = np.asarray(encoded.is_null())
    return (
        np.asarray(encoded.indices.fill_null(0)),
        np.asarray(encoded.dictionary.to_pylist(), dtype=np.str_),
        missing,
    )


def _unsound(given: str, expected: str) -> Broken:
    """The error for a crosswalk or counts that break its law."""
    return Broken("cette table de passage n'est pas cohérente", given=given, expected=expected)
