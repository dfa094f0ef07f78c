"""What a tool is given to connect: the file of Power BI, the profile of Delta Sharing, lines of Python; all plain text.

A token goes into them only when it has just been made and is at hand; else they say where it goes.
"""

from __future__ import annotations

import json
from typing import Any, Final

PLACEHOLDER: Final = "COLLER_ICI_LE_JETON"
_PYTHON: Final = '''\
# Carreau : les tables dans un carnet Python. Rien à installer d'autre que delta-sharing (ou duckdb).
# Le jeton ouvre ces tables : le garder comme un mot de passe.
import json
from pathlib import Path

import delta_sharing

profil = Path("carreau.share")
profil.write_text(json.dumps({profile}))

client = delta_sharing.SharingClient(str(profil))
for table in client.list_all_tables():
    print(table.name)

bureaux = delta_sharing.load_as_pandas(f"{{profil}}#{table}")
print(bureaux.head())

# La même table sans delta-sharing : un fichier Parquet, lu par pandas.
# import pandas
# bureaux = pandas.read_parquet("{parquet}", storage_options={{"Authorization": "Bearer {token}"}})

# Ou par DuckDB, qui n'en lit que les colonnes demandées.
# import duckdb
# duckdb.sql("INSTALL httpfs; LOAD httpfs; CREATE SECRET (TYPE http, BEARER_TOKEN '{token}')")
# print(duckdb.sql("SELECT code_commune, sum(inscrits) FROM '{parquet}' GROUP BY 1"))
'''


def pbids(root: str) -> bytes:
    """The data source file of Power BI that opens the OData feed of the server at ``root``.

    Power BI asks for the user and the token the first time and keeps them: they are never in this file.
    Its form: https://learn.microsoft.com/power-bi/connect-data/desktop-data-sources, « PBIDS files ».
    """
    source = {"protocol": "odata", "address": {"url": f"{root}/odata/"}}
    said = {"version": "0.1", "connections": [{"details": source, "options": {}, "mode": "Import"}]}
    return json.dumps(said, indent=2).encode()


def profile(root: str, token: str, expires: str = "") -> dict[str, Any]:
    """The profile of Delta Sharing (version 1, bearer) for the server at ``root``; ``expires`` in ISO 8601."""
    said = {"shareCredentialsVersion": 1, "endpoint": f"{root}/delta-sharing", "bearerToken": token or PLACEHOLDER}
    return {**said, **({"expirationTime": expires} if expires else {})}


def python(root: str, token: str, table: str) -> str:
    """Lines of Python that read ``table`` (SHARE.SCHEMA.TABLE) of the server at ``root``."""
    shown = token or PLACEHOLDER
    name = table.rpartition(".")[2]
    return _PYTHON.format(
        profile=json.dumps(profile(root, shown)),
        table=table,
        parquet=f"{root}/delta-sharing/files/{name}.parquet",
        token=shown,
    )
