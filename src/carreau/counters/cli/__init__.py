"""The command line: the seven verbs, listings, and a look at one station.

Names of commands are English, texts are French.
Typer and rich are all that is imported to answer ``carreau --help``; a command imports the rest when it runs.
"""

from __future__ import annotations

from carreau.counters.cli.application import app, main, run

__all__ = ["app", "main", "run"]
