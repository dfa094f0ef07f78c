"""How much of the votes of 2024 the profile finds again in places it has not seen, beside rivals and others' figures.

``association_tables()`` gives the section of ``docs/explanation/accuracy.md``. It makes the profiles of France and of
the Rhône from the mirror: some minutes.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from carreau.house import Home, open_home
from carreau.house.derived import reading_of
from carreau.places.codes import kind_of
from carreau.products.associations.fits import Fit, expected_margins, fits_of
from carreau.products.associations.ground import Ground, ground_of, mean_by
from carreau.products.associations.outcomes import Outcome, latest_election, outcomes_of
from carreau.products.associations.places_apart import Apart, ways_apart
from carreau.products.associations.scores import Told
from carreau.products.declare import Asked
from carreau.terms import Territory

ROOT = Path(__file__).resolve().parents[1]
MIRROR = ROOT.parent / "shared" / "data"
ELECTION = "2024_legi_t1"
NAMES = {
    "gauche": "left",
    "centre_droit": "centre and right",
    "extreme_droite": "far right",
    "participation": "turnout",
}
PUBLIC = {  # weighted, unweighted, metropolitan, within commune: computed again from its own published predictions
    "gauche": (0.8168, 0.7821, 0.8549, 0.7491),
    "centre_droit": (0.7286, 0.6400, 0.7492, 0.6894),
    "extreme_droite": (0.8316, 0.7985, 0.8397, 0.6683),
    "participation": (0.5599, 0.4026, 0.0696, 0.7618),
}
RIVALS_ON = ("gauche", "participation")
RIVAL_FOLDS = 5
WAYS = {"departements": "whole departments", "communes": "whole communes", "bureaux": "groups of stations"}
HEAD = ["", "R² by voter", "R² by station", "R² metropolitan", "R² within commune"]
SEEN = """
What each was allowed to see, for the first round of the 2024 legislative elections, station by station:

- **Carreau, profile only**: who lives there (census, incomes, benefits) in the station, its commune and its department,
  and the number of registered voters of the commune. No vote of any year. Every station is foretold by a model that
  has seen no station of its commune or of its department; the penalty is chosen without them too.
- **The public predictor**: votes of the *same* stations at 56 past elections, by principal components and ridge; its
  four figures are computed again from the predictions that it publishes. It knows how each place votes, the profile
  does not: the two lines are no race, the gap is about what past votes add to who lives there.
- The results of 2024 by station and the census are **facsimiles** in the national file: the layout of the publisher,
  values made again. The figures say how the method behaves, not how France votes.
- Stations of which less than half of the indicators are known (overseas and abroad, for the most part) have no profile
  to speak of and are not read; the predictor is measured on all 70,083. The column to compare is the metropolitan one.
