"""The workbook of a selection: what was chosen, its figures, native charts, a map, the sources, the certificate."""

from __future__ import annotations
