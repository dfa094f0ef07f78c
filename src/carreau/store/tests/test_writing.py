"""What is written whole or not at all, and the digests that name it."""

from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Broken, Retry
from carreau.store.writing import digest_of, disk_errors, file_digest, settled, swept, temporary

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _typed(value: object) -> object:
    """A value in a form where equality also means equality of types, and 0.0 is not -0.0."""
    match value:
        case dict():
            return "map", sorted((key, repr(_typed(item))) for key, item in value.items())
        case list():
            return "list", [_typed(item) for item in value]
        case float():
            return "float", value.hex()
    return type(value).__name__, value


@given(values, values)
def test_two_values_have_one_digest_only_when_they_are_the_same(one: object, other: object) -> None:
    assert (digest_of(one) == digest_of(other)) == (repr(_typed(one)) == repr(_typed(other)))


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_a_mapping_does_not_matter(facts: dict[str, int]) -> None:
    assert digest_of(facts) == digest_of(dict(reversed(facts.items())))


def test_a_digest_is_the_same_on_every_machine_and_at_every_run() -> None:
    """Golden values: canonical forms written out by hand, so that no release changes the keys of before."""
    assert digest_of("census", 2022) == hashlib.sha256(b"l16:s6:censusi4:2022").hexdigest()
    assert digest_of(1.5) == hashlib.sha256(b"l24:d20:0x1.8000000000000p+0").hexdigest()
    assert digest_of({"b": True, "a": None}) == hashlib.sha256(b"l20:m16:l5:s1:anl5:s1:bt").hexdigest()


def test_types_and_joints_tell_values_apart() -> None:
    assert len({digest_of(value) for value in (1, 1.0, True, "1", b"1", None, (1,), [[1]])}) == 8
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert digest_of((1, 2)) == digest_of([1, 2])


def test_an_object_has_no_digest() -> None:
    with pytest.raises(TypeError):
        digest_of(object())


def test_a_settled_file_holds_what_was_written_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with temporary(tmp_path / "new") as written:
        written.write_bytes(b"whole")
        final = settled(written, tmp_path / "new" / "final.bin")
    assert final.read_bytes() == b"whole"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["final.bin"]
    assert file_digest(final) == hashlib.sha256(b"whole").hexdigest()


def test_a_failed_writing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), temporary(tmp_path) as written:
        written.write_bytes(b"half")
        raise KeyError
    assert not list(tmp_path.iterdir())


def test_only_old_temporary_files_are_swept(tmp_path: Path) -> None:
    for name, age in ((".old.part", 7200), (".young.part", 60), ("kept.bin", 7200)):
        path = tmp_path / name
        path.write_bytes(b"x")
        moment = path.stat().st_mtime - age
        os.utime(path, (moment, moment))
    assert swept(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".young.part", "kept.bin"]


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """A block where this process may write no file beyond ``size`` bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_says_how_much_is_needed_and_keeps_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(Retry, match="place") as refusal,
        _files_no_larger_than(1000),
        temporary(tmp_path, 5_000_000) as written,
        written.open("wb") as file,
    ):
        file.write(b"x" * 5000)
        file.flush()
    assert "5 Mo" in refusal.value.expected
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_cannot_be_written_in(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Broken, match="écrire"), temporary(tmp_path / "file" / "inside"):
        pytest.fail("nothing can be written there")  # pragma: no cover # never reached


def test_what_is_not_about_the_disk_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(InterruptedError), disk_errors(tmp_path):
        raise InterruptedError
