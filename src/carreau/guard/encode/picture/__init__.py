"""Maps drawn on the spot: outlines in SVG, classes of values, and the page that puts words around them."""

from __future__ import annotations
