"""Merged source is run by the shop's CI in a process of its own: whoever wrote it is a stranger.

The child has an empty environment, a folder of its own, limits on time, memory and files, and an audit hook that
refuses the network, other programs and files elsewhere. That keeps out mistakes and plain malice; it is no jail.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from aisre_nb.sandbox.failures import Raised

if TYPE_CHECKING:
    from aisre_nb.sandbox.asked import Asked

Said = bool | int | Raised | None
"""What a probe found out."""
TIME_LIMIT = 20.0
"""Seconds."""
_MOST = 200_000
"""Bytes that a child may say."""
_TEXT = 20_000
ROOT = Path(__file__).parents[3]
_START = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from aisre_nb.sandbox.repository.trial_child import main; main()"
)


@dataclass(frozen=True)
class Trial:
    """What a build did when it was run."""

    said: Mapping[int, Said] = field(default_factory=dict)
    """By the number of the plan's `Coded`."""
    broken: str = ""
    """Why its pods cannot begin; empty: they can."""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"said": {str(n): _json(said) for n, said in self.said.items()}, "broken": self.broken}

    @classmethod
    def read(cls, told: Any) -> Self:
        """From what `told` gave. Raises `ValueError` for anything else: the child's word is a stranger's."""
        if not isinstance(told, dict) or not isinstance(told.get("said"), dict):
            raise ValueError("no trial")
        broken = told.get("broken", "")
        if not isinstance(broken, str):
            raise ValueError("no trial")
        return cls({int(n): _said(said) for n, said in told["said"].items()}, broken[:500])


def tried(asked: Asked, service: str, texts: Mapping[str, str]) -> Trial:
    """Build and run a service's source; ``texts`` by path in the repository. Nothing that it does is an error here."""
    root = f"services/{service}/"
    own = {path: text for path, text in texts.items() if path.startswith(root) and ".." not in Path(path).parts}
    wanted = {"asked": asked.told(), "service": service, "texts": own}
    with (
        tempfile.TemporaryDirectory(prefix="aisre-trial-", ignore_cleanup_errors=True) as scratch,
        tempfile.TemporaryFile() as out,
    ):
        command = [sys.executable, "-I", "-B", "-c", _START]
        ended = ended_in(command, json.dumps(wanted).encode(), Path(scratch), out)
        out.seek(0)
        told = out.read(_MOST + 1)
    if ended:
        return Trial(broken=ended)
    try:
        return Trial.read(json.loads(told) if len(told) <= _MOST else None)
    except ValueError:
        return Trial(broken="the program ended before it was ready")


def ended_in(command: Sequence[str], wanted: bytes, scratch: Path, out: IO[bytes]) -> str:
    """Let a child say what it finds in ``out``; why it did not, if it did not. ``scratch`` is all that it has."""
    environ = {"HOME": str(scratch), "TMPDIR": str(scratch), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    child = subprocess.Popen(
        command, cwd=scratch, env=environ, stdin=subprocess.PIPE, stdout=out,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        child.communicate(wanted, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return f"the program was not ready within {TIME_LIMIT:g} s"
    finally:
        _end(child)
    return ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """The child, and whatever it began."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()


def _json(said: Said) -> Any:
    return asdict(said) if isinstance(said, Raised) else said


def _said(told: Any) -> Said:
    if told is None or isinstance(told, bool | int):
        return told
    if not isinstance(told, dict) or set(told) != {"type", "message", "stack", "file", "line"}:
        raise ValueError("nothing that a probe finds")
    words = {key: told[key] for key in ("type", "message", "stack", "file")}
    if not all(isinstance(word, str) and len(word) <= _TEXT for word in words.values()):
        raise ValueError("no exception")
    return Raised(**words, line=int(told["line"]))
