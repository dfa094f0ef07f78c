"""How the room compiles its numeric kernels: one decorator, so that all are cached and free the lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
CORES = 2  # threads at once: kernels and GEOS free the interpreter's lock


def compiled(function: Kernel) -> Kernel:
    """The function compiled by numba at its first call, its machine code kept beside the source.

    A kernel takes and returns numbers, arrays and tuples of these; it releases the interpreter's lock, so
    that two calls run on two cores. The Python function stays at ``.py_func``. Where no folder can be
    written, nothing is kept and each process compiles anew.
    """
    try:
        return cast(Kernel, njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba found no folder for its cache
        return cast(Kernel, njit(nogil=True)(function))


@compiled
def grown(array: Any, size: int) -> Any:
    """The array with room for at least ``size`` entries."""
    if size <= array.shape[0]:
        return array
    larger = np.empty(max(size, 2 * array.shape[0]), dtype=array.dtype)
    for k in range(array.shape[0]):  # a slice assignment takes numba three seconds to compile
        larger[k] = array[k]
    return larger
