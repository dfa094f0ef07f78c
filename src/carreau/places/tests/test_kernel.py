"""Kernels: compiled where they can be kept, compiled all the same where they cannot."""

from __future__ import annotations

import numpy as np

from carreau.places.kernel import compiled, grown


def test_a_kernel_without_a_folder_to_be_kept_in_is_compiled_all_the_same() -> None:
    names: dict[str, object] = {}
    exec("def double(x): return x * 2", names)  # no file, hence nowhere to keep it
    double = compiled(names["double"])  # type: ignore[type-var] # a function, out of exec
    assert double(21) == 42


def test_an_array_grows_twofold_at_least_and_keeps_what_it_holds() -> None:
    array = np.arange(4)
    assert grown(array, 4) is array
    assert len(grown(array, 5)) == 8
    larger = grown(array, 100)
    assert len(larger) == 100
    assert larger[:4].tolist() == [0, 1, 2, 3]
