"""Between the columns of a release and arrays: what the products made from a release read it with, and answer with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from carreau.products.declare import Input, Reading
from carreau.sources.manifest import STATUSES
from carreau.terms import Provenance

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]


def numbers(profile: Reading, name: str) -> Floats:
    """A column of the profile as floats, NaN where empty or where the profile has no such column."""
    if name not in profile.table.column_names:
        return np.full(profile.table.num_rows, np.nan)
    return np.array(profile.table[name].cast("float64").to_numpy(zero_copy_only=False), dtype=np.float64)


def number_array(values: Floats) -> pa.Array:
    """Numbers, null where there is none.

    >>> number_array(np.array([1.5, np.nan])).to_pylist()
    [1.5, None]
    """
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def text_array(values: Texts) -> pa.Array:
    """Texts, null where they are empty.

    >>> text_array(np.array(["A", ""], dtype=object)).to_pylist()
    ['A', None]
    """
    return pa.array(values, pa.string(), mask=np.asarray(values == "", dtype=bool))


def provenance_read(
    profile: Reading, names: Iterable[str], method: str, files: Sequence[Input] = ()
) -> Provenance:
    """Where figures come from that ``method`` makes of the columns ``names`` of a profile, and of ``files`` beside.

    Each source and vintage once, in order; the status is the least official of all. A column that the profile does not
    have counts for nothing.
    """
    read = [profile.schema.column(name).provenance for name in names if name in profile.schema.names]
    statuses = [*(entry.status for entry in read), *(file.status for file in files)]
    return Provenance(
        source=_joined([*(entry.source for entry in read), *(f"{file.source} : {file.name}" for file in files)]),
        vintage=_joined([*(entry.vintage for entry in read), *(file.vintage for file in files)]),
        method=method,
        status=max(statuses, key=STATUSES.index, default="unknown"),
    )


def _joined(texts: Iterable[str]) -> str:
    """The parts of all texts, each once."""
    return " ; ".join(dict.fromkeys(part for text in texts for part in text.split(" ; ") if part))
