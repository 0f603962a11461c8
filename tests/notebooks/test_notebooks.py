"""The notebooks run as they are printed: nbval compares each output with the kept one, strictly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


REPLAYED = ("01_first_investigation",)
"""What it leaves is played again. The fourth plays the record that is inside it; the second and the third are about
the world and about decisions, of which a replay has none."""


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_gives_what_it_shows(notebook: Path, tmp_path: Path) -> None:
    # Run in a folder of its own: what it makes lies beside it.
    copy = Path(shutil.copy(notebook, tmp_path))
    _run(copy)
    if notebook.stem in REPLAYED:
        _run(_replaying(copy))


def _replaying(notebook: Path) -> Path:
    """The same notebook, told to play what the run before left; the world that it asked is gone."""
    shutil.rmtree(notebook.parent / ".aisre" / "worlds")
    records = sorted((notebook.parent / ".aisre" / "records").iterdir())
    found = nbformat.read(notebook, 4)
    told = nbformat.v4.new_code_cell("%sre replay " + " ".join(f".aisre/records/{folder.name}" for folder in records))
    told.metadata["tags"] = ["nbval-ignore-output"]
    place = next(n for n, cell in enumerate(found.cells) if "load_ext" in cell.source)
    found.cells.insert(place + 1, told)
    copy = notebook.with_name("replayed.ipynb")
    nbformat.write(found, copy)
    return copy


def _run(notebook: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "AISRE_"))}
    records = notebook.parent / ".aisre" / "records"
    environ |= {"AISRE_APPROVE": "all", "AISRE_RECORDS": str(records), "AISRE_USER": "you"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-q", "-p", "no:cacheprovider", "--nbval",
         "--nbval-sanitize-with", str(ROOT / "tests" / "notebooks" / "sanitize.cfg"), "--nbval-current-env",
         "--nbval-cell-timeout", "300", str(notebook)],
        cwd=notebook.parent, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_first_notebook_is_kept_small() -> None:
    assert (ROOT / "notebooks" / "01_first_investigation.ipynb").stat().st_size < 2_000_000
