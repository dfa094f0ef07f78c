"""A workbook being written by xlsxwriter, which leaves nothing behind when the disk is full."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


@contextlib.contextmanager
def written_book(draft: BinaryIO, folder: str) -> Iterator[Any]:
    """A workbook written to ``draft`` when the block ends well; ``folder`` holds its rows until then.

    What the disk refuses is an ``OSError``, whatever the library calls it, and no file is left open.
    """
    book = xlsxwriter.Workbook(_Draft(draft), {**_OPTIONS, "tmpdir": folder})
    try:
        yield book
        book.close()
    except FileCreateError as error:
        raise error.args[0] from error
    finally:
        for sheet in book.worksheets():
            with contextlib.suppress(OSError):
                sheet.row_data_fh.close()


class _Draft:
    """A file that may be closed under a library that has given up: what it still writes is dropped.

    A zip that failed writes its directory once more when it is forgotten; on a closed file that would print an error.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        """Write, or drop."""
        return len(data) if self._file.closed else self._file.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, or stay."""
        return 0 if self._file.closed else self._file.seek(offset, whence)

    def tell(self) -> int:
        """Where the next write goes."""
        return 0 if self._file.closed else self._file.tell()

    def flush(self) -> None:
        """Flush what is still to be."""
        if not self._file.closed:
            self._file.flush()
