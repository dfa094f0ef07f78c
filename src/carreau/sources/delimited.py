"""Delimited text of any encoding as a table of text columns, with every defect of the file said in French.

The encodings are those that French publishers have used: UTF-8 with or without a mark, code page 850,
Windows-1252 and ISO-8859-1.
"""

from __future__ import annotations

import codecs
import csv
import re
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.csv as pcsv

from carreau.errors import Broken

AGAIN: Final = "télécharger de nouveau le fichier du producteur, sans l'ouvrir dans un tableur"
"""What to do about a file that was altered on its way."""

# in running text small letters outweigh capitals and signs, which the other encoding also makes
_FRENCH: Final = {**dict.fromkeys("ÉÈÊËÀÂÄÇÙÛÜÎÏÔÖŒÆ’«»°€", 1), **dict.fromkeys("éèêëàâäçùûüîïôöœæ", 2)}
_ASCII: Final = bytes(range(128))
_RAGGED: Final = re.compile(r"(?:Row #(?P<row>\d+): )?Expected (?P<expected>\d+) columns, got (?P<got>\d+)")
_LINE_LIMIT: Final = 1 << 20


def encoding_of(head: bytes) -> str:
    """The encoding of a French text that starts with ``head``: a Python codec name.

    Strict UTF-8 comes first (``utf-8-sig`` after a byte order mark); a character cut by the end of ``head``
    is allowed. Otherwise the accented letters decide between code page 850 and Windows-1252: the one that
    makes more French letters is right. ``iso-8859-1`` stands in where Windows-1252 leaves a byte undefined.

    >>> encoding_of("Évêché".encode("cp850")), encoding_of("Évêché".encode("cp1252"))
    ('cp850', 'cp1252')
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head, final=False)
    except UnicodeDecodeError:
        high = head.translate(None, _ASCII)
        if _frenchness(high, "cp850") > _frenchness(high, "cp1252"):
            return "cp850"
        return "iso-8859-1" if "\ufffd" in high.decode("cp1252", "replace") else "cp1252"
    return "utf-8"


def refuse_wide(head: bytes, name: str) -> None:
    """Refuse a text of two bytes a character, whose ``head`` bears its mark or is full of zero bytes.

    Spreadsheets write such a file as « texte Unicode ». :class:`~carreau.errors.Broken` names it.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head.count(0) * 4 > len(head):
        raise Broken(
            f"{name} est enregistré en UTF-16", given="deux octets par caractère (« texte Unicode »)",
            expected="un texte UTF-8 ou Windows-1252, comme le producteur le publie", advice=AGAIN,
        )


def _frenchness(high: bytes, encoding: str) -> int:
    """How much the bytes above 127 look like letters and signs of French in ``encoding``."""
    return sum(_FRENCH.get(character, 0) for character in high.decode(encoding, "replace"))


def encoding_remark(encoding: str) -> tuple[str, ...]:
    """One sentence on the encoding when it is not UTF-8, nothing otherwise."""
    return () if encoding.startswith("utf-8") else (f"texte lu dans l'encodage {encoding}",)


def table_of(stream: BinaryIO, *, delimiter: str, encoding: str, name: str, skip: int = 0) -> pa.Table:
    r"""The delimited text of ``stream`` as a table of text columns; a blank cell is null.

    ``skip`` lines precede the header. Header names are stripped; columns without a name are dropped. ``name``
    is the file's, for messages. Raises :class:`~carreau.errors.Broken` when the file is empty, has no header,
    no row or a name twice, when a row has too few or too many cells (a truncated file), or when a byte does
    not fit ``encoding``.

    >>> import io
    >>> stream = io.BytesIO(b"IRIS;P22_POP\n010010000;859\n")
    >>> table_of(stream, delimiter=";", encoding="utf-8", name="x.csv").to_pydict()
    {'IRIS': ['010010000'], 'P22_POP': ['859']}
    """
    names = _header(stream, delimiter, encoding, name, skip)
    places = [str(position) for position in range(len(names))]
    kept = [place for place, label in zip(places, names, strict=True) if label]
    # the byte order mark went with the header: the rest has none
    rest = "utf-8" if encoding == "utf-8-sig" else encoding
    rows = _rows(stream, delimiter, rest, name, (places, kept))
    return rows.rename_columns([names[int(place)] for place in kept])


