"""Records of the house that must be all or nothing: one SQLite file, opened anew for each transaction.

A connection never outlives its transaction: threads and child processes cannot share one by mistake. Writers
take their turn (``BEGIN IMMEDIATE``, a busy timeout); readers are never blocked (write-ahead log).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from carreau.errors import Broken, Retry
from carreau.store.writing import disk_errors

_PAUSE: Final = 0.02  # seconds between two tries
_PATIENCE: Final = 30.0  # seconds that a writer waits for its turn

# Each entry brings the file from its index to the next version. An entry that was published never changes.
_MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE shelf (
        batch INTEGER NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
        digest TEXT NOT NULL, status TEXT NOT NULL, fetched_at TEXT NOT NULL, url TEXT NOT NULL,
        mark TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
        PRIMARY KEY (source, key, batch, name)
    ) WITHOUT ROWID;
    CREATE TABLE ledger (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, verb TEXT NOT NULL,
        facts TEXT NOT NULL, previous TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE
    );
    CREATE TRIGGER ledger_is_not_rewritten BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
    CREATE TRIGGER ledger_is_not_erased BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
    """,
    # Who may come in, and what they hold. Secrets are kept as digests only; times are ISO 8601 in UTC, '' is never.
    """
    CREATE TABLE accounts (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL CHECK (role IN ('reader', 'editor', 'owner')),
        password TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
        created_at TEXT NOT NULL, disabled_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX accounts_by_subject ON accounts (issuer, subject) WHERE subject <> '';
    CREATE TABLE sessions (
        digest TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id),
        created_at TEXT NOT NULL, seen_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX sessions_by_account ON sessions (account);
    CREATE TABLE attempts (
        key TEXT PRIMARY KEY, failures INTEGER NOT NULL, failed_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE grants (
        id TEXT PRIMARY KEY, holder TEXT NOT NULL, product TEXT NOT NULL, territory TEXT NOT NULL,
        level TEXT NOT NULL, columns TEXT, since TEXT NOT NULL, until TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ACTIVE', 'SUSPENDED', 'ENDED')),
        reason TEXT NOT NULL, created_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX grants_by_holder ON grants (holder);
    CREATE TRIGGER an_ended_grant_stays_ended BEFORE UPDATE OF state ON grants
        WHEN OLD.state = 'ENDED' AND NEW.state <> 'ENDED'
        BEGIN SELECT RAISE(ABORT, 'an ended grant stays ended'); END;
    CREATE TABLE credentials (
        id TEXT PRIMARY KEY, prefix TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL,
        digest TEXT NOT NULL UNIQUE, grant_id TEXT NOT NULL REFERENCES grants (id),
        created_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT NOT NULL, used_on TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX credentials_by_grant ON credentials (grant_id);
    CREATE TABLE analyses (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, created_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX analyses_by_owner ON analyses (owner, created_at);
    CREATE TABLE space_items (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL,
        digest TEXT NOT NULL, facts TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX space_items_by_owner ON space_items (owner, created_at);
    CREATE TABLE oidc_states (
        digest TEXT PRIMARY KEY, browser TEXT NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL,
        back TEXT NOT NULL, expires_at TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)


class _UnderWay(threading.local):
    """The transactions under way in this thread, by file."""

    def __init__(self) -> None:
        self.open: dict[Path, sqlite3.Connection] = {}


_UNDER_WAY: Final = _UnderWay()


class Records:
    """The records kept in the file ``path``, made and brought to the present version when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.resolve()
        with disk_errors(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] != len(_MIGRATIONS):
                _migrated(connection, path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose writings are all kept at the end of the block, or none when it raises.

        A block within a block of the same thread joins it: a change and its line in the ledger are one.
        """
        if self._file in _UNDER_WAY.open:
            yield _UNDER_WAY.open[self._file]
            return
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            _UNDER_WAY.open[self._file] = connection
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            finally:
                del _UNDER_WAY.open[self._file]
            connection.commit()

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """The rows of a query that only reads."""
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """An open connection; what SQLite refuses is said as one error of the house."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA synchronous = FULL")
                yield connection
        except sqlite3.IntegrityError:  # a rule of the records themselves: the caller knows which
            raise
        except sqlite3.DatabaseError as error:
            raise _refusal(self.path, error) from error


def _migrated(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the present version, once, whoever else opens it now."""
    _logged_ahead(connection)
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        connection.rollback()
        raise Broken(
            "ce dossier de travail vient d'une version plus récente de Carreau",
            given=f"{path}, version {version}",
            expected=f"version {len(_MIGRATIONS)} au plus",
            advice="mettre Carreau à jour, ou choisir un autre dossier par --home",
        )
    for script in _MIGRATIONS[version:]:
        for statement in _statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")
    connection.commit()


def _logged_ahead(connection: sqlite3.Connection) -> None:
    """Put the file in write-ahead mode; it stays so. SQLite does not wait its turn for that: it is asked again."""
    deadline = time.monotonic() + _PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: SQLite's own runner would end the transaction."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _refusal(path: Path, error: sqlite3.DatabaseError) -> Broken | Retry:
    """The error of the house for what SQLite refused."""
    said = str(error)
    if "locked" in said or "busy" in said:
        return Retry(
            "le registre est occupé par un autre traitement",
            given=str(path),
            advice="recommencer dans un instant",
        )
    if "full" in said:
        return Retry(
            "il n'y a plus de place sur le disque",
            given=str(path),
            advice="libérer de la place, ou choisir un autre dossier par --home ; rien n'est perdu",
        )
    return Broken(
        "le registre du dossier de travail ne peut pas être lu ou écrit",
        given=f"{path} ({said})",
        expected="un fichier SQLite intact, dans un dossier où l'on a le droit d'écrire",
        advice="rétablir le fichier depuis une sauvegarde, ou choisir un autre dossier par --home",
    )
