"""The edge sweep: the exact part of each square cell that each polygon covers, without building an
intersection.

It is the signed-area accumulation of font rasterisers. An edge adds, in each cell it crosses, the height it
spans and the area to its left; a prefix sum along each row turns these into coverage. Cost: edges plus
crossed cells. The method and its measures are in docs/explanation/performance.md.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from carreau.places.kernel import compiled, grown

COVERED: Final = 1e-12  # a coverage below this is rounding
_WINDOW: Final = 4_000_000  # cells swept at once: a taller polygon is swept by bands of rows


@compiled
def add_edge(start: Any, end: Any, band: Any, cover: Any, area: Any) -> None:
    """Add one edge (in cell units, from the window's corner) to the rows ``band[0]`` to ``band[1]``."""
    x0, y0 = start
    x1, y1 = end
    sign = -1.0
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, 1.0
    if y0 == y1:
        return
    slope = (x1 - x0) / (y1 - y0)
    first = max(int(np.floor(y0)), band[0])
    last = min(int(np.ceil(y1)) - 1, band[1] - 1)
    for row in range(first, last + 1):
        bottom, top = max(y0, float(row)), min(y1, row + 1.0)
        left = x0 + (bottom - y0) * slope if bottom > y0 else x0
        right = x0 + (top - y0) * slope if top < y1 else x1
        add_piece((left, right), sign * (top - bottom), cover[row - band[0]], area[row - band[0]])


@compiled
def add_piece(ends: Any, height: float, cover: Any, area: Any) -> None:
    """Add the piece of an edge in one row of cells: ``ends`` are its abscissas, ``height`` is signed."""
    left, right = min(ends[0], ends[1]), max(ends[0], ends[1])
    width = cover.shape[0]
    first = min(max(int(np.floor(left)), 0), width - 1)
    last = min(max(int(np.floor(right)), 0), width - 1)
    if first == last:
        cover[first] += height
        area[first] += height * ((left + right) / 2 - first)
        return
    for column in range(first, last + 1):
        begin, stop = max(left, float(column)), right if column == last else min(right, column + 1.0)
        part = height * (stop - begin) / (right - left)
        cover[column] += part
        area[column] += part * ((begin + stop) / 2 - column)


@compiled
def swept(rings: Any, grid: Any, chosen: Any) -> Any:
    """The (cell, polygon, coverage) triples of the polygons ``chosen[0]`` to ``chosen[1]``.

    ``rings`` is (x, y, first vertex of each ring, first ring of each polygon), in cell units, shells and
    holes oriented apart; ``grid`` is (first cell of each row, column of each cell), the cells sorted by row
    and column.
    """
    x, y, vertices, parts = rings
    out = (np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.float64))
    count = 0
    for polygon in range(chosen[0], chosen[1]):
        begin, stop = vertices[parts[polygon]], vertices[parts[polygon + 1]]
        west, south = int(np.floor(x[begin:stop].min())), int(np.floor(y[begin:stop].min()))
        width = int(np.floor(x[begin:stop].max())) - west + 1
        height = int(np.ceil(y[begin:stop].max())) - south
        step = max(1, min(height, _WINDOW // width))
        for bottom in range(south, south + height, step):
            band = (bottom, min(bottom + step, south + height))
            cover, area = accumulated(rings, polygon, (west, width), band)
            out, count = emitted(out, count, (polygon, west, bottom), (cover, area), grid)
    return out[0][:count], out[1][:count], out[2][:count]


@compiled
def accumulated(rings: Any, polygon: int, span: Any, band: Any) -> Any:
    """The cover and area of one polygon's edges in the columns ``span`` and the rows ``band`` of the grid."""
    x, y, vertices, parts = rings
    west, width = span
    cover = np.zeros((band[1] - band[0], width))
    area = np.zeros((band[1] - band[0], width))
    rows = (0, band[1] - band[0])
    for ring in range(parts[polygon], parts[polygon + 1]):
        for v in range(vertices[ring], vertices[ring + 1] - 1):
            add_edge((x[v] - west, y[v] - band[0]), (x[v + 1] - west, y[v + 1] - band[0]), rows, cover, area)
    return cover, area


@compiled
def emitted(out: Any, count: int, place: Any, window: Any, grid: Any) -> Any:
    """The triples grown by those of a polygon's window, for the cells that exist, and their new count."""
    polygon, west, south = place
    cover, area = window
    row_start, columns = grid
    for line in range(cover.shape[0]):
        row = south + line
        if row < 0 or row >= row_start.shape[0] - 1 or row_start[row] == row_start[row + 1]:
            continue
        needed = count + cover.shape[1]
        out = (grown(out[0], needed), grown(out[1], needed), grown(out[2], needed))
        here = columns[row_start[row] : row_start[row + 1]]
        count = emit(out, count, (row_start[row], polygon, west), (cover[line], area[line]), here)
    return out, count


@compiled
def emit(out: Any, count: int, place: Any, line: Any, columns: Any) -> int:
    """Write the triples of one row of a window for the existing cells ``columns``; the new count."""
    cells, polygons, coverage = out
    first, polygon, west = place
    cover, area = line
    cell = np.searchsorted(columns, west)
    total = 0.0
    for column in range(cover.shape[0]):
        if cell < columns.shape[0] and columns[cell] == west + column:
            covered = abs(total + cover[column] - area[column])
            if covered > COVERED:
                cells[count], polygons[count], coverage[count] = first + cell, polygon, covered
                count += 1
            cell += 1
        total += cover[column]
    return count
