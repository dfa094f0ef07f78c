"""What all tests share: a machine that others use may be slow, and that is no failure of a property."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("carreau", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("carreau")
