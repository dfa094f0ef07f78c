"""A mirror: a folder or a web address that holds publishers' files, found there by their published names.

A mirror may bear a ``MANIFEST.md``, a table whose columns ``file`` and ``status`` say what each file is worth
(original, extract, facsimile, compiled, synthetic). A file that no manifest vouches for is ``unknown``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Protocol

from carreau.errors import Broken
from carreau.sources.declare import Published
from carreau.sources.mirror_places import FolderPlace, ServerPlace
from carreau.sources.network import Network


@dataclass(frozen=True, slots=True)
class Held:
    """A file that a mirror holds: its name, standing, place (a path or a URL), version mark, size in bytes.

    The ``mark`` changes when the file does; it is empty when the mirror cannot tell, and ``size`` may then
    be 0.
    """

    name: str
    status: str
    place: Path | str
    mark: str
    size: int


class Place(Protocol):
    """Where the files of a mirror are: what a mirror must be able to ask of a folder or of a server."""

    @property
    def trusted(self) -> frozenset[str]:
        """The servers, as ``name:port``, that may be private because the reader named them."""
        ...

    def listed(self) -> dict[str, str]:
        """The paths in the mirror, with ``/`` between folders, and the standing of each."""
        ...

    def unlisted(self, name: str) -> tuple[str, ...]:
        """The paths where a file of that name may be though nothing lists it."""
        ...

    def are_same(self, names: Sequence[str]) -> bool:
        """Whether the files at these paths are known to be the same, byte for byte."""
        ...

    def state(self, name: str) -> tuple[Path | str, str, int] | None:
        """Where the file at this path is, its version mark and its size; None when it is not there."""
        ...


class Mirror:
    """The files of a :class:`Place`, found by their published names; what it lists is read once."""

    def __init__(self, given: str, place: Place) -> None:
        self.given = given
        self._place = place
        self._listing: dict[str, str] | None = None

    @property
    def trusted(self) -> frozenset[str]:
        """The servers, as ``name:port``, that may be private because the reader named them."""
        return self._place.trusted

    def held(self, published: Published, siblings: Iterable[Published] = ()) -> tuple[Held, ...]:
        """The files of the mirror that bear the name of ``published`` (which may hold ``*``), one per name.

        When several folders hold one name, ``published.folder`` tells them apart; a file in the folder that
        one of ``siblings`` (the other files of the source) of the same name declares is not ours; then the
        file nearest to the root is taken. Two that are still equally near must be the same, byte for byte.

        :class:`~carreau.errors.Broken` lists those that cannot be told apart,
        :class:`~carreau.errors.Refused` names a link that leaves the mirror, :class:`~carreau.errors.Retry`
        says that a server does not answer.
        """
        if self._listing is None:
            self._listing = self._place.listed()
        names: Iterable[str] = self._listing
        if not self._listing and "*" not in published.name:
            names = self._place.unlisted(published.name)
        ours = sorted((name for name in names if matches(_base(name), published.name)), key=_by_base)
        others = [file for file in siblings if file.key != published.key]
        rivals = [file for file in others if _plain(file.name) == _plain(published.name)]
        groups = groupby(ours, lambda name: _plain(_base(name)))
        chosen = [self._one(published, rivals, list(group)) for _, group in groups]
        found = [self._held(name) for name in chosen if name]
        return tuple(file for file in found if file is not None)

    def _one(self, published: Published, rivals: Sequence[Published], names: list[str]) -> str:
        """The path to take among those of one base name; nothing when they all belong to rivals."""
        ours = [name for name in names if is_in(name, published.folder)]
        theirs = {name for name in names for file in rivals if is_in(name, file.folder)}
        left = ours or [name for name in names if name not in theirs]
        nearest = min((name.count("/") for name in left), default=0)
        left = [name for name in left if name.count("/") == nearest]
        if not left or len(left) == 1 or self._place.are_same(left):
            return left[0] if left else ""
        raise Broken(
            f"le miroir contient plusieurs fichiers nommés {_base(left[0])}",
            given=", ".join(left[:6]),
            expected=f"un seul, dans un dossier comme « {published.folder or '*'} »",
            advice="retirer ceux qui ne conviennent pas, ou donner un dossier plus précis par --mirror",
        )

    def _held(self, name: str) -> Held | None:
        """The file at this path; None when it is not there."""
        state = self._place.state(name)
        status = (self._listing or {}).get(name, "unknown")
        return None if state is None else Held(_base(name), status, *state)


def mirror_at(given: str | Path, network: Network | None = None) -> Mirror:
    """The mirror that a reader named: a folder, or an http(s) address.

    :class:`~carreau.errors.Missing` when the folder is not there.
    """
    text = str(given)
    if text.lower().startswith(("http://", "https://")):
        return Mirror(text, ServerPlace(text, network or Network()))
    return Mirror(text, FolderPlace(text))


def _plain(text: str) -> str:
    """A name as it is compared: composed accents, case left aside."""
    return unicodedata.normalize("NFC", text).casefold()


def _base(name: str) -> str:
    """The last part of a path."""
    return PurePosixPath(name).name


def _by_base(name: str) -> tuple[str, str]:
    """The order in which paths are read: by base name, then by folder."""
    return _plain(_base(name)), name


def matches(name: str, pattern: str) -> bool:
    """Whether a base name is the published one; ``*`` stands for anything, case is left aside.

    >>> matches("Base-IC-2022_csv.zip", "base-ic-*_CSV.zip"), matches("x[1].csv", "x[1].csv")
    (True, True)
    """
    return fnmatchcase(_plain(name), _plain(pattern).replace("[", "[[]").replace("?", "[?]"))


def is_in(name: str, folder: str) -> bool:
    """Whether the file at this path is in a folder that matches, by its last name or its whole path.

    >>> is_in("a/legislatives-2024-t1/x.csv", "*t1*"), is_in("x.csv", "*t1*"), is_in("a/x.csv", "")
    (True, False, False)
    """
    parent = PurePosixPath(name).parent
    return bool(folder) and any(matches(part, folder) for part in (parent.name, parent.as_posix()) if part)
