"""Members of archives, opened whatever they are packed in, and never trusted further than their bytes."""

from __future__ import annotations

import gzip
import io
import resource
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carreau.errors import Broken, CarreauError, Missing, Retry
from carreau.sources.archive import Limits, Member, members, opened
from carreau.sources.unpacking import translated

CSV = b"IRIS;P22_POP\n" + b"".join(b"%09d;%d\n" % (number, number * 7 % 5000) for number in range(3000))
MIRROR = next(
    (place / "shared" / "data" for place in Path(__file__).parents if (place / "shared" / "data").is_dir()),
    None,
)


def _zip(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _seven_zip(path: Path, files: dict[str, bytes], password: str | None = None) -> Path:
    """A 7z of these files."""
    with py7zr.SevenZipFile(path, "w", password=password) as archive:
        for name, content in files.items():
            archive.writef(io.BytesIO(content), name)
    return path


def _gzip(path: Path, files: dict[str, bytes]) -> Path:
    """A gzip of the first of these files."""
    path.write_bytes(gzip.compress(next(iter(files.values())), mtime=0))
    return path


def _nested(path: Path, files: dict[str, bytes]) -> Path:
    """A 7z of these files inside a zip, as INSEE ships its grid."""
    inner = _seven_zip(path.with_suffix(".inner"), files)
    return _zip(path, {"Filosofi2019_carreaux_200m_csv.7z": inner.read_bytes()}, zipfile.ZIP_STORED)


PACKERS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "zip": _zip, "7z": _seven_zip, "nested": _nested, "gz": _gzip,
}  # fmt: skip


def _read(path: Path, *args: str, **kwargs: Limits) -> bytes:
    """The bytes of the member."""
    with opened(path, *args, **kwargs) as file:
        return file.read()


@pytest.mark.parametrize("packer", PACKERS)
def test_a_member_is_read_whatever_it_is_packed_in(tmp_path: Path, packer: str) -> None:
    files = {"dossier/Carreaux_200m_MET.csv": CSV, "meta_carreaux.csv": b"x"}
    assert _read(PACKERS[packer](tmp_path / "a.zip", files), "carreaux_*_met.CSV") == CSV


def test_the_kind_is_told_by_the_bytes_and_not_by_the_suffix(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"a.csv": CSV}).rename(tmp_path / "0123abcd")
    assert _read(path) == CSV


def test_a_plain_file_opens_as_itself_and_can_seek(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    with opened(tmp_path / "a.csv", "anything") as file:
        file.seek(5)
        assert file.read(7) == CSV[5:12]
    assert members(tmp_path / "a.csv") == (Member("a.csv", len(CSV)),)


def test_a_workbook_stays_whole(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.xlsx", {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
    assert _read(path) == path.read_bytes()
    assert members(path) == (Member("a.xlsx", path.stat().st_size),)


def test_members_list_what_is_inside_the_archive_inside(tmp_path: Path) -> None:
    path = _nested(tmp_path / "a.zip", {"a.csv": CSV})
    inner = "Filosofi2019_carreaux_200m_csv.7z"
    assert [member.name for member in members(path)] == [inner, f"{inner}/a.csv"]
    assert members(path)[1].size == len(CSV)


def test_metadata_folders_and_leftovers_do_not_count(tmp_path: Path) -> None:
    files = {"data/a.csv": CSV, "META_a.csv": b"", "__MACOSX/._a.csv": b"", ".DS_Store": b"", "empty/": b""}
    assert _read(_zip(tmp_path / "a.zip", files)) == CSV
    assert _read(tmp_path / "a.zip", "meta_*", "") == b""


def test_several_matches_are_listed(tmp_path: Path) -> None:
    path = _zip(tmp_path / "cog.zip", {f"v_{number}.csv": b"" for number in range(14)})
    with pytest.raises(Broken, match="plusieurs") as refusal:
        _read(path)
    assert "v_0.csv" in refusal.value.given
    assert "2 autres" in refusal.value.given


def test_what_is_inside_is_listed_when_nothing_matches(tmp_path: Path) -> None:
    path = _nested(tmp_path / "a.zip", {"a.csv": CSV})
    with pytest.raises(Missing, match=r"a\.csv"):
        _read(path, "b.csv")
    with pytest.raises(Missing, match="vide"):
        _read(_zip(tmp_path / "empty.zip", {}))


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"a\.zip"):
        _read(tmp_path / "a.zip")


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><html>", b"PK"])
def test_an_archive_that_is_none_is_said_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(Broken, match=r"a\.zip n'est pas une archive"):
        _read(tmp_path / "a.zip")


@pytest.mark.parametrize("packer", PACKERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 0.999), flip=st.integers(0, 7), truncate=st.booleans())
def test_a_cut_or_altered_archive_gives_its_bytes_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, packer: str, cut: float, flip: int, truncate: bool
) -> None:
    path = PACKERS[packer](tmp_path_factory.mktemp("a") / "a.zip", {"a.csv": CSV})
    content = bytearray(path.read_bytes())
    place = int(len(content) * cut)
    if truncate:
        del content[place:]
    else:
        content[place] ^= 1 << flip
    path.write_bytes(content)
    try:
        found = _read(path, "a.csv")
    except CarreauError as error:
        assert error.what
    else:
        assert found in (CSV, bytes(content))  # untouched, or no longer an archive at all


