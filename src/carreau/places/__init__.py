"""Places: any table on any zones brought onto the polling stations, by weights that lose nothing unsaid.

Zones (:mod:`.zones`) and codes (:mod:`.codes`) are read at the counter; weights come, best first, from
voters' addresses (:mod:`.addresses`), from the people of square cells (:mod:`.cells`), from areas
(:mod:`.area`); past stations pass into today's by :mod:`.successions`. All make a
:class:`~carreau.places.crosswalk.Crosswalk`, which carries counts; shares are recomputed (:mod:`.shares`),
medians go through distributions (:mod:`.distributions`), and :mod:`.coverage` says what was lost.
"""

from carreau.places.addresses import address_crosswalk
from carreau.places.area import area_crosswalk
from carreau.places.cells import cell_crosswalk
from carreau.places.coverage import coverage_of
from carreau.places.crosswalk import Crosswalk
from carreau.places.shares import carried_share
from carreau.places.stations import Stations, stations_of
from carreau.places.successions import successions_of
from carreau.places.zones import Zones

__all__ = [
    "Crosswalk",
    "Stations",
    "Zones",
    "address_crosswalk",
    "area_crosswalk",
    "carried_share",
    "cell_crosswalk",
    "coverage_of",
    "stations_of",
    "successions_of",
]
