"""What DuckDB and pandas get of Parquet addresses: read_parquet.py SIGNED ADDRESS TOKEN; one JSON value comes out.

DuckDB's own reader of addresses (httpfs) comes from PyPI and is loaded by its path: nothing is asked of the network.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import pandas

QUESTION = "SELECT count(*), sum(inscrits), min(bv_id) FROM read_parquet('{address}')"


def main() -> None:
    """Ask the same of each."""
    signed, address, token = sys.argv[1:]
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension")
    connection = duckdb.connect()
    connection.execute(f"LOAD '{extension}'")
    by_link = connection.execute(QUESTION.format(address=signed)).fetchone()
    connection.execute(f"CREATE SECRET (TYPE http, BEARER_TOKEN '{token}')")
    by_token = connection.execute(QUESTION.format(address=address)).fetchone()
    frame = pandas.read_parquet(address, storage_options={"Authorization": f"Bearer {token}"})
    by_pandas = (len(frame), float(frame["inscrits"].sum()), min(frame["bv_id"]))
    connection.close()
    print(json.dumps({"link": by_link, "token": by_token, "pandas": by_pandas}), flush=True)
    os._exit(0)  # threads of httpfs may outlive the interpreter, and abort it once all was answered


main()
