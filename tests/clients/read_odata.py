"""What the reader python-odata, unmodified, gets of a feed: read_odata.py ADDRESS [TOKEN]; one JSON value comes out."""

from __future__ import annotations

import json
import sys
import time

import requests
from odata import ODataService
from odata.exceptions import ODataError


def main() -> None:
    """Look through the feed."""
    address, *token = sys.argv[1:]
    session = requests.Session()
    session.auth = ("carreau", token[0]) if token else None
    service = ODataService(address, session=session, reflect_entities=True, quiet_progress=True)
    stations = service.entities["Bureaux"]
    began = time.perf_counter()
    rows = [station.bv_id for station in service.query(stations)]
    seconds = time.perf_counter() - began
    few = service.query(stations).filter(stations.bv_id.startswith("96002")).order_by(stations.bv_id.desc())
    wanted = (stations.code_commune == "96001") | (stations.code_commune == "96003")
    some = service.query(stations).filter(wanted).filter(stations.libelle_commune.not_null()).select(stations.bv_id)
    large = service.query(stations).raw({"$filter": "inscrits gt 800", "$select": "bv_id"})
    groups = service.query(stations).raw({"$apply": "groupby((code_commune),aggregate(inscrits with sum as total))"})
    try:
        service.query(stations).raw({"$filter": "secret eq 1"})
        refused = ""
    except ODataError as error:
        refused = str(error)
    said = {
        "sets": sorted(service.entities),
        "rows": rows,
        "few": [station.bv_id for station in few],
        "some": [row["bv_id"] for row in some],
        "large": [row["bv_id"] for row in large],
        "groups": {row["code_commune"]: row["total"] for row in groups},
        "count": service.query(stations).count(),
        "first": service.query(stations).get(rows[0]).libelle_commune,
        "refused": refused,
        "seconds": seconds,
    }
    print(json.dumps(said))


main()
