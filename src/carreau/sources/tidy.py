"""Shared cleaning of published files: encodings, text tables, French numbers, secrecy marks, repeated rows.

All is pure: bytes or columns in, columns out. A blank cell is null and never zero; a secrecy mark is a status
and never a number; what cannot be understood is refused with its value, its column and its file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from carreau.errors import Broken

SECRECY_CODES: Final = ("s", "ns", "nd", "so")
"""INSEE's marks in place of a figure: secret, non significatif, non disponible, sans objet."""

_AGAIN: Final = "télécharger de nouveau le fichier du producteur, sans l'ouvrir dans un tableur"
_FRENCH: Final = frozenset("éèêëàâäçùûüîïôöœæÉÈÊËÀÂÄÇÙÛÜÎÏÔÖŒÆ’«»°€–…\u00a0")
_SPACES: Final = " \u00a0\u202f"
# digits grouped by three or not at all, or a bare decimal part; then an exponent; then a percent sign
_NUMBER: Final = (
    rf"^[+-]?((\d{{1,3}}([{_SPACES}]\d{{3}})+|\d+)([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?[{_SPACES}]*%?$"
)
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
        high = bytes(byte for byte in head if byte >= 0x80)
        if _french_letters(high, "cp850") > _french_letters(high, "cp1252"):
            return "cp850"
        return "iso-8859-1" if "\ufffd" in high.decode("cp1252", "replace") else "cp1252"
    return "utf-8"


def _french_letters(high: bytes, encoding: str) -> int:
    """How many of the bytes above 127 are a letter or sign of French in ``encoding``."""
    return sum(character in _FRENCH for character in high.decode(encoding, "replace"))


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
    if not any(lines):
        expected = "une ligne d'en-tête puis des lignes de données"
        raise Broken(f"{name} est vide", given="0 octet", expected=expected, advice=_AGAIN)
    try:
        text = lines[-1].decode("utf-8-sig" if encoding == "utf-8" else encoding).strip("\r\n\x1a")
    except UnicodeDecodeError as error:
        raise _badly_encoded(name, encoding) from error
    names = [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter), [])]
    if not any(names):
        raise Broken(
            f"{name} n'a pas de ligne d'en-tête", given=f"la ligne {skip + 1} est vide",
            expected=f"des noms de colonnes séparés par « {delimiter} »", advice=_AGAIN,
        )
    twice = sorted({label for label in names if label and names.count(label) > 1})
    if twice:
        raise Broken(
            f"{name} répète des noms de colonnes", given=", ".join(twice[:8]),
            expected="un nom par colonne", advice=_AGAIN,
        )
    return names


def _rows(
    stream: BinaryIO, delimiter: str, encoding: str, name: str, columns: tuple[list[str], list[str]]
) -> pa.Table:
    """The rows after the header, each kept column as text under its position."""
    places, kept = columns
    try:
        return pcsv.read_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pcsv.ReadOptions(column_names=places, encoding=encoding, block_size=1 << 22),
            parse_options=pcsv.ParseOptions(delimiter=delimiter),
            convert_options=pcsv.ConvertOptions(
                include_columns=kept, column_types=dict.fromkeys(kept, pa.string()),
                null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True,
            ),
        )
    except UnicodeDecodeError as error:
        raise _badly_encoded(name, encoding) from error
    except pa.ArrowInvalid as error:
        raise _unreadable(str(error), name, encoding) from error


def _badly_encoded(name: str, encoding: str) -> Broken:
    """The error for a byte that does not belong to the encoding."""
    return Broken(
        f"{name} n'est pas un texte {encoding} de bout en bout",
        given="un octet qui n'existe pas dans cet encodage",
        expected="le même encodage dans tout le fichier", advice=_AGAIN,
    )


