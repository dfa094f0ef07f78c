"""The kernels of the overlay: areas shared by pairs of polygons, summed without building any intersection.

With w(P) the winding number of a zone around P and g the running area of a ring (half the sum of cross
products since its first vertex), the area that zones A and B share is, by Stokes, the integral of w_B dg
along A's rings plus that of w_A dg along B's. w_B changes only where a ring of A crosses one of B, so that

    area(A ∩ B) = sum over crossings of s (g_B - g_A)
                + sum over rings of A of w_B(first vertex) g_A(whole ring), and the same for B

with s = +1 where A enters B and -1 where it leaves. (W. R. Franklin showed in 1990 that areas of an overlay
are sums of local terms; this form needs no more than crossings and one point per ring.)

Ties (a vertex on an edge, shared borders) are settled by one rule everywhere: map A is moved by an infinitely
small vector, right and infinitely less up. Signs are exact: coordinates lie on a binary grid fine enough for
differences to be exact in float64, and equal products are told apart by their rounding errors. The area is
continuous in the move, so the limit is the area itself.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from carreau.places.kernel import compiled

BLOCK: Final = 16  # edges per block of the index of a ring
_SPLIT: Final = 134217729.0  # 2^27 + 1: cuts a float64 in two halves of 26 bits (Dekker, 1971)
_BINS: Final = 512  # most bins that sort the edges of one pair


@compiled
def exact_sign(ax: float, ay: float, bx: float, by: float) -> float:
    """The sign (-1, 0, 1) of ``ax * by - ay * bx``, exact for coordinates of 53 bits.

    Rounding keeps order: products that differ once rounded differ so before; equal ones are told apart by
    what rounding took away.
    """
    left, right = ax * by, ay * bx
    if left > right:
        return 1.0
    if left < right:
        return -1.0
    left, right = rounded_away(ax, by, left), rounded_away(ay, bx, right)
    return 1.0 if left > right else -1.0 if left < right else 0.0


@compiled
def rounded_away(first: float, second: float, product: float) -> float:
    """What rounding took from a product of two floats, exactly (Dekker's product)."""
    big = _SPLIT * first
    high = big - (big - first)
    low = first - high
    big = _SPLIT * second
    other = big - (big - second)
    rest = second - other
    return low * rest - (((product - high * other) - low * other) - high * rest)


@compiled
def side(point: Any, start: Any, end: Any, move: float) -> float:
    """On which side of an edge a point lies (1 left, -1 right), never 0.

    ``move`` is 1 when the point is of map A, the one that is moved, and -1 when the edge is.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    sign = exact_sign(dx, dy, point[0] - start[0], point[1] - start[1])
    if sign != 0.0:
        return sign
    if dy != 0.0:
        return -move if dy > 0 else move
    return move if dx > 0 else -move


@compiled
def winding(point: Any, vertices: Any, blocks: Any, span: Any, move: float) -> int:
    """How many times the rings of the blocks ``span`` turn around a point: 1 inside a zone, 0 outside."""
    px, py = point
    total = 0
    for block in range(span[0], span[1]):
        if blocks[block, 3] > py or blocks[block, 5] < py or blocks[block, 4] < px:
            continue
        for v in range(int(blocks[block, 0]), int(blocks[block, 1])):
            y0, y1 = vertices[v, 1], vertices[v + 1, 1]
            below = y0 <= py if move > 0 else y0 < py
            below_next = y1 <= py if move > 0 else y1 < py
            if below == below_next:
                continue
            turn = side(point, (vertices[v, 0], y0), (vertices[v + 1, 0], y1), move)
            if below and turn > 0:
                total += 1
            elif below_next and turn < 0:
                total -= 1
    return total


@compiled
def with_running_areas(x: Any, y: Any, start: Any, zone: Any) -> Any:
    """The vertices as rows (x, y, area swept since the ring's first one, seen from the zone's first one)."""
    vertices = np.empty((x.shape[0], 3))
    for z in range(zone.shape[0] - 1):
        ox, oy = x[start[zone[z]]], y[start[zone[z]]]
        for ring in range(zone[z], zone[z + 1]):
            begin, area = start[ring], 0.0
            vertices[begin, 0], vertices[begin, 1], vertices[begin, 2] = x[begin], y[begin], 0.0
            for v in range(begin + 1, start[ring + 1]):
                dx, dy = x[v] - x[v - 1], y[v] - y[v - 1]
                area += ((x[v - 1] - ox) * dy - (y[v - 1] - oy) * dx) / 2
                vertices[v, 0], vertices[v, 1], vertices[v, 2] = x[v], y[v], area
    return vertices


@compiled
def edges_in(vertices: Any, blocks: Any, span: Any, box: Any, found: Any) -> int:
    """The number of edges of a zone that meet a box, written in ``found`` as (x, y, next x, next y, area)."""
    west, south, east, north = box
    count = 0
    for block in range(span[0], span[1]):
        if (
            blocks[block, 2] > east
            or blocks[block, 4] < west
            or blocks[block, 3] > north
            or blocks[block, 5] < south
        ):
            continue
        for v in range(int(blocks[block, 0]), int(blocks[block, 1])):
            x0, y0, x1, y1 = vertices[v, 0], vertices[v, 1], vertices[v + 1, 0], vertices[v + 1, 1]
            if min(x0, x1) > east or max(x0, x1) < west or min(y0, y1) > north or max(y0, y1) < south:
                continue
            found[count, 0], found[count, 1], found[count, 2], found[count, 3] = x0, y0, x1, y1
            found[count, 4] = vertices[v, 2]
            count += 1
    return count


@compiled
def crossing(mine: Any, theirs: Any, v: int, w: int, origins: Any) -> Any:
    """The area term and the sign of the crossing of an edge of A with an edge of B; zeros if there is none.

    ``origins`` are the first vertices of A's zone and of B's, from which their running areas are seen; the
    term is seen from A's (what changing the point of view adds along a ring does not depend on where the ring
    starts).
    """
    a0, a1 = (mine[v, 0], mine[v, 1]), (mine[v, 2], mine[v, 3])
    b0, b1 = (theirs[w, 0], theirs[w, 1]), (theirs[w, 2], theirs[w, 3])
    after = side(a1, b0, b1, 1.0)
    if side(a0, b0, b1, 1.0) == after or side(b0, a0, a1, -1.0) == side(b1, a0, a1, -1.0):
        return 0.0, 0
    dx, dy = a1[0] - a0[0], a1[1] - a0[1]
    bx, by = b1[0] - b0[0], b1[1] - b0[1]
    away, back = bx * (a0[1] - b0[1]) - by * (a0[0] - b0[0]), bx * (a1[1] - b0[1]) - by * (a1[0] - b0[0])
    part = min(max(away / (away - back), 0.0), 1.0) if away != back else 0.5
    px, py = dx * part, dy * part
    qx, qy = a0[0] + px - b0[0], a0[1] + py - b0[1]
    own, other = origins
    area_a = mine[v, 4] + ((a0[0] - own[0]) * py - (a0[1] - own[1]) * px) / 2
    area_b = theirs[w, 4] + ((b0[0] - other[0]) * qy - (b0[1] - other[1]) * qx) / 2
    moved = (other[0] - own[0]) * (b0[1] + qy - other[1]) - (other[1] - own[1]) * (b0[0] + qx - other[0])
    return after * (area_b + moved / 2 - area_a), int(after)


@compiled
def crossings(mine: Any, theirs: Any, sizes: Any, origins: Any, bins: Any) -> Any:
    """The sum of the area terms, and of the signs, of all crossings between edges of A and edges of B.

    ``sizes`` is (edges of A, edges of B, axis). B's edges are sorted in bins by their least abscissa
    (ordinate when the axis is 1); an edge of A looks in the bins from the length of B's longest edge before
    its own least abscissa. ``bins`` is room for (first of each bin, edges).
    """
    first, order = bins
    count, their_count, axis = sizes
    longest, lowest, scale, size = sort_in_bins(theirs, their_count, axis, first, order)
    area, sign = 0.0, 0
    for v in range(count):
        west, east = min(mine[v, 0], mine[v, 2]), max(mine[v, 0], mine[v, 2])
        south, north = min(mine[v, 1], mine[v, 3]), max(mine[v, 1], mine[v, 3])
        begin, end = (west, east) if axis == 0 else (south, north)
        low, high = bin_of(begin - longest - lowest, scale, size), bin_of(end - lowest, scale, size)
        for k in range(first[low], first[high + 1]):
            w = order[k]
            if min(theirs[w, 0], theirs[w, 2]) > east or max(theirs[w, 0], theirs[w, 2]) < west:
                continue
            if min(theirs[w, 1], theirs[w, 3]) > north or max(theirs[w, 1], theirs[w, 3]) < south:
                continue
            term, turn = crossing(mine, theirs, v, w, origins)
            area += term
            sign += turn
    return area, sign


@compiled
def bin_of(distance: float, scale: float, size: int) -> int:
    """The bin of a distance from the lowest abscissa; the first or the last for what lies outside."""
    return min(max(int(distance * scale), 0), size - 1)


@compiled
def sort_in_bins(edges: Any, count: int, axis: int, first: Any, order: Any) -> Any:
    """Sort edges by least abscissa into ``first`` and ``order``; longest, lowest, bins per unit, bins."""
    size = min(max(count // 4, 1), first.shape[0] - 2)
    lowest, highest, longest = np.inf, -np.inf, 0.0
    for w in range(count):
        low, high = min(edges[w, axis], edges[w, axis + 2]), max(edges[w, axis], edges[w, axis + 2])
        lowest, highest, longest = min(lowest, low), max(highest, low), max(longest, high - low)
    scale = size / (highest - lowest) if highest > lowest else 0.0
    for place in range(size + 2):
        first[place] = 0
    for w in range(count):
        first[bin_of(min(edges[w, axis], edges[w, axis + 2]) - lowest, scale, size) + 2] += 1
    for place in range(2, size + 2):
        first[place] += first[place - 1]
    for w in range(count):
        place = bin_of(min(edges[w, axis], edges[w, axis + 2]) - lowest, scale, size) + 1
        order[first[place]] = w
        first[place] += 1
    return longest, lowest, scale, size


@compiled
def inner_rings(rings: Any, span: Any, vertices: Any, blocks: Any, partner: Any) -> float:
    """The areas of a zone's rings, once for each turn of its partner around their first vertex.

    ``rings`` are rows (x, y of the first vertex, area of the ring); ``partner`` is (blocks of the partner,
    its box, move of the first vertices as in ``side``).
    """
    their_span, (west, south, east, north), move = partner
    total = 0.0
    for ring in range(span[0], span[1]):
        x, y = rings[ring, 0], rings[ring, 1]
        if west <= x <= east and south <= y <= north:
            total += winding((x, y), vertices, blocks, their_span, move) * rings[ring, 2]
    return total


@compiled
def pair_areas(a: Any, b: Any, pairs: Any) -> Any:
    """The area that each pair of zones shares, and whether its crossings balance (they do, or it is unsound).

    ``a`` and ``b`` are maps: (vertices, blocks, first block of each zone, rings, first ring of each zone, box
    of each zone); ``pairs`` the zones of A and of B.
    """
    vertices_a, blocks_a, first_a, rings_a, zone_a, boxes_a = a
    vertices_b, blocks_b, first_b, rings_b, zone_b, boxes_b = b
    origins, targets = pairs
    areas, sound = np.zeros(origins.shape[0]), np.ones(origins.shape[0], np.bool_)
    mine, theirs = np.empty((most_edges(first_a), 5)), np.empty((most_edges(first_b), 5))
    bins = (np.empty(_BINS + 2, np.int64), np.empty(theirs.shape[0], np.int64))
    for pair in range(origins.shape[0]):
        p, q = origins[pair], targets[pair]
        span_a, span_b = (first_a[p], first_a[p + 1]), (first_b[q], first_b[q + 1])
        box_a = (boxes_a[p, 0], boxes_a[p, 1], boxes_a[p, 2], boxes_a[p, 3])
        box_b = (boxes_b[q, 0], boxes_b[q, 1], boxes_b[q, 2], boxes_b[q, 3])
        both = (
            max(box_a[0], box_b[0]),
            max(box_a[1], box_b[1]),
            min(box_a[2], box_b[2]),
            min(box_a[3], box_b[3]),
        )
        count = edges_in(vertices_a, blocks_a, span_a, both, mine)
        their_count = edges_in(vertices_b, blocks_b, span_b, both, theirs) if count else 0
        if their_count:
            axis = 0 if both[2] - both[0] > both[3] - both[1] else 1
            ring_a, ring_b = zone_a[p], zone_b[q]
            seen_from = ((rings_a[ring_a, 0], rings_a[ring_a, 1]), (rings_b[ring_b, 0], rings_b[ring_b, 1]))
            areas[pair], sign = crossings(mine, theirs, (count, their_count, axis), seen_from, bins)
            sound[pair] = sign == 0
        partner, self_ = (span_b, box_b, 1.0), (span_a, box_a, -1.0)
        areas[pair] += inner_rings(rings_a, (zone_a[p], zone_a[p + 1]), vertices_b, blocks_b, partner)
        areas[pair] += inner_rings(rings_b, (zone_b[q], zone_b[q + 1]), vertices_a, blocks_a, self_)
    return areas, sound


@compiled
def most_edges(first: Any) -> int:
    """Room for the edges of any zone, out of the first block of each."""
    most = 1
    for zone in range(first.shape[0] - 1):
        most = max(most, (first[zone + 1] - first[zone]) * BLOCK)
    return most
