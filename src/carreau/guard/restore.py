"""The reading back of a release of this house, kept as Parquet, so that an unchanged question is answered from it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from carreau.errors import Broken
from carreau.guard._seal import Signer
from carreau.guard.content import GEOMETRY, Content, column_of
from carreau.guard.encode.attest import read_copy
from carreau.guard.encode.parquet import CERTIFICATE_KEY, DOCUMENT_KEY
from carreau.guard.releases import Origin, Release, made
from carreau.guard.verify import verified
from carreau.terms import Schema


def restored(path: Path, signer: Signer) -> Release:
    """The Release kept at ``path``, a Parquet file that this very house wrote, checked to the byte.

    Its figures are read only when they are asked for. A file that is not valid under the key of ``signer`` is
    :class:`~carreau.errors.Broken`: it is to be made again, never trusted.
    """
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
    columns = tuple(column_of(field) for field in pq.read_schema(path))
    schema = Schema(release["row"], tuple(column for column in columns if column != GEOMETRY))
    held = {"certificate": release, "document": json.loads(facts[DOCUMENT_KEY]), "cut": copy["cut"]}
    load = cache(lambda: _content(path, schema, held))
    return made(schema, release, Origin(load, signer, path), copy["content"], copy["cut"])


def _facts(path: Path) -> dict[bytes, bytes]:
    """The key-values of the footer; none when the file is of another format."""
    try:
        return dict(pq.read_metadata(path).metadata)
    except pa.ArrowException:
        return {}


def _content(path: Path, schema: Schema, held: dict[str, Any]) -> Content:
    """The content of a kept Parquet, with the digests that its fields declare."""
    whole = pq.read_table(path, pre_buffer=False)
    digests = tuple(field.metadata[b"digest"].decode() for field in whole.schema)
    geometry = whole[GEOMETRY.name] if GEOMETRY.name in whole.column_names else None
    table = whole.select(list(schema.names)).replace_schema_metadata(None)
    return Content(schema, table, geometry, held["certificate"], held["document"], digests, held["cut"])
