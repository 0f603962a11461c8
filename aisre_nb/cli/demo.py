"""``aisre-nb demo``: the first investigation, in JupyterLab or without a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import webbrowser
from datetime import UTC, datetime
from pathlib import Path

from aisre_nb.errors import AisreError, ConfigurationError

_NOTEBOOK = "01_first_investigation.ipynb"


def demo(headless: bool, out: Path | None) -> int:
    """Open or execute the notebook; returns the exit status."""
    notebook = _notebook()
    if not headless and not _has_browser():
        print("No browser can be opened here, so the notebook is executed without one.", file=sys.stderr)
        headless = True
    return _headless(notebook, out) if headless else _lab(notebook)


def _notebook() -> Path:
    """In a clone the notebook of the clone; else the one that was installed along."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "notebooks", package / "notebooks"):
        if (folder / _NOTEBOOK).is_file():
            return folder / _NOTEBOOK
    raise ConfigurationError(f"{_NOTEBOOK} is not installed", "run it in a clone of the repository")


def _has_browser() -> bool:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        # Without a display only a text browser could open, and JupyterLab needs a graphical one.
        return "BROWSER" in os.environ
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _lab(notebook: Path) -> int:
    if not os.access(notebook, os.W_OK):
        notebook = Path(shutil.copy(notebook, Path.cwd()))
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={notebook.parent}", str(notebook)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container there is often no other user; without this the server would refuse to start.
        command.append("--allow-root")
    print(f"Opening JupyterLab on {notebook}; Ctrl-C twice ends it.", file=sys.stderr)
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0


def _headless(notebook: Path, out: Path | None) -> int:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    base = (out or Path(".aisre") / "demo").resolve()
    base.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    target = base / f"{notebook.stem}-{stamp}.ipynb"
    records = base / f"records-{stamp}"
    print("This command line approves the demo's two pull requests to the sandbox's own remote.", file=sys.stderr)
    environ = {**os.environ, "AISRE_APPROVE": "all", "AISRE_RECORDS": str(records)}
    book = nbformat.read(notebook, as_version=4)
    start, failed = time.monotonic(), ""

    def told(cell: object, cell_index: int) -> None:
        print(f"  cell {cell_index + 1} of {len(book.cells)} …", file=sys.stderr, flush=True)

    client = NotebookClient(
        book, timeout=600, resources={"metadata": {"path": str(base)}}, on_cell_start=told, kernel_name="python3"
    )
    try:
        client.execute(env=environ)
    except CellExecutionError as error:
        failed = str(error).strip().splitlines()[-1]
    finally:
        nbformat.write(book, target)
    if failed:
        raise AisreError(f"the notebook stopped: {failed}", f"see {target}")
    status = _report(records)
    print(f"\nexecuted copy: {target}\nrecord: {records}\nseconds: {time.monotonic() - start:.1f}")
    return status


def _report(records: Path) -> int:
    from aisre_nb.record.events import Reported
    from aisre_nb.record.record import Record
    from aisre_nb.report.report import Report
    from aisre_nb.report.text import as_text

    folders = sorted(records.iterdir()) if records.is_dir() else []
    for folder in folders[-1:]:
        record = Record.load(folder)
        reported = [event for event in record.events if isinstance(event, Reported)]
        if reported:
            # The first report is the answer to the notebook's question; later ones answer follow-ups.
            print(as_text(Report.model_validate(reported[0].report), {}, reported[0].usage, reported[0].seconds))
            return 0
    print("aisre-nb: the notebook left no report", file=sys.stderr)
    return 4
