"""The certificate of a release: what it was made of, for whom, under which policy, and what was decided.

Two documents. The *release certificate* says what left the guard, is signed and chained to the previous one. Each
file then holds a *copy certificate*: the release certificate, the form and slice of this copy and the sha256 of every
byte of the file, its own region left blank; it is signed too (see ``encode/attest.py``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from carreau.guard._seal import digest_of
from carreau.guard.policy import Judged
from carreau.products.declare import Draft, Input
from carreau.sources.catalogue import catalogue
from carreau.sources.declare import Source

FORMAT: Final = "carreau/certificat-1"


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom a release is made and to what end; both may be left unsaid for figures that are public."""

    name: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """For whom a release is made, when, and the digest of the certificate that came before (empty for the first)."""

    made_at: datetime
    previous: str
    recipient: Recipient = Recipient()


def release_body(draft: Draft, verdict: Judged, request: Request, content: Mapping[str, Any]) -> dict[str, Any]:
    """The certificate of a release, before signature; ``content`` is its canonical digest with rows and columns."""
    route = verdict.policy.route
    body = {
        "format": FORMAT,
        "product": {"id": draft.product.id, "title": draft.product.title},
        "territory": str(draft.territory),
        "row": draft.schema.rows,
        "lineage": [_input(item) for item in draft.lineage],
        "standing": standing(item.status for item in draft.lineage),
        "policy": asdict(verdict.policy),
        "policy_digest": digest_of(asdict(verdict.policy)),
        "recipient": request.recipient.name,
        "purpose": request.recipient.purpose or "non précisé : l'un des usages permis par la politique",
        "legal_basis": _said(texts()["legal_basis"][route]),
        "mode": route,
        "smallest_group_shown": verdict.smallest,
        "hidden_share": round(verdict.hidden, 6),
        "withheld_share": round(verdict.withheld, 6),
        "decision": {**asdict(verdict.decision), "at": verdict.decision.at.isoformat()},
        "questions": texts()["questions"][route],
        "content": content,
        "made_at": request.made_at.isoformat(),
        "previous": request.previous,
    }
    return {**body, "id": f"carreau-{digest_of(body)[:20]}"}


def standing(statuses: Iterable[str]) -> list[str]:
    """What the statuses of the inputs mean for a reader, the least official first, in whole sentences."""
    present = set(statuses)
    return [entry["text"] for entry in texts()["standing"] if entry["status"] in present]


@cache
def texts() -> Mapping[str, Any]:
    """The sentences of ``certificate.toml``."""
    return tomllib.loads(Path(__file__).with_name("certificate.toml").read_text("utf-8"))


def _input(item: Input) -> dict[str, str]:
    """One input with the title, publisher and licence that its source declares, when that source is known here."""
    source = _sources().get(item.source)
    known = {} if source is None else {name: getattr(source, name) for name in ("title", "publisher", "licence")}
    return {**asdict(item), **known}


@cache
def _sources() -> Mapping[str, Source]:
    """The declared sources, read once."""
    return catalogue()


def _said(entry: Mapping[str, Any]) -> dict[str, str]:
    """An entry of the texts with its date written out."""
    return {name: str(value) for name, value in entry.items()}
