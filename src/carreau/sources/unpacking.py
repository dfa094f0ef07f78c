"""How the members of an archive are unpacked: counted, bounded, and never written under a name they choose.

What an archive declares of its sizes is not believed: bytes are counted while they are read. What must be
unpacked before it can be read goes to an unnamed temporary file, which a killed process leaves nowhere.
"""

from __future__ import annotations

import gzip
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from carreau.errors import Broken, CarreauError, Missing, Retry
from carreau.store.writing import DISK_FULL

if TYPE_CHECKING:
    import py7zr

REDOWNLOAD: Final = "télécharger à nouveau le fichier chez son producteur"
_BLOCK: Final = 1 << 20
# What the unpacking libraries raise on bytes that are not what they announce, beside their own classes.
_TROUBLES: Final = (
    EOFError, zlib.error, lzma.LZMAError, struct.error, zipfile.BadZipFile, RuntimeError, ValueError,
    LookupError, TypeError, AssertionError, OverflowError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What may come out of an archive: ``total`` bytes; beyond ``ratio_from``, ``ratio`` times its size."""

    total: int = 4 << 30
    ratio: int = 200
    ratio_from: int = 100 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside an archive: its name as the archive writes it, and its declared size in bytes."""

    name: str
    size: int

    @property
    def base(self) -> str:
        """The last part of the name, whichever the separator."""
        return PurePosixPath(self.name.replace("\\", "/")).name


@dataclass(frozen=True, slots=True)
class Entry:
    """A member and the way to read its bytes."""

    member: Member
    open: Callable[[], BinaryIO]


@dataclass(slots=True)
class Unpacking:
    """One archive being read: its path, how much may come out, what to close after, how much came out."""

    path: Path
    limits: Limits
    stack: ExitStack
    read: int = 0

    def count(self, length: int, member: str) -> None:
        """Add ``length`` bytes to what came out; :class:`~carreau.errors.Broken` beyond the limits."""
        self.read += length
        size = self.path.stat().st_size
        inflated = self.limits.ratio * size
        if self.read <= min(self.limits.total, max(self.limits.ratio_from, inflated)):
            return
        raise Broken(
            f"{self.path.name} grossit anormalement une fois décompressé",
            given=f"{member} : déjà {_megabytes(self.read)}, pour une archive de {size} octets",
            expected=f"au plus {_megabytes(self.limits.total)}, et {self.limits.ratio} fois l'archive",
            advice="vérifier l'origine du fichier ; s'il est sain, le décompresser à la main",
        )


class _Counted(RawIOBase):
    """The bytes of one member, counted as they are read; what goes wrong names the file and the member."""

    def __init__(self, raw: BinaryIO, member: str, unpacking: Unpacking) -> None:
        super().__init__()
        self._raw, self._member, self._unpacking = raw, member, unpacking

    def readable(self) -> bool:
        """Always: this is a stream to read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill ``buffer`` and say how many bytes came; 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type] # the base class accepts any writable buffer
        with translated(self._unpacking.path.name, self._member):
            data = self._raw.read(min(len(view), _BLOCK))
        self._unpacking.count(len(data), self._member)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the member with its stream."""
        self._raw.close()
        super().close()


@dataclass(slots=True)
class _Sink:
    """Where the 7z reader writes the one member asked for, whatever its name: an open file, counted."""

    unpacking: Unpacking
    file: BinaryIO
    member: str

    def create(self, filename: str) -> _Sink:
        """The sink itself: the name is left aside on purpose."""
        return self

    def write(self, data: bytes | bytearray) -> int:
        """Count, then write."""
        self.unpacking.count(len(data), self.member)
        return self.file.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, as the reader does once at the end."""
        return self.file.seek(offset, whence)

    def close(self) -> None:
        """Keep the file open: it is read next."""


@contextmanager
def translated(file: str, member: str = "") -> Iterator[None]:
    """What the unpacking libraries raise in this block, said as one error of the house."""
    try:
        yield
    except CarreauError:
        raise
    except FileNotFoundError as error:
        advice = "vérifier le chemin, ou lancer « carreau fetch »"
        raise Missing(f"le fichier {file} n'est pas là", given=str(error.filename), advice=advice) from error
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise _broken(file, member, error) from error
        raise Retry(
            f"il n'y a plus de place sur le disque pour décompresser {file}",
            advice="libérer de la place dans le dossier temporaire, ou en choisir un autre par TMPDIR",
        ) from error
    except Exception as error:
        if not isinstance(error, _TROUBLES) and not type(error).__module__.startswith("py7zr"):
            raise
        raise _broken(file, member, error) from error


def _broken(file: str, member: str, error: BaseException) -> Broken:
    """The error for an archive that cannot be read to its end."""
    locked = "password" in str(error).lower()
    return Broken(
        f"{file} est protégé par un mot de passe" if locked else f"{file} est tronqué ou abîmé",
        given=member or file,
        expected="un fichier entier, sans mot de passe",
        advice=REDOWNLOAD,
    )


def _megabytes(size: int) -> str:
    """A size in bytes as a reader counts it."""
    return f"{size / 1e6:,.0f} Mo".replace(",", "\N{NARROW NO-BREAK SPACE}")


def entries_of(
    unpacking: Unpacking, kind: str, source: BinaryIO | None = None, prefix: str = ""
) -> list[Entry]:
    """The files inside a ``zip`` or a ``7z``, in its order.

    ``source`` is an archive already open, instead of the one on disk, and ``prefix`` goes before its names.
    """
    file = source or unpacking.stack.enter_context(unpacking.path.open("rb"))
    return (_seven_zip_entries if kind == "7z" else _zip_entries)(unpacking, file, prefix)


def nested_entries(unpacking: Unpacking, entry: Entry) -> list[Entry]:
    """The files inside an archive that is itself a member; an archive still deeper is not looked into."""
    file = unpacking.stack.enter_context(_temporary())
    with entry.open() as stream, translated(unpacking.path.name, entry.member.name):
        copyfileobj(stream, file, _BLOCK)
        file.seek(0)
        kind = "7z" if entry.member.name.lower().endswith(".7z") else "zip"
        inner = entries_of(unpacking, kind, file, f"{entry.member.name}/")
        return [found for found in inner if not is_archive(found.member)]


def gzip_stream(unpacking: Unpacking) -> BinaryIO:
    """What a gzip file holds, as a counted stream."""
    file = unpacking.stack.enter_context(unpacking.path.open("rb"))
    return _stream(unpacking, gzip.GzipFile(fileobj=file), unpacking.path.name.removesuffix(".gz"))


def is_archive(member: Member) -> bool:
    """Whether a member is itself an archive, told by its suffix."""
    return member.name.lower().endswith((".zip", ".7z"))


def _is_worth(name: str) -> bool:
    """Whether a member is the publisher's, and not left by an operating system (``__MACOSX``)."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and "__MACOSX" not in parts and not parts[-1].startswith(".")


def _zip_entries(unpacking: Unpacking, file: BinaryIO, prefix: str) -> list[Entry]:
    """The files inside a zip."""
    archive = unpacking.stack.enter_context(zipfile.ZipFile(file))

    def entry(info: zipfile.ZipInfo) -> Entry:
        name = prefix + info.filename
        return Entry(Member(name, info.file_size), lambda: _zip_stream(unpacking, archive, info, name))

    return [entry(info) for info in archive.infolist() if not info.is_dir() and _is_worth(info.filename)]


def _zip_stream(unpacking: Unpacking, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> BinaryIO:
    """One member of a zip, as a counted stream."""
    with translated(unpacking.path.name, name):
        return _stream(unpacking, archive.open(info), name)


def _seven_zip_entries(unpacking: Unpacking, file: BinaryIO, prefix: str) -> list[Entry]:
    """The files inside a 7z; its reader gives at most the declared sizes, so their sum is checked first."""
    import py7zr  # late: its compiled codecs cost a tenth of a second that most sources do not need

    archive = unpacking.stack.enter_context(py7zr.SevenZipFile(file, "r"))
    infos = [info for info in archive.list() if not info.is_directory and _is_worth(info.filename)]
    if unpacking.read + sum(info.uncompressed for info in infos) > unpacking.limits.total:
        unpacking.count(unpacking.limits.total + 1, unpacking.path.name)

    def entry(info: py7zr.FileInfo) -> Entry:
        name = prefix + info.filename
        member = Member(name, info.uncompressed)
        return Entry(member, lambda: _unpacked(unpacking, archive, info.filename, name))

    return [entry(info) for info in infos]


def _unpacked(unpacking: Unpacking, archive: py7zr.SevenZipFile, name: str, shown: str) -> BinaryIO:
    """One member of a 7z in an unnamed temporary file, at its beginning."""
    file = unpacking.stack.enter_context(_temporary())
    with translated(unpacking.path.name, shown):
        archive.reset()
        archive.extract(targets=[name], factory=_Sink(unpacking, file, shown))
        file.seek(0)
    return file


def _temporary() -> BinaryIO:
    """An unnamed file that disappears when it is closed, or when the process ends."""
    return cast("BinaryIO", tempfile.TemporaryFile())  # closed by the caller's stack


def _stream(unpacking: Unpacking, raw: object, name: str) -> BinaryIO:
    """``raw`` as a counted and buffered stream."""
    counted = _Counted(cast("BinaryIO", raw), name, unpacking)
    return cast("BinaryIO", BufferedReader(counted, _BLOCK))
