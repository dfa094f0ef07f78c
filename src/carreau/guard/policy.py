"""The judgement of a Draft: which route it may take out, and which cells are hidden on the way.

One route exists today, ``OPEN``: figures that their publishers have already made public, secrecy marks kept, and a
threshold under which a share is hidden because its denominator is too small to say anything.
``argument.md`` beside this file gives the reason of each rule.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken, Refused
from carreau.products.declare import Draft, Policy
from carreau.sources.declare import ARROW_TYPES
from carreau.terms import Role

ROUTES: Final = ("OPEN",)
SHOWN: Final = ("_statut", "_base")  # what stays beside a hidden figure: the reason, and what it was too small of
_WAY: Final = "déclarer dans product.toml une politique [policy] avec route, subject, k et purposes"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guard decided: when, by which rule, on how many rows, how many cells it hid, and why."""

    at: datetime
    rule: str
    rows_in: int
    rows_out: int
    cells_hidden: int
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A table that may leave: every cell under the threshold is null and says why in its ``_statut``.

    ``smallest`` is the smallest denominator of a share that is shown (None when no share is), ``hidden`` the share of
    the indicators' cells hidden here, ``withheld`` the share that was already empty, with its reason.
    """

    table: pa.Table
    policy: Policy
    decision: Decision
    smallest: float | None
    hidden: float
    withheld: float


def strictest(*policies: Policy | None) -> Policy:
    """The one policy that respects all of ``policies``: the largest threshold, only the purposes common to all.

    :class:`~carreau.errors.Refused` when there is none, when one is missing, when a route is unknown, or when no
    purpose is left: no policy, no exit.
    """
    known = [policy for policy in policies if policy is not None]
    if not known or len(known) < len(policies):
        raise Refused("sans politique, rien ne sort", expected=f"une route parmi {', '.join(ROUTES)}", advice=_WAY)
    for policy in known:
        if policy.route not in ROUTES:
            raise Refused(
                f"la route « {policy.route} » n'existe pas", given=policy.route, expected=", ".join(ROUTES), advice=_WAY
            )
        if policy.k < 1:
            raise Refused("un seuil nul ne protège rien", given=f"k = {policy.k}", expected="k ≥ 1", advice=_WAY)
    hardest = max(known, key=lambda policy: policy.k)
    purposes = tuple(
        purpose for purpose in known[0].purposes if all(purpose in policy.purposes for policy in known)
    )
    if not purposes:
        raise Refused("aucun usage n'est permis par toutes les politiques à la fois", advice=_WAY)
    return Policy(hardest.route, hardest.subject, hardest.k, purposes)


def judged(draft: Draft, at: datetime) -> Judged:
    """``draft`` judged against the policy of its product: its table with small denominators hidden, and the decision.

    Null, and ``X_statut`` says why, where ``X_base`` is known and strictly under ``k``; exactly ``k`` stays. A reason
    already given (secrecy marks of the publisher, « hors champ… ») survives. An unknown base hides nothing.
    """
    policy = strictest(draft.product.policy)
    table = _whole(draft)
    columns = dict(zip(table.column_names, table.columns, strict=True))
    indicators = [name for name in table.column_names if f"{name}_statut" in columns]
    beside = _companions(draft)
    hidden = sum(_hide(columns, (name, *beside[name]), policy) for name in indicators if f"{name}_base" in columns)
    cells = max(1, table.num_rows * len(indicators))
    withheld = sum(columns[name].null_count for name in indicators) - hidden
    reason = (
        f"chiffres déjà publics ; parts masquées sous {policy.k} {policy.subject}s au dénominateur"
        if hidden
        else f"chiffres déjà publics ; aucun dénominateur affiché sous {policy.k} {policy.subject}s"
    )
    decision = Decision(at, f"{policy.route}, k = {policy.k}", table.num_rows, table.num_rows, hidden, reason)
    shown = pa.table(list(columns.values()), names=list(columns))
    return Judged(shown, policy, decision, _smallest(columns, indicators), hidden / cells, withheld / cells)


def _companions(draft: Draft) -> Mapping[str, list[str]]:
    """The columns that say more of each figure (its margin, its number, its bounds), hidden whenever it is."""
    found: dict[str, list[str]] = defaultdict(list)
    for column in draft.schema.columns:
        if column.of and column.name not in {f"{column.of}{suffix}" for suffix in SHOWN}:
            found[column.of].append(column.name)
    return found


def _hide(columns: dict[str, pa.ChunkedArray], names: tuple[str, ...], policy: Policy) -> int:
    """Hide, in ``columns``, the cells of a figure and its companions under the threshold; how many figures were."""
    name = names[0]
    small = pc.fill_null(pc.less(columns[f"{name}_base"], policy.k), False)
    count = pc.sum(pc.and_(small, columns[name].is_valid())).as_py() or 0
    if not pc.any(small).as_py():
        return 0
    for hidden in names:
        columns[hidden] = pc.if_else(small, pa.scalar(None, columns[hidden].type), columns[hidden])
    said = f"masqué : moins de {policy.k} {policy.subject}s au dénominateur"
    status = columns[f"{name}_statut"]
    columns[f"{name}_statut"] = pc.if_else(small, pc.fill_null(status, said), status)
    return int(count)


def _smallest(columns: Mapping[str, pa.ChunkedArray], indicators: list[str]) -> float | None:
    """The smallest denominator among the shares that are shown."""
    bases = [
        pc.min(pc.if_else(columns[name].is_valid(), columns[f"{name}_base"], None)).as_py()
        for name in indicators
        if f"{name}_base" in columns
    ]
    known = [base for base in bases if base is not None]
    return float(min(known)) if known else None


def _whole(draft: Draft) -> pa.Table:
    """The table of ``draft`` as its schema declares it, or the error that says what is wrong with it."""
    schema = draft.schema
    if tuple(draft.table.column_names) != schema.names:
        odd = sorted(set(draft.table.column_names) ^ set(schema.names))
        raise Broken(
            f"le brouillon de « {draft.product.id} » ne suit pas son schéma",
            given=", ".join(odd[:12]) or "les mêmes colonnes dans un autre ordre",
            expected="les colonnes du schéma, dans leur ordre",
            advice="corriger build.py du produit",
        )
    personal = [column.name for column in schema.columns if column.role is Role.PERSONAL]
    if personal:
        raise Refused(
            "une donnée personnelle ne sort pas par la route OPEN",
            given=", ".join(personal),
            expected="des chiffres sur des lieux",
            advice="retirer ces colonnes du produit, ou les compter par lieu",
        )
    try:
        arrays = [draft.table[column.name].cast(ARROW_TYPES[column.type]) for column in schema.columns]
    except pa.ArrowException as error:
        raise Broken(
            f"le brouillon de « {draft.product.id} » ne suit pas les types de son schéma",
            given=str(error),
            expected="les types déclarés",
            advice="corriger build.py du produit",
        ) from error
    table = pa.table(arrays, names=list(schema.names))
    _finite(draft, table)
    _unique(draft, table)
    return table


def _finite(draft: Draft, table: pa.Table) -> None:
    """Refuse a figure that is not a number: an empty cell must be null and say why."""
    numbers = [column.name for column in draft.schema.columns if column.type == "number"]
    odd = [name for name in numbers if not _all_finite(table[name])]
    missing = [
        name.removesuffix("_base")
        for name in table.column_names
        if name.endswith("_base") and f"{name.removesuffix('_base')}_statut" not in table.column_names
    ]
    if odd or missing:
        raise Broken(
            f"le brouillon de « {draft.product.id} » a des cellules vides sans raison",
            given=", ".join((odd + missing)[:12]),
            expected="des nombres finis ou vides, et une colonne _statut qui dit pourquoi une part est vide",
            advice="corriger build.py du produit",
        )


def _all_finite(values: pa.ChunkedArray) -> bool:
    """Whether no value is infinite or not a number: told by their sum, unless it is too large to tell."""
    if math.isfinite(pc.sum(values).as_py() or 0.0):
        return True
    return bool(np.isfinite(pc.fill_null(values, 0.0).to_numpy()).all())


def _unique(draft: Draft, table: pa.Table) -> None:
    """Refuse a table whose key names two rows."""
    keys = [column.name for column in draft.schema.columns if column.role is Role.KEY]
    if keys and table.group_by(keys).aggregate([]).num_rows != table.num_rows:
        raise Broken(
            f"le brouillon de « {draft.product.id} » a des lignes en double",
            given=", ".join(keys),
            expected=draft.schema.rows,
            advice="corriger build.py du produit",
        )
