"""Prometheus and Alertmanager themselves, where they are installed, fed with a case folder."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aisre_nb.errors import ConfigurationError
from aisre_nb.sandbox.serve import openmetrics
from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.times import rfc3339

_ALERTMANAGER = """\
route: {receiver: 'null', group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: 'null'}]
"""
_READY = 20.0
"""Seconds until a program must answer."""


def find(*names: str) -> str | None:
    """The first of these programs that is installed."""
    return next((found for name in names if (found := shutil.which(name)) is not None), None)


class Program:
    """A program that runs on a port of its own while the ``with`` lasts."""

    def __init__(self, command: Sequence[str], url: str, ready: str, folder: Path) -> None:
        self._command, self.url, self._ready, self._folder = command, url, ready, folder
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Program:
        with (self._folder / "output.txt").open("wb") as log:
            self._running = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )
        begun = time.monotonic()
        while time.monotonic() - begun < _READY:
            if self._running.poll() is not None:
                break
            with suppress(OSError), urllib.request.urlopen(self.url + self._ready, timeout=2) as answer:
                if answer.status == 200:
                    return self
            time.sleep(0.05)
        said = (self._folder / "output.txt").read_text(errors="replace").strip()[-300:]
        self.__exit__()
        raise ConfigurationError(
            f"{Path(self._command[0]).name} does not start: {said}", "run it by hand, or remove it"
        )

    def __exit__(self, *_: object) -> None:
        if self._running is None:
            return
        self._running.terminate()
        try:
            self._running.wait(5)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()


class Prometheus(Program):
    """Backfilled from the folder; what is added to the folder later is backfilled too, and seen within a minute."""

    def __init__(self, tables: Tables, folder: Path, port: int = 0) -> None:
        self._tables = tables
        self._until = tables.start - timedelta(days=4)
        self._data = folder / "data"
        self._data.mkdir()
        self._scratch = folder
        self.backfill()
        port = port or free_port()
        rules = tables.folder / "repository" / "deploy" / "alerts.yaml"
        told = f"global: {{scrape_interval: {openmetrics.SCRAPED}s}}\n"
        if rules.is_file() and _checked(rules):
            # Prometheus reads it as a pattern.
            path = re.sub(r"([*?\[\\])", r"\\\1", str(rules))
            told += f"rule_files: [{json.dumps(path, ensure_ascii=False)}]\n"
        (folder / "prometheus.yml").write_text(told, encoding="utf-8")
        program = find("prometheus")
        if program is None:
            raise ConfigurationError("prometheus is not installed", "install it: apt-get install prometheus")
        command = [
            program, "--config.file=prometheus.yml", f"--storage.tsdb.path={self._data}",
            "--storage.tsdb.retention.time=20y",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
        ]  # fmt: skip
        super().__init__(command, f"http://127.0.0.1:{port}", "/-/ready", folder)

    def backfill(self) -> int:
        """Put what is new in the folder into Prometheus' own blocks; the number of samples."""
        until = self._tables.now
        if until <= self._until:
            return 0
        text = self._scratch / "metrics.om"
        number = openmetrics.write(self._tables, self._until, until, text)
        tool = find("promtool")
        if tool is None:
            raise ConfigurationError("promtool is not installed", "install it: it comes with prometheus")
        command = [tool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(text), str(self._data)]
        ran = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        text.unlink()
        if ran.returncode:
            raise ConfigurationError(
                f"promtool failed: {ran.stderr.decode(errors='replace').strip()[-300:]}", "try another version of it"
            )
        self._until = until
        return number


class Alertmanager(Program):
    """With the folder's alerts, told again before they would end."""

    def __init__(self, tables: Tables, folder: Path, port: int = 0) -> None:
        self._tables = tables
        port = port or free_port()
        (folder / "alertmanager.yml").write_text(_ALERTMANAGER, encoding="utf-8")
        program = find("prometheus-alertmanager", "alertmanager")
        if program is None:
            raise ConfigurationError(
                "alertmanager is not installed", "install it: apt-get install prometheus-alertmanager"
            )
        command = [
            program, "--config.file=alertmanager.yml", f"--storage.path={folder / 'data'}", "--cluster.listen-address=",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
        ]  # fmt: skip
        super().__init__(command, f"http://127.0.0.1:{port}", "/-/ready", folder)

    def tell(self) -> int:
        """Post what fires now; what fired before and does no longer ends by itself. Their number."""
        until = rfc3339(datetime.now(UTC) + timedelta(minutes=3))
        fields = ("labels", "annotations", "startsAt", "generatorURL")
        alerts = [
            {name: alert[name] for name in fields} | {"endsAt": until} for alert in self._tables.json("alerts.json")
        ]
        request = urllib.request.Request(
            f"{self.url}/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5):
            return len(alerts)


class Keeper:
    """Does something again and again on a thread, while the ``with`` lasts."""

    def __init__(self, every: float, work: Callable[[], object]) -> None:
        self._every, self._work, self._stop = every, work, threading.Event()

    def __enter__(self) -> Keeper:
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            with suppress(OSError, ValueError, ConfigurationError, urllib.error.URLError):
                self._work()

    def __exit__(self, *_: object) -> None:
        self._stop.set()


def _checked(rules: Path) -> bool:
    tool = find("promtool")
    ran = subprocess.run([tool, "check", "rules", str(rules)], capture_output=True, check=False) if tool else None
    return ran is not None and ran.returncode == 0


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        found: int = one.getsockname()[1]
        return found
