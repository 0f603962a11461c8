"""What the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    carriers_seconds: float = 0.8
    rates_seconds: float = 600.0


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """From ``CARRIERS_TIMEOUT_MS`` and ``RATES_CACHE_SECONDS``."""
    return Settings(
        carriers_seconds=int(environ.get("CARRIERS_TIMEOUT_MS", "800")) / 1000,
        rates_seconds=float(environ.get("RATES_CACHE_SECONDS", "600")),
    )
