"""The sheets of the workbook: how it looks, what each sheet holds, and how its certificate is bound to it."""

from __future__ import annotations