def _unreadable(message: str, name: str, encoding: str) -> Broken:
    """The French error for what the CSV parser could not read."""
    ragged = _RAGGED.search(message)
    if ragged:
        where = f" (ligne de données {ragged['row']})" if ragged["row"] else ""
        return Broken(
            f"{name} est tronqué ou mal formé{where}", given=f"une ligne de {ragged['got']} cellule(s)",
            expected=f"{ragged['expected']} cellules, comme dans l'en-tête", advice=_AGAIN,
        )
    if "Empty CSV" in message:
        return Broken(
            f"{name} n'a aucune ligne de données", given="une ligne d'en-tête seule",
            expected="des lignes de données après l'en-tête", advice=_AGAIN,
        )
    if "UTF" in message.upper():
        return _badly_encoded(name, encoding)
    return Broken(
        f"{name} n'est pas un tableau lisible", given=message.splitlines()[0][:200],
        expected="des lignes de même largeur", advice=_AGAIN,
    )


def numbers(column: pa.ChunkedArray | pa.Array, name: str = "") -> pa.Array:
    """The numbers of a text column, as float64; a blank cell is null.

    Read alike: ``11,20``, ``70.1``, ``78,94%`` (78.94), ``1 036`` with a plain, no-break or narrow no-break
    space. Anything else is :class:`~carreau.errors.Broken`, which gives the value and the column ``name``.

    >>> numbers(pa.array(["11,20", "70.1", "78,94%", "1\u202f036", None])).to_pylist()
    [11.2, 70.1, 78.94, 1036.0, None]
    """
    text = _one(column)
    if not pa.types.is_string(text.type):
        return text.cast(pa.float64())
    try:
        values = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return _french_numbers(text, name)
    finite = pc.is_finite(values)
    if pc.all(finite, min_count=0).as_py():
        return values
    raise _not_numbers(text.filter(pc.invert(finite)), name)


def integers(column: pa.ChunkedArray | pa.Array, name: str = "") -> pa.Array:
    """The whole numbers of a text column, as int64, read as :func:`numbers` does; a blank cell is null.

    >>> integers(pa.array(["0", "2 021", None])).to_pylist()
    [0, 2021, None]
    """
    values = numbers(column, name)
    whole = pc.equal(values, pc.floor(values))
    if not pc.all(whole, min_count=0).as_py():
        raise _not_numbers(_one(column).cast(pa.string()).filter(pc.invert(whole)), name)
    return values.cast(pa.int64())


def _french_numbers(text: pa.Array, name: str) -> pa.Array:
    """The numbers of a column where some are written the French way."""
    trimmed = pc.utf8_trim(text, _SPACES + "\t")
    text = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    shaped = pc.match_substring_regex(text, _NUMBER)
    if not pc.all(shaped, min_count=0).as_py():
        raise _not_numbers(text.filter(pc.invert(shaped)), name)
    for sign in (*_SPACES, "%", "+"):
        text = pc.replace_substring(text, sign, "")
    return pc.replace_substring(text, ",", ".").cast(pa.float64())


def _not_numbers(cells: pa.Array, name: str) -> Broken:
    """The error for cells that are not numbers: how many, and the first ones."""
    shown = ", ".join(f"« {value} »" for value in cells.unique()[:3].to_pylist())
    return Broken(
        f"{len(cells)} cellule(s) de la colonne « {name} » ne sont pas des nombres",
        given=shown, expected="un nombre comme 1036, 11,20 ou 78,94%, ou une cellule vide",
        advice="vérifier que le fichier est celui du producteur et que ses colonnes ne sont pas décalées",
    )


