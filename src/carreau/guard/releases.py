"""The Release: what may leave the house. Only :func:`release` makes one from a Draft, and :func:`restored` from a file.

A Release cannot be built by its constructor, copied with changes, or written to: its figures are those that the
policy let out, and its certificate says so.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken, Refused
from carreau.guard import reading
from carreau.guard._seal import Signer, canonical, digest_of, unlocked
from carreau.guard.certificate import Recipient, Request, release_body
from carreau.guard.content import GEOMETRY, Content, column_digests, content_digest
from carreau.guard.cut import counted, cut_content, equals_of, orders_of, plain_where, said_slice
from carreau.guard.encode import Format, encoded_to, format_of
from carreau.guard.encode.csv import SIDECAR
from carreau.guard.grouping import grouped_content
from carreau.guard.policy import Decision, judged
from carreau.guard.presentation import Presentation
from carreau.guard.writing import written_whole
from carreau.products.declare import Draft
from carreau.terms import Condition, Grouping, Schema, Slice

CHUNK: Final = 1 << 16
IN_MEMORY: Final = 1 << 25
ANYONE: Final = Recipient()
PLAIN: Final = Presentation()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the content of a Release is: how to load it, who signs its copies, the Parquet where it is kept, if any.

    ``known`` holds its digest and which slice it is, where they are known without its figures.
    """

    load: Callable[[], Content]
    signer: Signer
    kept: Path | None = None
    known: tuple[str, Mapping[str, Any] | None] | None = None


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Release:
    """Figures that may leave, with the certificate that says why; made by the guard alone.

    ``certificate`` is the signed certificate of the whole release, the same for all its slices. Two releases are equal
    when they hold the same figures under the same certificate.
    """

    product: str
    title: str
    territory: str
    schema: Schema
    decision: Decision
    made_at: datetime
    certificate: Mapping[str, Any]
    _origin: Origin = field(repr=False)

    def __init__(self, *_: object, **__: object) -> None:
        raise Refused(
            "une sortie ne se fabrique pas : seul le gardien en fait",
            expected="un brouillon jugé par sa politique",
            advice="carreau.guard.release(brouillon, …)",
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Release):
            return NotImplemented
        mine, theirs = ((one.certificate, one.schema, one.digest, one.cut) for one in (self, other))
        return mine == theirs

    def __hash__(self) -> int:
        return hash(self.certificate["id"])

    @property
    def digest(self) -> str:
        """The canonical digest of schema and values."""
        known = self._origin.known
        return self._origin.load().digest if known is None else known[0]

    @property
    def cut(self) -> Mapping[str, Any] | None:
        """What this slice is; None for the whole."""
        known = self._origin.known
        return self._origin.load().cut if known is None else known[1]

    @property
    def certificate_digest(self) -> str:
        """The sha256 of the certificate: the ``previous`` of the next release."""
        return digest_of(self.certificate)

    @property
    def row_count(self) -> int:
        """How many rows."""
        if self._origin.known is None:
            return int(self._origin.load().table.num_rows)
        return int(self.certificate["content"]["rows"] if self.cut is None else self.cut["rows"])

    def arrow(self) -> pa.Table:
        """The table, without geometry; each field's metadata says what it is, its unit, source, vintage and method."""
        return self._origin.load().arrow().select(list(self.schema.names))

    def contours(self) -> pa.Table:
        """The key and the contour (WKB, EPSG:4326) of the rows that have one."""
        return reading.contours(self._origin.load())

    @property
    def document(self) -> Mapping[str, Any]:
        """What a reader is told beside the figures: title, description, card, remarks, coverage."""
        return MappingProxyType(dict(self._origin.load().document))

    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries, in order; an empty cell is None and its ``_statut`` says why."""
        return list(self._origin.load().table.to_pylist())

    def json_rows(self) -> bytes:
        """The rows as JSON objects with commas between them, without brackets; an empty cell is ``null``."""
        return reading.json_rows(self._origin.load())

    def json_columns(self) -> bytes:
        """One JSON object: for each column, its values in order."""
        return reading.json_columns(self._origin.load())

    def vector(self, column: str) -> bytes:
        """One column as Float32, little-endian, NaN where it is empty; a grade (``X_note``) is 1 (A) to 5 (E).

        Another column of texts is :class:`~carreau.errors.Unknown`.
        """
        return reading.vector(self._origin.load(), column)

    def row(self, key: str) -> dict[str, Any]:
        """The row of one place; :class:`~carreau.errors.Unknown` with near names when there is none."""
        return reading.row(self._origin.load(), key)

    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of the contours, in degrees; None without any."""
        return reading.bounds(self._origin.load())

    def slice(
        self,
        columns: Sequence[str] | None = None,
        where: Mapping[str, object] | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> Release:
        """A part of this release, under the same certificate, that says which part it is.

        ``where`` gives for a column the value, or the list of values, to keep; ``order`` names columns, with ``-``
        before the name for the largest first. An unknown column is :class:`~carreau.errors.Unknown`.
        """
        content = self._origin.load()
        condition = equals_of(content, where) if where else None
        asked = Slice(None if columns is None else tuple(columns), condition, orders_of(order), 0, limit)
        said = {**said_slice(asked), "where": plain_where(where or {})}
        return self._part(cut_content(content, asked, said))

    def asked(self, slice: Slice) -> Release:
        """The part of this release that is asked for, under the same certificate; it says which part it is.

        Empty cells are neither equal to, nor different from, nor below a value, and come last in any order. Only the
        columns that are named are read, and nothing is digested before a file is made.
        """
        return self._part(cut_content(self._origin.load(), slice))

    def count(self, where: Condition | None = None) -> int:
        """How many rows the condition keeps."""
        return self.row_count if where is None else counted(self._origin.load(), where)

    def grouped(self, grouping: Grouping) -> Release:
        """One row per group, under the same certificate: counts add up, shares do not and are refused.

        A figure of a group has no margin, and its description says so. Sorted by what rows are grouped by.
        """
        return self._part(grouped_content(self._origin.load(), grouping))

    def _part(self, content: Content) -> Release:
        """What was made of this release, as a release under the same certificate."""
        return made(content.schema, self.certificate, Origin(lambda: content, self._origin.signer))

    def encoded(self, format: str, shown: Presentation = PLAIN) -> Iterator[bytes]:
        """The bytes of a whole file in ``format`` (``".parquet"``, ``"csv"``…), chunk by chunk, certificate in place.

        ``shown`` says how a document (workbook, PDF, picture) is to be presented. CSV, PDF and PNG cannot hold their
        certificate: these are the bytes of the file alone; :meth:`write` puts it beside.
        """
        kind = format_of(format)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as sink:
            self._encode(kind, sink, shown)  # type: ignore[arg-type] # it has all the methods of a binary file
            sink.seek(0)
            while chunk := sink.read(CHUNK):
                yield chunk

    def write(self, path: Path, format: str | None = None, shown: Presentation = PLAIN) -> Path:
        """Write this release to ``path`` in ``format`` (by default its suffix's), whole or not at all.

        For a CSV, a PDF or a PNG the certificate is put beside it, in ``NAME.csv.certificat.json``: both are there, or
        neither.
        """
        kind = format_of(path if format is None else format)
        if not kind.beside:
            with written_whole(path) as sink:
                self._encode(kind, sink, shown)
            return path
        with written_whole(path.with_name(path.name + SIDECAR)) as beside, written_whole(path) as sink:
            beside.write(self._encode(kind, sink, shown))
            beside.flush()  # a full disk is met here, before either file is in its place
            sink.flush()
        return path

    def _encode(self, kind: Format, sink: BinaryIO, shown: Presentation) -> bytes:
        """Write this release to ``sink``; a kept Parquet is copied as it is."""
        if self._origin.kept is not None and kind.suffix == ".parquet":
            with self._origin.kept.open("rb") as kept:
                shutil.copyfileobj(kept, sink, 1 << 20)
            return b""
        return encoded_to(sink, kind, self._origin.load(), self._origin.signer, shown)


def release(
    draft: Draft, *, signer: Signer, made_at: datetime, previous: str, recipient: Recipient = ANYONE
) -> Release:
    """``draft`` judged by its policy and made into a Release, certified and chained to the ``previous`` certificate.

    ``previous`` is the ``certificate_digest`` of the last release of this house (empty for the first). Raises
    :class:`~carreau.errors.Refused` when the policy forbids it (none, unknown route, purpose not among its own,
    personal column) and :class:`~carreau.errors.Broken` when the Draft contradicts its own schema.
    """
    verdict = judged(draft, made_at)
    request = Request(made_at, previous, _lawful(recipient, verdict.policy.purposes))
    geometry = _aligned(draft, verdict.table)
    columns = (*draft.schema.columns, GEOMETRY) if geometry is not None else draft.schema.columns
    digests = column_digests(columns, verdict.table, geometry)
    count = verdict.table.num_rows
    digest = content_digest(draft.schema.rows, count, columns, digests)
    facts = {"digest": digest, "rows": count, "columns": len(columns)}
    certificate = signer.signed(release_body(draft, verdict, request, facts))
    content = Content(draft.schema, verdict.table, geometry, certificate, _document(draft), lambda: digests)
    return made(content.schema, certificate, Origin(lambda: content, signer))


def made(schema: Schema, certificate: Mapping[str, Any], origin: Origin) -> Release:
    """A Release, from what its certificate says; for this room only."""
    said = certificate["decision"]
    fields = {
        "product": certificate["product"]["id"],
        "title": certificate["product"]["title"],
        "territory": certificate["territory"],
        "schema": schema,
        "decision": Decision(**{**said, "at": datetime.fromisoformat(said["at"])}),
        "made_at": datetime.fromisoformat(certificate["made_at"]),
        "certificate": MappingProxyType(dict(certificate)),
        "_origin": origin,
    }
    return unlocked(Release, fields)


def _lawful(recipient: Recipient, purposes: Sequence[str]) -> Recipient:
    """``recipient`` when its purpose is one of those that the policy permits, or is left unsaid."""
    if recipient.purpose and recipient.purpose not in purposes:
        raise Refused(
            f"l'usage « {recipient.purpose} » n'est pas permis par la politique de ce produit",
            given=recipient.purpose,
            expected=", ".join(purposes),
            advice="demander l'un de ces usages, ou un produit dont la politique permet celui-ci",
        )
    try:
        canonical({"name": recipient.name})
    except UnicodeEncodeError as error:
        raise Broken(
            "le nom du destinataire n'est pas un texte lisible", given=repr(recipient.name), expected="un nom en UTF-8"
        ) from error
    return recipient


def _aligned(draft: Draft, table: pa.Table) -> pa.ChunkedArray | None:
    """The contours of ``draft`` in the order of the rows of ``table``, null where there is none; None without any."""
    if draft.geometry.num_rows == 0:
        return None
    key = draft.geometry.column_names[0]
    places = pc.index_in(table[key], value_set=draft.geometry[key].cast(table[key].type))
    return draft.geometry["geometry"].cast(pa.binary()).take(places)


def _document(draft: Draft) -> dict[str, Any]:
    """What a reader is told beside the figures: title, description, card, remarks, coverage."""
    return {
        "title": draft.product.title,
        "description": draft.product.description,
        "card": draft.product.card,
        "remarks": list(draft.remarks),
        "contributors": draft.contributors,
        "coverage": draft.coverage,
        "themes": draft.product.facts.get("themes", {}),
    }