def _header(stream: BinaryIO, delimiter: str, encoding: str, name: str, skip: int) -> list[str]:
    """The stripped names of the header line (empty where a column has none)."""
    lines = [stream.readline(_LINE_LIMIT) for _ in range(skip + 1)]
    refuse_wide(lines[-1], name)
    if not any(lines):
        expected = "une ligne d'en-tête puis des lignes de données"
        raise Broken(f"{name} est vide", given="0 octet", expected=expected, advice=AGAIN)
    try:
        text = lines[-1].decode("utf-8-sig" if encoding == "utf-8" else encoding).strip("\r\n\x1a")
    except UnicodeDecodeError as error:
        raise _badly_encoded(name, encoding) from error
    try:
        names = [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter), [])]
    except csv.Error as error:
        raise _unreadable(str(error), name, encoding) from error
    if not any(names):
        raise Broken(
            f"{name} n'a pas de ligne d'en-tête", given=f"la ligne {skip + 1} est vide",
            expected=f"des noms de colonnes séparés par « {delimiter} »", advice=AGAIN,
        )
    twice = sorted({label for label in names if label and names.count(label) > 1})
    if twice:
        raise Broken(
            f"{name} répète des noms de colonnes", given=", ".join(twice[:8]),
            expected="un nom par colonne", advice=AGAIN,
        )
    return names


def _rows(
    stream: BinaryIO, delimiter: str, encoding: str, name: str, columns: tuple[list[str], list[str]]
) -> pa.Table:
    """The rows after the header, each kept column as text under its position."""
    places, kept = columns
    last = places[-1]
    wanted = kept if last in kept else [*kept, last]
    try:
        rows = pcsv.read_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pcsv.ReadOptions(column_names=places, encoding=encoding, block_size=1 << 22),
            parse_options=pcsv.ParseOptions(delimiter=delimiter),
            convert_options=pcsv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()),
                null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True,
            ),
        )
    except UnicodeDecodeError as error:
        raise _badly_encoded(name, encoding) from error
    except pa.ArrowInvalid as error:
        raise _unreadable(str(error), name, encoding) from error
    _refuse_open_quote(rows[last], name)
    return rows.select(kept)


def _refuse_open_quote(last: pa.ChunkedArray, name: str) -> None:
    """Raise when a quote that is never closed swallowed the rows after it, up to the end of a block."""
    for chunk in last.chunks:
        text = chunk[-1].as_py() if len(chunk) else None
        if text and "\n" in text:
            raise Broken(
                f"{name} est tronqué ou mal formé", given="un guillemet ouvert et jamais refermé",
                expected="autant de guillemets fermants qu'ouvrants", advice=AGAIN,
            )


def _badly_encoded(name: str, encoding: str) -> Broken:
    """The error for a byte that does not belong to the encoding."""
    return Broken(
        f"{name} n'est pas un texte {encoding} de bout en bout",
        given="un octet qui n'existe pas dans cet encodage",
        expected="le même encodage dans tout le fichier", advice=AGAIN,
    )


def _unreadable(message: str, name: str, encoding: str) -> Broken:
    """The French error for what the CSV parser could not read."""
    ragged = _RAGGED.search(message)
    if ragged:
        where = f" (ligne de données {ragged['row']})" if ragged["row"] else ""
        return Broken(
            f"{name} est tronqué ou mal formé{where}", given=f"une ligne de {ragged['got']} cellule(s)",
            expected=f"{ragged['expected']} cellules, comme dans l'en-tête", advice=AGAIN,
        )
    if "Empty CSV" in message:
        return Broken(
            f"{name} n'a aucune ligne de données", given="une ligne d'en-tête seule",
            expected="des lignes de données après l'en-tête", advice=AGAIN,
        )
    if "UTF" in message.upper():
        return _badly_encoded(name, encoding)
    return Broken(
        f"{name} n'est pas un tableau lisible", given=message.splitlines()[0][:200],
        expected="des lignes de même largeur", advice=AGAIN,
    )
