"""Names of streets out of the text of addresses, and the number of the house, which stays inside. Arrays in, out."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Index = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

NUMBERED: Final = "housenumber"  # the geocoding's word for an address whose number it recognised
# From the last postcode on: « 69003 Lyon 3e Arrondissement ». Corsica's communes have letters.
_TOWN: Final = r"(?:^|[\s,]+)(?:\d{5}|2[ABab]\d{3})(?:[\s,]+\D*(?:\d{1,2}\D*)?)?$"
# A number or several (12-14), then bis, ter or a letter that stands alone.
_HOUSE: Final = r"^\d{1,5}(?:\s*[-/]\s*\d{1,5})*(?:\s*(?i:bis|ter|quater|quinquies|[a-z]))?(?:\s*,\s*|\s+)"
_NUMBER: Final = r"^(?P<number>\d{1,5})"
# What stands inside a building: « Bât A », « Appt 12 », « Esc. 2 », « 3e étage »; « Rue Bât d'Argent » is a street.
_INSIDE: Final = (
    r"[\s,]+(?:(?i:b[âa]t(?:iment)?|app(?:t|artement)?|esc(?:alier)?|[ée]tage|porte|entr[ée]e|bp)\.?\s+"
    r"(?:n°\s*)?(?:\d+[A-Za-z]?|[A-Za-z]\d*)|\d+(?:er|e|[èe]me)\s+(?i:[ée]tage))(?:[\s,].*)?$"
)
_ONLY_SIGNS: Final = r"^[\d\W]*$"


def streets_of(addresses: pa.ChunkedArray, kinds: pa.ChunkedArray) -> tuple[Index, Index, Texts]:
    """The street of each address (a place in the names, -1 where none is told), its number (0 for none), the names.

    A number is read only where the geocoding recognised one (« 8 Mai 1945 » is no house), or says nothing of it.
    Two spellings that differ by their capitals are one street, shown as the first in alphabetical order.
    """
    text = pc.utf8_trim_whitespace(pc.fill_null(addresses, ""))
    local = pc.replace_substring_regex(text, _TOWN, "")
    bare = pc.replace_substring_regex(local, _HOUSE, "")
    numbered = pc.and_(pc.not_equal(bare, local), pc.fill_null(pc.equal(kinds, NUMBERED), True))
    street = pc.if_else(numbered, bare, local)
    told = pc.struct_field(pc.extract_regex(local, _NUMBER), "number")
    number = pc.if_else(numbered, told, "0").cast(pa.int64())
    shown = pc.replace_substring_regex(pc.replace_substring_regex(street, _INSIDE, ""), r"\s+", " ")
    shown = pc.utf8_trim(shown, " ,;.-")
    shown = pc.if_else(pc.match_substring_regex(shown, _ONLY_SIGNS), "", shown)
    place, names = _one_per_spelling(shown)
    return place, number.to_numpy().astype(np.int64), names


def _one_per_spelling(shown: pa.ChunkedArray) -> tuple[Index, Texts]:
    """The place of each name among the names, -1 for the empty one, and the names: one whatever the capitals."""
    coded = shown.combine_chunks().dictionary_encode()
    spelt = np.array(coded.dictionary.to_pylist(), dtype=np.object_)
    if not len(spelt):
        return np.zeros(0, dtype=np.int64), spelt
    order = np.argsort(spelt, kind="stable")
    keys = [str(name).casefold() for name in spelt[order]]
    _, first, same = np.unique(np.array(keys, dtype=np.str_), return_index=True, return_inverse=True)
    names = spelt[order][first]
    place = np.empty(len(spelt), dtype=np.int64)
    place[order] = np.where(names[same] == "", -1, same)
    return place[coded.indices.to_numpy()], names
