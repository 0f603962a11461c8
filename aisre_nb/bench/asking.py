"""One case, investigated by ``aisre-nb ask`` in a process of its own, which may crash or hang without harm."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aisre_nb
from aisre_nb.bench.score import Row, scored
from aisre_nb.bench.suite import Case
from aisre_nb.bench.telemetry import services_in, take_truth, without_truth
from aisre_nb.bench.truth import read_truth
from aisre_nb.errors import AisreError
from aisre_nb.evidence.invisible import visible
from aisre_nb.sources.case.truth import FILE, Truth

_ANSWERED = (0, 3)
"""Exit statuses of `ask`: 3 is a change that was wanted, and nobody allows one here."""


@dataclass
class Asker:
    """How each case is asked. Ask from several threads; `stop` ends them all."""

    model: str
    work: Path
    """Where worlds and records are made, a folder for each case."""
    timeout: float = 300.0
    keep: bool = False
    """Whether the world and the copy of the telemetry stay."""
    options: tuple[str, ...] = ()
    """More for `ask`."""
    most_usd: float = 5.0
    """What the settings allow for one question."""
    _running: set[subprocess.Popen[str]] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, case: Case, usd: float | None = None) -> Row | None:
        """Its row; None where it was stopped. ``usd``: what it may spend, None for what the settings say."""
        folder = self.work / _file_name(case.key)
        world, truths = folder / "telemetry", case.folder or folder / "truth"
        begun = time.monotonic()
        known, error, answer = 0, "", None
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self._world(case, world, truths)
            known = services_in(world)
            answer, error = self._ask(world, folder / "records", usd)
        except Exception as failed:
            # Whatever a case's data do: it is a row with its error, and the others go on.
            error = " ".join(str(failed).split()) or type(failed).__name__
        seconds = time.monotonic() - begun
        if self._stopped.is_set():
            shutil.rmtree(folder, ignore_errors=True)
            return None
        try:
            truth = read_truth(truths) if (truths / FILE).is_file() else Truth("root_cause")
            return scored(case, truth, answer, visible(error), seconds, known)
        finally:
            if not self.keep:
                shutil.rmtree(world, ignore_errors=True)
                shutil.rmtree(folder / "truth", ignore_errors=True)

    def stop(self) -> None:
        """End what runs; what is not begun does not begin."""
        with self._lock:
            self._stopped.set()
            for process in self._running:
                _kill(process)

    def _world(self, case: Case, world: Path, truths: Path) -> None:
        if case.folder is not None:
            without_truth(case.folder, world)
            return
        hard = ["--hard"] if case.hard else []
        status, _, told = self._call("sandbox", "make", case.name, "--seed", str(case.seed), "--out", str(world), *hard)
        if status:
            raise AisreError(f"the world could not be made: {told}")
        take_truth(world, truths)

    def _ask(self, world: Path, records: Path, usd: float | None) -> tuple[dict[str, Any] | None, str]:
        question = str(json.loads((world / "manifest.json").read_text(encoding="utf-8")).get("question") or "")
        question = question.strip() or "Is something wrong here? Find the root cause."
        spend = [] if usd is None else ["--max-usd", f"{min(max(usd, 1e-6), self.most_usd):.6f}"]
        # A question may begin with a dash.
        status, out, told = self._call(
            "ask", "--case", str(world), "--approve", "read", "--json", "--model", self.model,
            "--records", str(records), *spend, *self.options, "--", question,
        )  # fmt: skip
        try:
            answer = json.loads(out) if out.strip() else None
        except ValueError:
            answer = None
        if status in _ANSWERED and isinstance(answer, dict):
            return answer, ""
        return answer if isinstance(answer, dict) else None, told or f"it ended with status {status} and no answer"

    def _call(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output, and the last line of the other."""
        # Not the working directory's modules (-P), but the same code as here.
        command = [sys.executable, "-P", "-m", "aisre_nb", *arguments]
        with self._lock:
            if self._stopped.is_set():
                raise AisreError("stopped")
            # A session of its own: Ctrl-C is heard here, and what it started ends with it.
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                encoding="utf-8", errors="replace", start_new_session=True, env=_environment(),
            )  # fmt: skip
            self._running.add(process)
        try:
            out, err = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            raise AisreError(f"no answer within {self.timeout:g} s") from None
        finally:
            with self._lock:
                self._running.discard(process)
        lines = [line for line in err.splitlines() if line.strip()]
        return process.returncode, out, lines[-1].removeprefix("aisre-nb: ")[:400] if lines else ""


def _environment() -> dict[str, str]:
    root = str(Path(aisre_nb.__file__).parents[1])
    more = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, more] if more else [root])}


def _file_name(key: str) -> str:
    """Readable, and another for each key."""
    readable = "".join(c if c.isalnum() or c in "-_." else "-" for c in key)
    return readable if readable == key else f"{readable[:80]}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"


def _kill(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
