"""What the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_host: str
    pool_size: int


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """From ``DATABASE_HOST`` and ``DB_POOL_SIZE``."""
    return Settings(environ.get("DATABASE_HOST", "localhost"), int(environ.get("DB_POOL_SIZE", "6")))
