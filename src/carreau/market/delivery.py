"""The delivery: a Release written to its place, whole or not at all, and the line of the ledger that says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from carreau.guard import Release, format_of
from carreau.guard.encode.csv import SIDECAR

VERB: Final = "deliver"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that has been delivered: where, how large, its sha256, its format and the certificate it holds."""

    path: Path
    bytes: int
    digest: str
    format: str
    certificate: str


def delivered(
    release: Release,
    path: Path,
    format: str = "",
    *,
    ledger_append: Callable[[str, Mapping[str, Any], datetime], object],
    at: datetime,
) -> Delivery:
    """``release`` written to ``path`` in ``format`` (by default that of the path's suffix), then entered in the ledger.

    ``ledger_append(verb, facts, at)`` is called once, after the file is in its place: what the ledger says was
    delivered is there; when it fails the file is taken away, since nothing leaves without a line. A full disk is
    :class:`~carreau.errors.Retry`, a place where one may not write :class:`~carreau.errors.Missing`, an unknown format
    :class:`~carreau.errors.Unknown`; nothing is half-written.
    """
    kind = format_of(format or path)
    release.write(path, kind.suffix)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    delivery = Delivery(path, path.stat().st_size, digest, kind.suffix, str(release.certificate["id"]))
    facts = {**asdict(delivery), "path": str(path), "territory": release.territory, "product": release.product}
    try:
        ledger_append(VERB, {**facts, "recipient": release.certificate["recipient"]}, at)
    except BaseException:
        for written in (path, path.with_name(path.name + SIDECAR)):
            written.unlink(missing_ok=True)
        raise
    return delivery
