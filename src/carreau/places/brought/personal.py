"""Columns that look like data about persons: a file that has some is refused, with the lawful way to the same end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Refused
from carreau.places.brought.words import named

_SAMPLE: Final = 20_000
_MAIL: Final = r"^\s*[^@\s]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}\s*$"
_TELEPHONE: Final = r"^\s*(\+33|0033|0)\s?[1-9]([ .\-]?\d{2}){4}\s*$"
_NIR: Final = re.compile(r"([12378]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6})(\d{2})")
_SHARE: Final = {"mail": 0.01, "telephone": 0.5}
_WORDS: Final = {
    "mail": "des adresses électroniques", "telephone": "des numéros de téléphone",
    "nir": "des numéros de sécurité sociale", "bank": "des comptes bancaires",
    "birth": "des noms avec des dates de naissance",
}  # fmt: skip


def refuse_personal(table: pa.Table) -> None:
    """:class:`~carreau.errors.Refused` when columns of ``table`` look like data about persons, by name or content."""
    found = list(_personal(table.slice(0, _SAMPLE)))
    if found:
        raise Refused(
            "ce fichier semble contenir des données sur des personnes",
            given=" ; ".join(f"« {name[:60]} » : {_WORDS[kind]}" for name, kind in found[:4]),
            expected="des chiffres sur des lieux, sans personne nommée ni joignable",
            advice="apporter des comptes par bureau, par IRIS ou par commune (une ligne par lieu), sans ces colonnes",
        )


def _personal(table: pa.Table) -> Iterator[tuple[str, str]]:
    """The columns that look personal, and what they look like."""
    people = [name for name in table.column_names if named(name, "personal", "given_name")]
    people += [name for name in table.column_names if named(name, "personal", "family_name")]
    for name in table.column_names:
        kind = _kind(name, table[name])
        if kind:
            yield name, kind
        elif people and named(name, "personal", "birth"):
            yield name, "birth"


def _kind(name: str, column: pa.ChunkedArray) -> str:
    """What a column holds, when it is filled and that is about persons; else nothing."""
    texts = pc.drop_null(column.cast(pa.string()))
    if not len(texts):
        return ""
    for kind in ("mail", "telephone", "nir", "bank"):
        if named(name, "personal", kind) and not _is_count(texts):
            return kind
    for kind, pattern in (("mail", _MAIL), ("telephone", _TELEPHONE)):
        if pc.mean(pc.match_substring_regex(texts, pattern).cast(pa.float64())).as_py() >= _SHARE[kind]:
            return kind
    return "nir" if _are_nirs(texts) else ""


def _is_count(texts: pa.ChunkedArray) -> bool:
    """Whether the cells are short whole numbers: a column « mobile » may count mobiles."""
    return bool(pc.all(pc.match_substring_regex(texts, r"^\d{1,6}(\.0)?$")).as_py())


def _are_nirs(texts: pa.ChunkedArray) -> bool:
    """Whether half the cells are numbers of social security, with the key that the other digits give."""
    cells = [re.sub(r"[\s.]", "", text) for text in texts.slice(0, 500).to_pylist()]
    return sum(_is_nir(cell) for cell in cells) * 2 > len(cells)


def _is_nir(cell: str) -> bool:
    """Whether a text is a number of social security (13 signs and a key of 2: 97 less the rest of their division)."""
    parts = _NIR.fullmatch(cell)
    if not parts:
        return False
    number = parts[1].replace("2A", "19").replace("2B", "18")
    return 97 - int(number) % 97 == int(parts[2])
