"""How sure the figures of departments and of France are, which advice compares places with: ``references.toml``.

    python bench/advice_references.py HOME

reads the profile of France that a home holds, and writes ``products/advice/references.toml`` again. A department or the
country is the sum of its stations, taken to err apart. Of departments, the margin that nine in ten do not exceed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from scipy import sparse

from carreau.house import open_home
from carreau.house.derived import reading_of
from carreau.places.codes import department_of
from carreau.products.advice.places import spread_of, stations_of
from carreau.products.advice.themes import declared_themes
from carreau.products.declare import Reading

WRITTEN = Path(__file__).resolve().parents[1] / "src/carreau/products/advice/references.toml"
HEAD = """\
# How sure the figures of France and of a department are: half-widths at 90 %, in the unit of each figure. Of
# departments, the one that nine in ten do not exceed. Their stations are taken to err apart: what a whole file gets
# wrong everywhere is not in there.
source = "profil de France, {stations} bureaux : python bench/advice_references.py"
date = {date}
unit = "celle du chiffre (points pour une part)"

[margins]
"""


def main() -> None:
    """Writes the margins of the references, from the profile of France of a home."""
    home = open_home(sys.argv[1])
    release = home.release("france")
    profile = reading_of(release, home.product_list[release.product].facts)
    lines = list(margins_of(profile))
    head = HEAD.format(stations=profile.table.num_rows, date=date.today().isoformat())
    WRITTEN.write_text(head + "\n".join(lines) + "\n", "utf-8")
    print(f"{WRITTEN.name}: {len(lines)} figures")


def margins_of(profile: Reading) -> Iterator[str]:
    """One line per figure that the profile holds: its margin in France and in a department."""
    themes, _ = declared_themes()
    names = tuple(dict.fromkeys(one.indicator for theme in themes for one in theme.supports))
    figures = stations_of(profile, names).figures
    codes = [department_of(code) for code in profile.table["code_commune"].to_pylist()]
    _, department = np.unique(codes, return_inverse=True)
    inside = sparse.csr_array((np.ones(len(codes)), (department, np.arange(len(codes)))))
    country, departments = spread_of(figures, np.ones((1, len(codes))))[0], spread_of(figures, inside)
    for column, name in enumerate(names):
        told = departments[:, column]
        if np.isfinite(told).any():
            usual = np.quantile(told[np.isfinite(told)], 0.9)
            yield f"{name} = {{ france = {country[column]:.3g}, departement = {usual:.3g} }}"


if __name__ == "__main__":
    main()
