"""Saved analyses: a name and the state of a screen, owned by one account, found by nobody else."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from carreau.errors import Missing, Refused
from carreau.market.settings import certain, stamp, table
from carreau.store import Records

_SET: Final = table("analysis")


@dataclass(frozen=True, slots=True)
class Analysis:
    """A saved analysis: ``state`` is what the screen needs to show it again, as plain JSON values."""

    id: str
    name: str
    state: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Analyses:
    """The saved analyses that the records keep."""

    records: Records

    def saved(self, owner: str, name: str, state: Mapping[str, Any], now: datetime) -> Analysis:
        """The analysis, now saved; :class:`~carreau.errors.Refused` when it is too large, or one too many."""
        text = _plain(state)
        size = len(text.encode())
        if size > _SET["longest_state_bytes"]:
            raise Refused(
                "cette analyse est trop grande pour être gardée",
                given=f"{size} octets",
                expected=f"{_SET['longest_state_bytes']} octets au plus",
                advice="choisir moins de lieux un à un ; prendre plutôt la commune entière",
            )
        analysis = Analysis(secrets.token_hex(8), name, json.loads(text), now)
        with self.records.transaction() as connection:
            count = connection.execute("SELECT count(*) FROM analyses WHERE owner = ?", (owner,)).fetchone()[0]
            if count >= _SET["most_of_one_account"]:
                raise Refused(f"{count} analyses sont déjà gardées", advice="supprimer celles qui ne servent plus")
            row = (analysis.id, owner, name, text, stamp(now))
            connection.execute("INSERT INTO analyses VALUES (?, ?, ?, ?, ?)", row)
        return analysis

    def listed(self, owner: str) -> list[Analysis]:
        """The analyses of ``owner``, the latest first."""
        rows = self.records.rows("SELECT * FROM analyses WHERE owner = ? ORDER BY created_at DESC, id", (owner,))
        return [_analysis(row) for row in rows]

    def deleted(self, identifier: str, owner: str) -> None:
        """The analysis is gone.

        :class:`~carreau.errors.Missing` alike for one that does not exist and for somebody else's.
        """
        with self.records.transaction() as connection:
            done = connection.execute("DELETE FROM analyses WHERE id = ? AND owner = ?", (identifier, owner))
            if not done.rowcount:
                raise _absent()


def _plain(state: Mapping[str, Any]) -> str:
    """The state as JSON text; :class:`~carreau.errors.Refused` for what JSON or UTF-8 cannot say."""
    try:
        _not_too_deep(state)
        text = json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except ValueError as error:
        raise Refused(
            "cette analyse ne peut pas être gardée",
            given="une valeur qui ne s'écrit pas en JSON",
            expected=f"des nombres finis, des textes bien formés, {_SET['deepest_state']} niveaux au plus",
        ) from error
    return text


def _not_too_deep(state: Mapping[str, Any]) -> None:
    """``ValueError`` when lists and objects stand within each other beyond what a screen needs."""
    within: list[Any] = [state]
    for _ in range(_SET["deepest_state"]):
        held = [value.values() if isinstance(value, Mapping) else value for value in within]
        within = [value for values in held for value in values if isinstance(value, Mapping | list)]
        if not within:
            return
    raise ValueError(_SET["deepest_state"])


def _analysis(row: Any) -> Analysis:
    """An analysis out of its record."""
    return Analysis(row["id"], row["name"], json.loads(row["state"]), certain(row["created_at"]))


def _absent() -> Missing:
    """The one answer for an analysis that is not there for this account."""
    return Missing("cette analyse n'existe pas", advice="revenir à la liste des analyses gardées")
