"""What the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    consumers: int = 8
    max_deliveries: int = 5


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """From ``CONSUMERS`` and ``MAX_DELIVERIES``."""
    return Settings(int(environ.get("CONSUMERS", "8")), int(environ.get("MAX_DELIVERIES", "5")))