- « Within commune » centres both the count and the forecast on their commune, where it has several stations.
"""


def association_tables() -> str:
    """The section, in Markdown; when the mirror is not there, the reason why it is empty."""
    title = "## What the profile alone finds again of the votes of 2024\n"
    if not MIRROR.is_dir():
        return f"{title}\nNot measured: the publishers' files are not in `../shared/data`.\n"
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(folder, MIRROR)
        return "\n".join([title.rstrip(), SEEN, *_section(home)]) + "\n"


def _section(home: Home) -> Iterator[str]:
    """The tables of the country, of the Rhône, then those of the rivals."""
    for territory, name in (("france", "France"), ("dep:69", "Rhône")):
        start = time.process_time()
        ground, outcomes = _material(home, territory)
        lines = []
        for way in ways_apart(ground):
            fits = fits_of(ground, outcomes, way)
            lines += [_line(ground, fit, f"{NAMES[fit.outcome.name]}, {WAYS[way.name]} left out") for fit in fits]
            said = ", ".join(f"{NAMES[fit.outcome.name]} {100 * expected_margins(fit)[1]:.1f} %" for fit in fits)
            lines.append(f"*intervals at 90 %, {WAYS[way.name]} left out, hold* | {said} | | |")
        if territory == "france":
            lines += [_row(f"{NAMES[name]}, public predictor", values) for name, values in PUBLIC.items()]
        read = f"{max(len(fit.rows) for fit in fits):,} stations read of {len(ground.codes):,}"
        yield f"### {name}: {read}, {len(ground.indicators)} indicators\n"
        yield from _table(HEAD, lines)
        yield f"\nModels and scores: {time.process_time() - start:.0f} s of processor, the profile being made.\n"
        if territory == "france":
            yield from _rivals(ground, outcomes)


def _material(home: Home, territory: str) -> tuple[Ground, list[Outcome]]:
    """The ground of a territory and the outcomes of the election."""
    release = home.release(territory)
    profile = reading_of(release, home.product_list[release.product].facts)
    asked = Asked(Territory.parse(territory), "validation", {"election": ELECTION, "outcome": ""})
    found = outcomes_of(profile, latest_election(profile, asked), "")
    return ground_of(profile), [one for one in found if one.name in NAMES]


def _rivals(ground: Ground, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The same question put to scikit-learn: same stations, same places left out, the same figures to look at."""
    yield f"### Rivals on the same question, {RIVAL_FOLDS} groups of departments left out\n"
    if importlib.util.find_spec("sklearn") is None:
        yield "Not measured: scikit-learn is not installed (extra `bench`).\n"
        return
    way = ways_apart(ground)[0]
    fewer = replace(way, folds=way.folds % RIVAL_FOLDS)
    lines = []
    for outcome in (one for one in outcomes if one.name in RIVALS_ON):
        start = time.process_time()
        (fit,) = fits_of(ground, [outcome], fewer)
        lines.append(_line(ground, fit, f"{NAMES[outcome.name]}, Carreau", time.process_time() - start))
        for name in ("linear ridge", "gradient boosting"):
            start = time.process_time()
            told = _foretold(ground, fit, fewer, name)
            words = f"{NAMES[outcome.name]}, {name} (scikit-learn)"
            lines.append(_line(ground, replace(fit, told=told), words, time.process_time() - start))
    yield from _table([*HEAD, "processor (s)"], lines)
    yield ""


def _foretold(ground: Ground, fit: Fit, way: Apart, name: str) -> Told:
    """What a model of scikit-learn says of the stations of a fit, each foretold without its fold."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    own = ground.values[fit.rows]
    communes = [mean_by(column, ground.communes, ground.weights)[fit.rows] for column in ground.values.T]
    table = np.column_stack([own, *communes]).astype(np.float32)
    told, expected = fit.told, np.empty(len(fit.rows))
    for fold in range(way.count):
        left = told.folds == fold
        if name == "linear ridge":
            model = make_pipeline(SimpleImputer(), StandardScaler(), RidgeCV(np.logspace(0, 5, 6)))
            model.fit(table[~left], told.counted[~left], ridgecv__sample_weight=told.weights[~left])
        else:
            model = HistGradientBoostingRegressor(
                max_iter=150, max_leaf_nodes=16, min_samples_leaf=100, l2_regularization=50, max_features=0.2,
                max_bins=63, random_state=0,
            )  # fmt: skip
            model.fit(table[~left], told.counted[~left], sample_weight=told.weights[~left])
        expected[left] = np.clip(model.predict(table[left]), 0, 100)
    return replace(told, expected=expected)


def _line(ground: Ground, fit: Fit, words: str, seconds: float | None = None) -> str:
    """The line of a fit: its four scores, and what it took."""
    near = np.array([kind_of(code[:5]) == "metropole" for code in ground.codes])[fit.rows]
    scores = (
        fit.score(), fit.score(np.ones(len(fit.rows))), fit.score(fit.told.weights * near),
        fit.score_within(ground.communes),
    )  # fmt: skip
    cells = [f"{one.value / 100:.3f} ± {one.margin / 100:.3f}" for one in scores]
    return " | ".join([words, *cells, *([] if seconds is None else [f"{seconds:.0f}"])])


def _row(words: str, values: Sequence[float]) -> str:
    """A line of figures that are only quoted."""
    return " | ".join([words, *(f"{value:.3f}" for value in values)])


def _table(head: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    """A table of Markdown."""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    yield from (f"| {line} |" for line in lines)


if __name__ == "__main__":
    print(association_tables())
