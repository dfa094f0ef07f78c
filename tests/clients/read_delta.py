"""What the reader delta-sharing, unmodified, gets: read_delta.py PROFILE VERB [ARGUMENT…]; one JSON value comes out."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import delta_sharing
from delta_sharing.protocol import DeltaSharingProfile, Schema
from delta_sharing.rest_client import DataSharingRestClient
from requests.exceptions import HTTPError

FORMS = {"either": None, "parquet": False, "delta": True}


def listed(profile: str) -> dict[str, Any]:
    """The names of all that is shared."""
    client = delta_sharing.SharingClient(profile)
    (share,) = client.list_shares()
    (schema,) = client.list_schemas(share)
    tables = [table.name for table in client.list_tables(schema)]
    return {"share": share.name, "schema": schema.name, "tables": tables, "all": len(client.list_all_tables())}


def paged(profile: str, most: str) -> dict[str, Any]:
    """The names of the tables, and how many pages they came in."""
    client = DataSharingRestClient(DeltaSharingProfile.read_from_file(profile))
    schema = Schema(name="electoral_profile", share="carreau")
    names: list[str] = []
    pages, token = 0, None
    while pages == 0 or token:
        answer = client.list_tables(schema=schema, max_results=int(most), page_token=token)
        names += [table.name for table in answer.tables]
        pages, token = pages + 1, answer.next_page_token
    return {"names": names, "pages": pages}


def loaded(profile: str, table: str, form: str = "either", limit: str = "") -> dict[str, Any]:
    """A table as pandas gets it."""
    address = f"{profile}#carreau.electoral_profile.{table}"
    began = time.perf_counter()
    frame = delta_sharing.load_as_pandas(address, limit=int(limit) if limit else None, use_delta_format=FORMS[form])
    seconds = time.perf_counter() - began
    return {
        "rows": len(frame),
        "columns": list(frame.columns),
        "types": sorted({str(kind) for kind in frame.dtypes}),
        "records": json.loads(frame.to_json(orient="values", double_precision=15))[:200],
        "version": delta_sharing.get_table_version(address),
        "seconds": seconds,
    }


def changed(profile: str, table: str, form: str) -> dict[str, Any]:
    """The changes of a table since its first version."""
    address = f"{profile}#carreau.electoral_profile.{table}"
    frame = delta_sharing.load_table_changes_as_pandas(address, starting_version=0, use_delta_format=FORMS[form])
    kinds = sorted(frame["_change_type"].unique())
    return {"rows": len(frame), "kinds": kinds, "versions": sorted(map(int, frame["_commit_version"].unique()))}


def main() -> None:
    """Answer, or say which refusal was met."""
    profile, verb, *arguments = sys.argv[1:]
    verbs = {"listed": listed, "paged": paged, "loaded": loaded, "changed": changed}
    try:
        said = verbs[verb](profile, *arguments)
    except HTTPError as error:
        said = {"status": error.response.status_code, "error": str(error)}
    print(json.dumps(said))


main()
