"""What the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    database_host: str
    pool_size: int
    cache_seconds: float
    page_size: int


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    return Settings(
        database_host=environ.get("DATABASE_HOST", "localhost"),
        pool_size=int(environ.get("DB_POOL_SIZE", "8")),
        cache_seconds=float(environ.get("CACHE_SECONDS", "300")),
        page_size=int(environ.get("PAGE_SIZE", "24")),
    )
