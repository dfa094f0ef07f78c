"""A publisher's file opened for reading, whatever it was packed in: zip, 7z, 7z inside a zip, gzip, nothing.

The kind of a file is told by its first bytes, since publishers and browsers change suffixes.
How members are unpacked, and how much may come out, is the matter of :mod:`carreau.sources.unpacking`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO, Final

from carreau.errors import Broken, Missing
from carreau.sources.unpacking import (
    REDOWNLOAD,
    Entry,
    Limits,
    Member,
    Unpacking,
    entries_of,
    gzip_stream,
    is_archive,
    nested_entries,
    translated,
)

__all__ = ["Limits", "Member", "members", "opened"]

_DOCUMENTS: Final = frozenset({"[Content_Types].xml", "mimetype"})  # a workbook is a zip that must stay whole


@contextmanager
def opened(
    path: Path, pattern: str = "*", exclude: str = "meta_*", *, limits: Limits | None = None
) -> Iterator[BinaryIO]:
    """The one member of ``path`` whose base name matches ``pattern`` (case left aside) and not ``exclude``.

    A file that is no archive opens as itself, a gzip as what it holds; a workbook (xlsx, ods) stays whole.
    An archive inside an archive (INSEE ships its grid as a 7z in a zip) is looked into when nothing else
    matches. A plain file can seek; a member of an archive is a stream, read forward.

    :class:`~carreau.errors.Missing` lists what is inside when nothing matches.
    :class:`~carreau.errors.Broken` names the file and the member when it is truncated, altered, locked or
    inflates beyond ``limits``, and lists the members when several match.
    """
    with ExitStack() as stack:
        with translated(path.name):
            kind = kind_of(path)
            unpacking = Unpacking(path, limits or Limits(), stack)
            stream = _stream(unpacking, kind, pattern, exclude)
        yield stack.enter_context(stream)


def members(path: Path, *, limits: Limits | None = None) -> tuple[Member, ...]:
    """The files inside ``path``, with their declared sizes in bytes; what is no archive is its only member.

    A member of an archive inside the archive is named ``inner.7z/member.csv``, and comes after ``inner.7z``.
    """
    with ExitStack() as stack, translated(path.name):
        kind = kind_of(path)
        if kind in ("plain", "gzip"):
            return (Member(path.name, path.stat().st_size),)
        unpacking = Unpacking(path, limits or Limits(), stack)
        entries = entries_of(unpacking, kind)
        nests = [entry for entry in entries if is_archive(entry.member)]
        inner = [entry for nest in nests for entry in nested_entries(unpacking, nest)]
        return tuple(entry.member for entry in [*entries, *inner])


def kind_of(path: Path) -> str:
    """What the file is, told by its first bytes: ``plain``, ``zip``, ``7z`` or ``gzip``.

    :class:`~carreau.errors.Broken` when it is named as an archive and is none.
    """
    with path.open("rb") as file:
        head = file.read(6)
    if head == b"7z\xbc\xaf\x27\x1c":
        return "7z"
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        with zipfile.ZipFile(path) as archive:
            return "plain" if _DOCUMENTS & set(archive.namelist()) else "zip"
    if path.suffix.lower() in (".zip", ".7z"):
        raise Broken(
            f"{path.name} n'est pas une archive",
            given=f"un fichier qui commence par {head!r}" if head else "un fichier vide",
            expected="une archive zip ou 7z",
            advice=REDOWNLOAD,
        )
    return "plain"


def _stream(unpacking: Unpacking, kind: str, pattern: str, exclude: str) -> BinaryIO:
    """The bytes asked for, from a file of this kind."""
    if kind == "plain":
        return unpacking.path.open("rb")
    if kind == "gzip":
        return gzip_stream(unpacking)
    return _chosen(unpacking, entries_of(unpacking, kind), pattern, exclude).open()


def _chosen(unpacking: Unpacking, entries: list[Entry], pattern: str, exclude: str) -> Entry:
    """The only entry that matches; otherwise an error that lists what matches, or what is inside."""
    plain = [entry for entry in entries if not is_archive(entry.member)]
    found = _matching(plain, pattern, exclude)
    if not found:
        nests = [entry for entry in entries if is_archive(entry.member)]
        inner = [entry for nest in nests for entry in nested_entries(unpacking, nest)]
        plain, found = [*plain, *inner], _matching(inner, pattern, exclude)
    if len(found) == 1:
        return found[0]
    name = unpacking.path.name
    if found:
        raise Broken(
            f"{name} contient plusieurs fichiers qui conviennent",
            given=_listed(found),
            expected=f"un seul fichier nommé « {pattern} »",
            advice="préciser le nom du fichier voulu",
        )
    raise Missing(
        f"{name} ne contient pas le fichier attendu",
        given=_listed(plain) or "une archive vide",
        expected=f"un fichier nommé « {pattern} »",
        advice="vérifier que l'archive est celle du millésime déclaré",
    )


def _matching(entries: Iterable[Entry], pattern: str, exclude: str) -> list[Entry]:
    """The entries whose base name matches ``pattern`` and not ``exclude``, case left aside."""
    return [
        entry
        for entry in entries
        if fnmatchcase(entry.member.base.lower(), pattern.lower())
        and not (exclude and fnmatchcase(entry.member.base.lower(), exclude.lower()))
    ]


def _listed(entries: Iterable[Entry]) -> str:
    """The names of up to twelve entries, in one sentence."""
    names = [entry.member.name for entry in entries]
    return ", ".join(names[:12]) + (f" et {len(names) - 12} autres" if len(names) > 12 else "")
