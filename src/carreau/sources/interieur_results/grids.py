"""The cells of a results file, as rows of equal width under one header, whatever the edition.

The ministry's text files are not rectangular: a row is as long as its candidates are many, whatever the
header says. Rows are gathered by width, so that each width is read at once. Rows that are no whole number of
blocks are mended when only one reading makes the votes add up (the stray tabs of 2020), refused otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pcsv

from carreau.errors import Broken
from carreau.sources.interieur_results.headers import Header
from carreau.sources.tidy import encoding_of, refuse_wide

_ADVICE: Final = "télécharger à nouveau le fichier chez son producteur, sans l'ouvrir dans un tableur"
_WINDOW: Final = 1 << 16
_NOT_WINDOWS: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # bytes that Windows-1252 leaves undefined
_STRAY: Final = 2  # stray separators in one row: more would be guessed, not read


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one width: their cells as text (columns ``"0"``, ``"1"``…), and their rank in the file."""

    cells: pa.Table
    ranks: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Text:
    """A delimited text split in lines: what separates its cells, how it is encoded, what it is called."""

    lines: tuple[bytes, ...]
    delimiter: str
    encoding: str
    name: str
    complete: bool

    @property
    def first(self) -> list[str]:
        """The cells of the first line."""
        return self.lines[0].decode(self.encoding).split(self.delimiter)


def text_of(raw: bytes, name: str) -> Text:
    """The lines of a file, blank ones and those of its preamble (no separator in them) left aside.

    ``complete`` says whether the last line was ended. :class:`~carreau.errors.Broken` when nothing is left.
    """
    refuse_wide(raw[:_WINDOW], name)
    lines = [line.rstrip(b"\r") for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    start = next((place for place, line in enumerate(lines) if b";" in line or b"\t" in line), len(lines))
    kept = tuple(line for line in lines[start:] if line.strip(b" ;\t\x1a"))
    if not kept:
        raise Broken(
            f"{name} est vide", given=f"{len(raw)} octets sans aucune ligne de données",
            expected="des lignes de résultats séparées par « ; »", advice=_ADVICE,
        )
    delimiter = "\t" if kept[0].count(b"\t") > kept[0].count(b";") else ";"
    return Text(kept, delimiter, _encoding(raw), name, raw.endswith(b"\n"))


def _encoding(raw: bytes) -> str:
    """The encoding of the whole file; the first byte that is not UTF-8 decides with its surroundings."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = encoding_of(raw[max(0, error.start - _WINDOW) : error.start + _WINDOW])
        return "iso-8859-1" if found == "cp1252" and any(byte in raw for byte in _NOT_WINDOWS) else found
    return "utf-8"


def rows_of(text: Text, lines: Sequence[bytes], header: Header) -> tuple[list[Rows], tuple[str, ...]]:
    """The rows of ``lines``, gathered by width, and what had to be mended."""
    groups: dict[int, list[int]] = defaultdict(list)
    mended: dict[int, bytes] = {}
    delimiter = text.delimiter.encode()
    for rank, line in enumerate(lines):
        width = line.count(delimiter) + 1
        if not header.fits(width):
            mended[rank] = _mended(text, line, header)
            width = mended[rank].count(delimiter) + 1
        groups[width].append(rank)
    whole = [mended.get(rank, line) for rank, line in enumerate(lines)] if mended else lines
    rows = [
        Rows(cells_of(text, [whole[rank] for rank in ranks], width), np.array(ranks, np.int64))
        for width, ranks in sorted(groups.items())
    ]
    stray = sum(line.rstrip(delimiter) != lines[rank].rstrip(delimiter) for rank, line in mended.items())
    return rows, (f"{stray} ligne(s) avec un séparateur en trop recollée(s)",) if stray else ()


def cells_of(text: Text, lines: Sequence[bytes], width: int) -> pa.Table:
    """The cells of lines of one width, as text by position; a blank one is null, quotes are characters."""
    names = [str(place) for place in range(width)]
    try:
        return pcsv.read_csv(
            pa.BufferReader(b"\n".join(lines)),
            read_options=pcsv.ReadOptions(column_names=names, encoding=text.encoding, block_size=1 << 24),
            parse_options=pcsv.ParseOptions(delimiter=text.delimiter, quote_char=False),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise Broken(
            f"{text.name} n'est pas un tableau lisible", given=str(error).splitlines()[0][:120],
            expected=f"des lignes de {width} cellules en {text.encoding}", advice=_ADVICE,
        ) from error


def _mended(text: Text, line: bytes, header: Header) -> bytes:
    """The line without its trailing separators, or without those that split one of its cells."""
    cells = line.decode(text.encoding).split(text.delimiter)
    while cells and not cells[-1].strip() and not header.fits(len(cells)):
        cells.pop()
    if header.fits(len(cells)):
        return text.delimiter.join(cells).encode(text.encoding)
    enough = len(cells) > header.fixed
    joined = _joined(cells, header, (len(cells) - header.fixed) % header.block) if enough else None
    if joined is None:
        raise Broken(
            f"{text.name} est tronqué ou mal formé",
            given=f"une ligne de {len(cells)} cellules : {';'.join(cells[:8])}…",
            expected=f"{header.fixed} cellules, puis {header.block} par candidat", advice=_ADVICE,
        )
    return text.delimiter.join(joined).encode(text.encoding)


def _joined(cells: list[str], header: Header, excess: int) -> list[str] | None:
    """The cells with ``excess`` neighbours joined so that the votes are numbers and add up, or None.

    The name of a list is tried first: it is where a separator strays.
    """
    if not excess:
        return cells if _adds_up(cells, header) else None
    if excess > _STRAY:
        return None
    names = header.candidate.get("liste")
    places = range(header.fixed, len(cells) - 1)
    for place in sorted(places, key=lambda place: (place - header.fixed) % header.block != names):
        joined = f"{cells[place]} {cells[place + 1]}".strip()
        found = _joined([*cells[:place], joined, *cells[place + 2 :]], header, excess - 1)
        if found is not None:
            return found
    return None


def expect_whole_end(text: Text, header: Header) -> None:
    """Refuse a file whose last line was not ended and whose last votes do not add up: it was cut there."""
    cells = text.lines[-1].decode(text.encoding).split(text.delimiter)
    if not header.fits(len(cells)) or _adds_up(cells, header):
        return
    raise Broken(
        f"{text.name} s'arrête avant sa fin", given=f"une dernière ligne incomplète : {';'.join(cells[:8])}…",
        expected="des voix dont la somme est le nombre d'exprimés", advice=_ADVICE,
    )


def _adds_up(cells: list[str], header: Header) -> bool:
    """Whether the votes of a row are whole numbers whose sum is the valid votes."""
    votes = cells[header.fixed + header.candidate["voix"] :: header.block]
    valid = cells[header.station["exprimes"]]
    given = [vote for vote in votes if vote.strip()]
    return all(vote.strip().isdigit() for vote in (*given, valid)) and sum(map(int, given)) == int(valid)