def numbers_and_statuses(column: pa.ChunkedArray | pa.Array, name: str = "") -> tuple[pa.Array, pa.Array]:
    """The numbers of a column and, beside, the secrecy mark where there is one.

    A mark (``s`` secret, ``ns`` non significatif, ``nd`` non disponible, ``so`` sans objet) gives a null
    number and its lower-case text as status; elsewhere the status is null. A mark is never zero.

    >>> [part.to_pylist() for part in numbers_and_statuses(pa.array(["12,5", "ns", ""]))]
    [[12.5, None, None], [None, 'ns', None]]
    """
    text = _one(column)
    if not pa.types.is_string(text.type):
        return numbers(text, name), pa.nulls(len(text), pa.string())
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(text))
    secret = pc.is_in(lower, value_set=pa.array(SECRECY_CODES))
    blank = pa.scalar(None, pa.string())
    return numbers(pc.if_else(secret, blank, text), name), pc.if_else(secret, lower, blank)


def padded(column: pa.ChunkedArray | pa.Array, width: int) -> pa.Array:
    """The codes of a column, stripped and given back the leading zeros that a spreadsheet takes away.

    A code longer than ``width`` is kept as it is.

    >>> padded(pa.array(["1001", " 2A004", None]), 5).to_pylist()
    ['01001', '2A004', None]
    """
    return pc.utf8_lpad(pc.utf8_trim_whitespace(_one(column).cast(pa.string())), width, "0")


def codes(column: pa.ChunkedArray | pa.Array, width: int, name: str) -> pa.Array:
    """The codes of a key column: padded to ``width``, none blank, only digits and capital letters.

    Raises :class:`~carreau.errors.Broken` with the first cells of column ``name`` that are no such code.

    >>> codes(pa.array(["10010000", "2A0040101"]), 9, "IRIS").to_pylist()
    ['010010000', '2A0040101']
    """
    texts = padded(column, width)
    wrong = pc.invert(pc.fill_null(pc.match_substring_regex(texts, f"^[0-9A-Z]{{{width}}}$"), False))
    if not pc.any(wrong, min_count=0).as_py():
        return texts
    cells = _one(column).filter(wrong)
    shown = ", ".join(f"« {'' if value is None else value} »" for value in cells.unique()[:3].to_pylist())
    raise Broken(
        f"{len(cells)} cellule(s) de la colonne « {name} » ne sont pas des codes",
        given=shown, expected=f"un code de {width} chiffres ou lettres capitales",
        advice="vérifier que le fichier est celui du producteur et que ses colonnes ne sont pas décalées",
    )


def one_row_per(table: pa.Table, keys: Sequence[str], name: str) -> tuple[pa.Table, tuple[str, ...]]:
    """``table`` with one row per ``keys``, and a remark that counts the identical rows put aside.

    The first of identical rows is kept, in the order of the file ``name``. Two different rows under one key
    are :class:`~carreau.errors.Broken`: nothing says which is right.

    >>> one_row_per(pa.table({"IRIS": ["a", "b", "a"], "n": [1, 2, 1]}), ["IRIS"], "x.csv")[1]
    ('1 ligne(s) en double, identique(s), écartée(s)',)
    """
    position = "__position"
    numbered = table.append_column(position, pa.array(np.arange(table.num_rows)))
    first = numbered.group_by(list(keys)).aggregate([(position, "min")])[f"{position}_min"].to_numpy()
    extra = table.num_rows - len(first)
    if not extra:
        return table, ()
    distinct = table.group_by(table.column_names).aggregate([])
    if distinct.num_rows > len(first):
        raise _contradiction(distinct, keys, name)
    return table.take(np.sort(first)), (f"{extra} ligne(s) en double, identique(s), écartée(s)",)


def _contradiction(distinct: pa.Table, keys: Sequence[str], name: str) -> Broken:
    """The error for different rows under one key, which names the first such key."""
    counted = distinct.group_by(list(keys)).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1)).sort_by(keys[0]).select(list(keys))
    code = ", ".join(f"{key} {value}" for key, value in twice.slice(0, 1).to_pylist()[0].items())
    return Broken(
        f"{name} se contredit", given=f"des lignes différentes pour {code} ({twice.num_rows} cas)",
        expected=f"une ligne par {', '.join(keys)}", advice=_AGAIN,
    )


def _one(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
