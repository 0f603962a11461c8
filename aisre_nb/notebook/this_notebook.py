"""Which file the page shows that runs this kernel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def this_notebook(shell: Any) -> Path | None:
    """Its path, where the server or the editor told the kernel; None elsewhere."""
    told = [os.environ.get("JPY_SESSION_NAME"), getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__")]
    paths = [Path(name) for name in told if isinstance(name, str) and name.endswith(".ipynb")]
    return next((path for path in paths if path.is_file()), None)
