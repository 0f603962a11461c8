"""Who is asking and deciding, for the record."""

from __future__ import annotations

import getpass
import os
import subprocess
from functools import lru_cache


@lru_cache(maxsize=1)
def _from_machine() -> str:
    try:
        done = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=2, check=False)
        if done.stdout.strip():
            return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        pass
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def who() -> str:
    """``AISRE_USER``, else git's user name, else the login."""
    return os.environ.get("AISRE_USER") or _from_machine()