def test_a_truncated_member_names_the_file_and_the_member(tmp_path: Path) -> None:
    path = _gzip(tmp_path / "a.csv.gz", {"a.csv": CSV})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Broken, match=r"a\.csv\.gz est tronqué") as refusal:
        _read(path)
    assert "a.csv" in refusal.value.given


def test_a_wrong_checksum_is_found_at_the_end(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"a.csv": CSV * 50}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"000000007;49", b"000000007;48"))
    with opened(path) as file:
        assert len(file.read(100)) == 100
        with pytest.raises(Broken, match="abîmé"):
            file.read()


def test_an_archive_under_a_password_is_said_so(tmp_path: Path) -> None:
    locked = _seven_zip(tmp_path / "a.7z", {"a.csv": CSV}, password="secret")
    path = _zip(tmp_path / "a.zip", {"a.csv": CSV})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1  # the flag of an encrypted member
    path.write_bytes(content)
    for archive in (path, locked):
        with pytest.raises(Broken, match="mot de passe"):
            _read(archive)


def test_a_member_that_inflates_beyond_the_ratio_is_stopped_while_it_is_read(tmp_path: Path) -> None:
    path = _zip(tmp_path / "bomb.zip", {"a.csv": bytes(5_000_000)})
    small = Limits(total=1 << 40, ratio=200, ratio_from=2_000_000)
    with opened(path, limits=small) as file:
        assert len(file.read(100_000)) == 100_000
        with pytest.raises(Broken, match="anormalement") as refusal:
            file.read()
    assert "a.csv" in refusal.value.given


def test_below_the_floor_a_very_regular_file_is_no_bomb(tmp_path: Path) -> None:
    assert len(_read(_zip(tmp_path / "zeros.zip", {"a.csv": bytes(5_000_000)}))) == 5_000_000


@pytest.mark.parametrize("packer", PACKERS)
def test_the_total_is_bounded_whatever_the_packing(tmp_path: Path, packer: str) -> None:
    path = PACKERS[packer](tmp_path / "a.zip", {"a.csv": bytes(3_000_000)})
    assert len(_read(path, limits=Limits(total=4_000_000))) == 3_000_000
    with pytest.raises(Broken, match="anormalement"):
        _read(path, limits=Limits(total=2_000_000))


def test_a_7z_that_inflates_beyond_the_ratio_is_stopped(tmp_path: Path) -> None:
    path = _seven_zip(tmp_path / "a.7z", {"a.csv": bytes(5_000_000)})
    with pytest.raises(Broken, match="anormalement"):
        _read(path, limits=Limits(ratio_from=1_000_000))


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    path = _zip(tmp_path / "lie.zip", {"a.csv": bytes(1_000_000)})
    path.write_bytes(path.read_bytes().replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert members(path)[0].size == 10
    with pytest.raises(Broken, match="abîmé"):
        _read(path)


def _renamed(path: Path, old: str, new: str) -> None:
    """Rename the member of a 7z behind its back, checksums made right again."""
    content = bytearray(path.read_bytes())
    content = content.replace(old.encode("utf-16-le"), new.encode("utf-16-le"))
    offset, size = (int.from_bytes(content[place : place + 8], "little") for place in (12, 20))
    content[28:32] = zlib.crc32(content[32 + offset : 32 + offset + size]).to_bytes(4, "little")
    content[8:12] = zlib.crc32(content[12:32]).to_bytes(4, "little")
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["../../../evil.csv", "/tmp/carreau/evil.csv", "..\\..\\evil.csv"])
def test_a_member_never_writes_where_its_name_says(tmp_path: Path, name: str) -> None:
    home = tmp_path / "a" / "b" / "c"
    home.mkdir(parents=True)
    stored = _zip(home / "a.zip", {name: CSV})
    packed = home / "a.7z"
    with py7zr.SevenZipFile(packed, "w") as archive:
        archive.set_encoded_header_mode(False)
        archive.writef(io.BytesIO(CSV), "x" * len(name))
    _renamed(packed, "x" * len(name), name)
    for path in (stored, packed):
        try:
            assert _read(path, "evil.csv") == CSV
        except Broken as refusal:
            assert path == packed
            assert "evil.csv" in refusal.given
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == ["a.7z", "a.zip"]
    assert not Path("/tmp/carreau").exists()


def test_a_full_disk_can_be_tried_again(tmp_path: Path) -> None:
    path = _seven_zip(tmp_path / "a.7z", {"a.csv": bytes(range(256)) * 8000})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(Retry, match="place"):
            _read(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(Broken):
        _read(tmp_path)


def test_what_the_reader_raises_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), opened(_zip(tmp_path / "a.zip", {"a.csv": CSV})):
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), translated("a.zip"):
        raise ZeroDivisionError


@pytest.mark.mirror
@pytest.mark.skipif(MIRROR is None, reason="../shared/data is not here")
def test_every_archive_of_the_mirror_opens() -> None:
    assert MIRROR is not None
    paths = sorted(MIRROR.rglob("*.zip"))
    assert len(paths) >= 20
    for path in paths:
        first = next(member for member in members(path) if not member.base.lower().startswith("meta_"))
        with opened(path, first.base) as file:
            assert file.read(64)
            assert len(file.read()) + 64 == first.size
