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
def swept(rings: Any, windows: Any, grid: Any, chosen: Any) -> Any:
    """The (cell, polygon, coverage) triples of the polygons ``chosen[0]`` to ``chosen[1]``.

    ``rings`` is (x, y, first vertex of each ring, first ring of each polygon), in cell units, shells and
    holes oriented apart; ``windows`` the first column, first row, width and height of each polygon; ``grid``
    is (first cell of each row, column of each cell), the cells sorted by row and column.
    """
    cells, polygons = np.empty(1024, np.int64), np.empty(1024, np.int64)
    coverage = np.empty(1024, np.float64)
    count = 0
    for polygon in range(chosen[0], chosen[1]):
        west, south, width = windows[polygon, 0], windows[polygon, 1], windows[polygon, 2]
        end = south + windows[polygon, 3]
        step = max(1, min(end - south, _WINDOW // width))
        for bottom in range(south, end, step):
            band = (bottom, min(bottom + step, end))
            cover, area = accumulated(rings, polygon, (west, width), band)
            needed = count + cover.size
            cells, polygons, coverage = grown(cells, needed), grown(polygons, needed), grown(coverage, needed)
            place = (polygon, west, bottom)
            count = emitted((cells, polygons, coverage), count, place, (cover, area), grid)
    return cells[:count], polygons[:count], coverage[:count]


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
def emitted(out: Any, count: int, place: Any, window: Any, grid: Any) -> int:
    """Write the triples of a polygon's window, for the cells that exist; the new count."""
    cells, polygons, coverage = out
    polygon, west, south = place
    cover, area = window
    row_start, columns = grid
    for line in range(max(0, -south), min(cover.shape[0], row_start.shape[0] - 1 - south)):
        cell, end = row_start[south + line], row_start[south + line + 1]
        cell = first_from(columns, cell, end, west)
        total, reached = 0.0, 0
        while cell < end and columns[cell] < west + cover.shape[1]:
            column = columns[cell] - west
            for passed in range(reached, column):
                total += cover[line, passed]
            reached = column
            covered = abs(total + cover[line, column] - area[line, column])
            if covered > COVERED:
                cells[count], polygons[count], coverage[count] = cell, polygon, covered
                count += 1
            cell += 1
    return count


@compiled
def first_from(values: Any, begin: int, end: int, least: int) -> int:
    """The first position of a sorted run whose value is at least ``least``; ``end`` when there is none."""
    while begin < end:
        middle = (begin + end) // 2
        if values[middle] < least:
            begin = middle + 1
        else:
            end = middle
    return begin
