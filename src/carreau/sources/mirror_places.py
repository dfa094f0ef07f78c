"""The two places where a mirror may be: a folder of this machine, or a server."""

from __future__ import annotations

import filecmp
import os
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx

from carreau.errors import Missing, Refused, Retry
from carreau.sources.manifest import MANIFEST, statuses_of
from carreau.sources.network import Network, place_of

Result = TypeVar("Result")
_MANIFEST_SIZE = 16 << 20  # bytes: a longer answer is no manifest


class FolderPlace:
    """A folder and all its folders; a link that leaves it is refused."""

    trusted: frozenset[str] = frozenset()

    def __init__(self, given: str) -> None:
        folder = Path(given).expanduser()
        if not folder.is_dir():
            raise Missing(
                "le miroir n'est pas là" if not folder.exists() else "le miroir n'est pas un dossier",
                given=given,
                expected="un dossier qui contient les fichiers des producteurs, ou une adresse http(s)",
                advice="vérifier le chemin donné par --mirror",
            )
        self._root = folder.resolve()

    def listed(self) -> dict[str, str]:
        """The paths under the folder, and the standing that its manifest gives to each."""
        manifest = self._root / MANIFEST
        known = statuses_of(manifest.read_text("utf-8", "replace")) if manifest.is_file() else {}
        paths = (Path(folder, file) for folder, _, files in os.walk(self._root) for file in files)
        names = (path.relative_to(self._root).as_posix() for path in paths)
        return {name: known.get(unicodedata.normalize("NFC", name), "unknown") for name in names}

    def unlisted(self, name: str) -> tuple[str, ...]:
        """None: a folder lists all that it holds."""
        return ()

    def are_same(self, names: Sequence[str]) -> bool:
        """Whether the files at these paths are the same, byte for byte."""
        first, *others = (self._inside(name) for name in names)
        return all(filecmp.cmp(first, other, shallow=False) for other in others)

    def state(self, name: str) -> tuple[Path | str, str, int] | None:
        """The real path of the file, its size and date as a mark, its size; None when it is no file."""
        path = self._inside(name)
        if not path.is_file():
            return None
        state = path.stat()
        return path, f"{state.st_size}:{state.st_mtime_ns}", state.st_size

    def _inside(self, name: str) -> Path:
        """The real path of a file; :class:`~carreau.errors.Refused` when a link leads out of the mirror."""
        try:
            path = (self._root / name).resolve()
        except (OSError, RuntimeError):  # links in a loop, said by either: they lead to no file
            return self._root / name
        if path.is_relative_to(self._root):
            return path
        raise Refused(
            f"{name} est un lien qui sort du miroir",
            given=f"{name} mène à {path}",
            expected=f"un fichier de {self._root}",
            advice="remplacer le lien par le fichier, ou donner un dossier qui contient les deux",
        )


class ServerPlace:
    """An address under which files are served; once it did not answer, it is not asked again."""

    def __init__(self, given: str, network: Network) -> None:
        self._base = given.rstrip("/")
        self._network = network
        self._lost: Retry | None = None
        self.trusted = frozenset({place_of(httpx.URL(given))})

    def listed(self) -> dict[str, str]:
        """The paths of the served manifest and their standing; none when no manifest is served."""
        return statuses_of(self._reached(self._manifest))

    def unlisted(self, name: str) -> tuple[str, ...]:
        """The name itself, right under the address."""
        return (name,)

    def are_same(self, names: Sequence[str]) -> bool:
        """Never known without reading them."""
        return False

    def state(self, name: str) -> tuple[Path | str, str, int] | None:
        """The address of the file, its ETag or date as a mark, its size; None when it is not served."""
        return self._reached(lambda: self._announced(self._url(name)))

    def _url(self, name: str) -> str:
        """The address of a path of the mirror."""
        return f"{self._base}/{quote(name)}"

    def _announced(self, url: str) -> tuple[Path | str, str, int] | None:
        """What the server says of a file without sending it."""
        with self._network.response("HEAD", url, {}, self.trusted) as answer:
            if answer.status_code in (405, 501):  # it does not answer such a question, but may give the file
                return url, "", 0
            if answer.status_code != 200:
                return None
            size = answer.headers.get("content-length", "")
            mark = answer.headers.get("etag") or answer.headers.get("last-modified") or ""
            return url, f"{mark}:{size}" if mark else "", int(size) if size.isdecimal() else 0

    def _manifest(self) -> str:
        """The manifest that the server gives; nothing when it has none."""
        text = b""
        with self._network.response("GET", self._url(MANIFEST), {}, self.trusted) as answer:
            for chunk in answer.iter_bytes() if answer.status_code == 200 else ():
                text += chunk
                if len(text) > _MANIFEST_SIZE:
                    return ""
        return text.decode("utf-8", "replace")

    def _reached(self, ask: Callable[[], Result]) -> Result:
        """What the server answers, asked patiently the first time and never again once it was lost."""
        if self._lost is not None:
            raise self._lost
        try:
            return self._network.patiently(ask, lambda: 0, f"le contenu du miroir {self._base}")
        except Retry as lost:
            self._lost = lost
            raise
