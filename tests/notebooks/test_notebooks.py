"""The notebooks run as they are printed: nbval compares each output with the kept one, strictly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_gives_what_it_shows(notebook: Path, tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "AISRE_"))}
    environ |= {"AISRE_APPROVE": "all", "AISRE_RECORDS": str(tmp_path / ".aisre" / "records"), "AISRE_USER": "you"}
    # Run in a folder of its own: what it makes lies beside it.
    copy = shutil.copy(notebook, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-q", "-p", "no:cacheprovider", "--nbval",
         "--nbval-sanitize-with", str(ROOT / "tests" / "notebooks" / "sanitize.cfg"), "--nbval-current-env",
         "--nbval-cell-timeout", "300", str(copy)],
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_first_notebook_is_kept_small() -> None:
    assert (ROOT / "notebooks" / "01_first_investigation.ipynb").stat().st_size < 2_000_000
