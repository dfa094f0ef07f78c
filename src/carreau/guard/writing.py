"""A file that is whole or not there: written beside its place, flushed to the disk, then put in place at once."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from carreau.errors import CarreauError, Missing, Retry

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A sink, readable and seekable, that becomes ``path`` when the block ends well, and nothing when it does not.

    A full disk is :class:`~carreau.errors.Retry`, a place where one may not write
    :class:`~carreau.errors.Missing`; in both cases nothing is left behind and the file that was there stays.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.partiel")
    try:
        with draft.open("w+b") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        draft.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> CarreauError:
    """What a failed writing means for a reader, and what to do."""
    if error.errno in _FULL:
        return Retry(
            f"le disque est plein : {path.name} n'a pas été écrit",
            given=str(path),
            expected="assez de place pour le fichier entier",
            advice="libérer de la place, ou écrire ailleurs, puis recommencer ; rien n'a été laissé à moitié écrit",
        )
    folder = "ce dossier n'existe pas" if not path.parent.is_dir() else os.strerror(error.errno or 0)
    return Missing(
        f"{path.name} ne peut pas être écrit ici : {folder}",
        given=str(path),
        expected="un dossier existant où l'on peut écrire",
        advice="choisir un autre endroit, ou créer le dossier",
    )
