"""What a reader of Delta Sharing asks, checked: which table, which version, how many rows, which page of a list."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from starlette.requests import Request

from carreau.counters.delta_sharing.lines import Told
from carreau.errors import Missing, Unknown

Listed = TypeVar("Listed")
MOST_LISTED: Final = 500
LONGEST_BODY: Final = 65_536
_DIGITS: Final = 18


def name_of(given: str, expected: str, noun: str) -> None:
    """Nothing when ``given`` is the ``expected`` name, whatever its capitals; else :class:`~carreau.errors.Missing`."""
    if given.casefold() != expected.casefold():
        raise Missing(
            f"{noun} « {given[:80]} » n'existe pas, ou n'est pas ouvert à ce jeton",
            given=given[:80],
            advice="reprendre l'un des noms de la liste des tables",
        )


def paged(request: Request, listed: Sequence[Listed]) -> tuple[Sequence[Listed], str]:
    """The part of a list that is asked for, and the token of the next one (empty at the end)."""
    most = min(_number("maxResults", request.query_params.get("maxResults", str(MOST_LISTED))), MOST_LISTED)
    start = _start(request.query_params.get("pageToken", ""))
    if most == 0:
        return [], ""
    end = start + most
    return listed[start:end], _token(end) if end < len(listed) else ""


def body_of(body: bytes) -> dict[str, Any]:
    """The body of a query: a JSON object, small; an empty one asks for all."""
    if len(body) > LONGEST_BODY:
        raise Unknown("la demande est trop longue", given=f"{len(body)} octets", expected=f"{LONGEST_BODY} au plus")
    try:
        said = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Unknown("la demande n'est pas un objet JSON", expected='par exemple {"limitHint": 100}')
    return said


def limit_of(body: Mapping[str, Any]) -> int | None:
    """How many rows the reader needs, when it says so."""
    limit = body.get("limitHint")
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise Unknown("limitHint n'est pas un nombre de lignes", given=str(limit)[:40], expected="zéro ou plus")
    return limit


def version_asked(told: Told, version: object, moment: object) -> None:
    """Nothing when the version that is kept is what is asked for; :class:`~carreau.errors.Unknown` for another.

    A version may be named by its number, or by a moment (ISO 8601): the one that was there then.
    """
    if version is not None and str(version) != str(told.version):
        raise Unknown(
            f"la version {str(version)[:20]} de cette table n'est pas tenue",
            given=str(version)[:20],
            expected=f"la version {told.version}, celle du {told.made_at.date().isoformat()}",
            advice="charger la table sans demander de version",
        )
    if moment is not None and _moment(moment) < told.made_at:
        raise Unknown(
            "cette table n'était pas encore faite à ce moment, ou l'était dans une version qui n'est plus tenue",
            given=str(moment)[:40],
            expected=f"à partir du {told.made_at.isoformat(timespec='seconds')}",
            advice="charger la table sans demander de date",
        )


def changes_asked(told: Told, asked: Mapping[str, str]) -> None:
    """Nothing when what is asked is how the first version came to be; else why it cannot be told.

    The changes of the first version are all its rows. Those between two releases are not kept: a table is loaded whole.
    """
    start, since = asked.get("startingVersion"), asked.get("startingTimestamp")
    if (start is None) == (since is None):
        raise Unknown(
            "une lecture des changements dit d'où elle part",
            expected="startingVersion, ou startingTimestamp",
            advice=f"par exemple startingVersion={told.version}",
        )
    first = _number("startingVersion", start) if start is not None else told.version
    last = _number("endingVersion", asked.get("endingVersion", str(told.version)))
    if since is not None:
        _moment(since)
    if first > told.version or last < first:
        raise Unknown(
            "cette version n'existe pas encore" if first > told.version else "la fin précède le début",
            given=f"de {first} à {last}",
            expected=f"de 0 à {told.version}",
            advice="reprendre le numéro que donne la version de la table",
        )
    if told.version > 0:
        raise Unknown(
            "les changements d'une version à l'autre ne sont pas tenus : chaque version est une table entière",
            given=f"de {first} à {last}",
            expected=f"la table, dans sa version {told.version}",
            advice="charger la table entière",
        )


def _number(name: str, text: str) -> int:
    """A whole number, zero or more."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise Unknown(f"{name} n'est pas un nombre", given=text[:40], expected="zéro ou plus, en chiffres")
    return int(text)


def _moment(text: object) -> datetime:
    """A moment, in universal time when it does not say."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Unknown(
            "ce moment ne se lit pas", given=str(text)[:40], expected="par exemple 2026-11-24T12:00:00Z"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _token(start: int) -> str:
    """The token of the part of a list that starts at ``start``."""
    return base64.urlsafe_b64encode(str(start).encode()).decode().rstrip("=")


def _start(token: str) -> int:
    """Where the part of a list that a token names starts."""
    if not token:
        return 0
    try:
        text = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        text = ""
    if not (text.isascii() and text.isdigit() and len(text) < _DIGITS):
        raise Unknown("ce pageToken n'a pas été donné ici", given=token[:40], expected="celui de la page précédente")
    return int(text)
