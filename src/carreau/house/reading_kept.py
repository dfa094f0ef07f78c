"""What has already been released in a home and still rests there: found by what each kept Parquet says of itself.

A server shows what was released. It does not make it again because the code of a room has changed since: that is for
``carreau release``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.guard.encode.attest import read_copy
from carreau.guard.encode.parquet import CERTIFICATE_KEY, DOCUMENT_KEY

KEYS: Final[Mapping[str, str]] = {
    "bv_id": "bureau",
    "code_iris": "iris",
    "code_commune": "commune",
    "code_circonscription": "circonscription",
    "code_departement": "departement",
}
WIDEST: Final = ("france", "dep", "epci", "circo", "com", "bv")


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole release at rest: of which product and territory, at which level of places, where, made when, from what.

    ``lineage`` gives the digest of each file it was made from, by source and name.
    """

    product: str
    territory: str
    level: str
    path: Path
    certificate: Mapping[str, Any]
    lineage: Mapping[tuple[str, str], str]

    @property
    def made_at(self) -> str:
        """When it was made, in ISO 8601: the texts sort as the dates do."""
        return str(self.certificate["made_at"])

    def agrees(self, other: Kept) -> bool:
        """Whether both were made from the same files, as far as they share any: they then tell the same figures."""
        return all(other.lineage.get(name, digest) == digest for name, digest in self.lineage.items())


def kept_releases(blobs: Path) -> list[Kept]:
    """Every whole release that rests in the folder ``blobs``, the last made first; other files are passed over."""
    return kept_among(blobs.glob("*.parquet"))


def kept_among(paths: Iterable[Path]) -> list[Kept]:
    """The whole releases among some files, the last made first."""
    found = [_kept(path) for path in paths]
    return sorted((kept for kept in found if kept), key=lambda kept: kept.made_at, reverse=True)


def widest(kept: Sequence[Kept], product: str) -> str | None:
    """The territory of the widest release of ``product`` (the last made among equals); None when there is none."""
    ours = [entry for entry in kept if entry.product == product and entry.level == "bureau"]
    best = min(ours, key=lambda entry: WIDEST.index(entry.territory.partition(":")[0]), default=None)
    return best.territory if best else None


def _kept(path: Path) -> Kept | None:
    """What a Parquet of the house says of itself; None when it is no release, or a part of one."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        return None
    said = file.metadata.metadata or {}
    document = read_copy(said.get(CERTIFICATE_KEY, b"")) if DOCUMENT_KEY in said else None
    if document is None or document["copy"]["cut"] is not None or file.schema.names[0] not in KEYS:
        return None
    release = document["release"]
    lineage = {(entry["source"], entry["name"]): str(entry["digest"]) for entry in release["lineage"]}
    level = KEYS[file.schema.names[0]]
    return Kept(str(release["product"]["id"]), str(release["territory"]), level, path, release, lineage)
