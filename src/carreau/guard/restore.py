"""The reading back of a release of this house, kept as Parquet, so that an unchanged question is answered from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.guard._seal import Signer
from carreau.guard.content import GEOMETRY, Box, Content, column_of
from carreau.guard.encode.attest import read_copy
from carreau.guard.encode.parquet import CERTIFICATE_KEY, DOCUMENT_KEY
from carreau.guard.reading import box_of
from carreau.guard.releases import Origin, Release, made
from carreau.guard.verify import verified
from carreau.terms import Schema


@dataclass(frozen=True, slots=True)
class Kept:
    """What a kept Parquet says of itself, once it is known to be intact: all but its figures.

    ``sha256`` is the digest that its copy certificate gives of the file, ``content`` that of schema and values, and
    ``digests`` are those of its columns.
    """

    sha256: str
    content: str
    schema: Schema
    certificate: Mapping[str, Any]
    document: Mapping[str, Any]
    cut: Mapping[str, Any] | None
    digests: tuple[str, ...]
    box: Box | None


def restored(path: Path, signer: Signer) -> Release:
    """The Release kept at ``path``, a Parquet file that this very house wrote, checked to the byte.

    Its figures are read only when they are asked for. A file that is not valid under the key of ``signer`` is
    :class:`~carreau.errors.Broken`: it is to be made again, never trusted.
    """
    facts = kept_release(path, signer)
    load = cache(lambda: _content(path, facts))
    return made(facts.schema, facts.certificate, Origin(load, signer, path, (facts.content, facts.cut)))


def kept_release(path: Path, signer: Signer) -> Kept:
    """What the Parquet at ``path`` says of itself; :class:`~carreau.errors.Broken` when it is not to be trusted."""
    verdict = verified(path, [signer.public_key])
    facts = _facts(path) if verdict.state == "valide" else {}
    document = read_copy(facts.get(CERTIFICATE_KEY, b""))
    if document is None:
        raise Broken(
            f"{path.name} n'est pas une sortie valide de cette maison",
            given=" ".join(word for word in (verdict.state, verdict.where) if word),
            expected="un Parquet écrit et signé ici, intact",
            advice="refaire la sortie",
        )
    release, copy = document["release"], document["copy"]
    fields = pq.read_schema(path)
    columns = tuple(column_of(field) for field in fields)
    schema = Schema(release["row"], tuple(column for column in columns if column != GEOMETRY))
    digests = tuple(field.metadata[b"digest"].decode() for field in fields)
    told = json.loads(facts[DOCUMENT_KEY])
    box = box_of(json.loads(facts.get(b"geo", b"null")))
    return Kept(copy["sha256"], copy["content"], schema, release, told, copy["cut"], digests, box)


def _facts(path: Path) -> dict[bytes, bytes]:
    """The key-values of the footer; none when the file is of another format."""
    try:
        return dict(pq.read_metadata(path).metadata)
    except pa.ArrowException:
        return {}


def _content(path: Path, facts: Kept) -> Content:
    """The content of a kept Parquet, with the digests that its fields declare."""
    whole = pq.read_table(path, pre_buffer=False)
    geometry = whole[GEOMETRY.name] if GEOMETRY.name in whole.column_names else None
    table = whole.select(list(facts.schema.names)).replace_schema_metadata(None)
    told = facts.certificate, facts.document
    return Content(facts.schema, table, geometry, *told, lambda: facts.digests, lambda: facts.cut, facts.box)
