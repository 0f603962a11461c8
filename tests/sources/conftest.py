"""Small telemetry folders and real git repositories, made anew for each test."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aisre_nb.times import Window

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_TIME = pa.timestamp("ns", tz="UTC")
_MAP = pa.map_(pa.string(), pa.string())
_TYPES: Mapping[str, pa.DataType] = {
    "TimeUnix": _TIME,
    "Timestamp": _TIME,
    "Attributes": _MAP,
    "ResourceAttributes": _MAP,
    "LogAttributes": _MAP,
    "SpanAttributes": _MAP,
    "Value": pa.float64(),
    "Sum": pa.float64(),
    "Count": pa.uint64(),
    "BucketCounts": pa.list_(pa.uint64()),
    "ExplicitBounds": pa.list_(pa.float64()),
    "AggregationTemporality": pa.int32(),
    "IsMonotonic": pa.bool_(),
    "Duration": pa.uint64(),
    "SeverityNumber": pa.int32(),
}


@dataclass
class Telemetry:
    """Writes tables as the OpenTelemetry exporter names them."""

    folder: Path
    start: datetime = START

    def at(self, seconds: float) -> datetime:
        """An instant, counted from the start."""
        return self.start + timedelta(seconds=seconds)

    def window(self, first: float, last: float) -> Window:
        """A window, counted from the start."""
        return Window(self.at(first), self.at(last))

    def table(self, name: str, rows: Sequence[Mapping[str, Any]], *, part: str = "") -> Path:
        """One file, or one part of a folder."""
        path = self.folder / f"{name}.parquet"
        if part:
            path.mkdir(exist_ok=True)
            path = path / f"{part}.parquet"
        columns = list(dict.fromkeys(key for row in rows for key in row))
        arrays = []
        for column in columns:
            values = [list(v.items()) if isinstance(v := row.get(column), dict) else v for row in rows]
            arrays.append(pa.array(values, type=_TYPES.get(column, pa.string())))
        pq.write_table(pa.table(arrays, names=columns), path)
        return path

    def span(self, seconds: float, **more: Any) -> dict[str, Any]:
        """A span row; 10 ms long, served, without an error."""
        row = {
            "Timestamp": self.at(seconds), "TraceId": "t", "SpanId": "s", "ParentSpanId": "", "SpanName": "GET /x",
            "SpanKind": "Server", "ServiceName": "shelf", "Duration": 10_000_000, "StatusCode": "Unset",
            "StatusMessage": "", "SpanAttributes": {}, "ResourceAttributes": {},
        }  # fmt: skip
        return {**row, **more}

    def log(self, seconds: float, body: str, **more: Any) -> dict[str, Any]:
        """A log row."""
        row = {
            "Timestamp": self.at(seconds), "TraceId": "", "SpanId": "", "SeverityText": "INFO",
            "ServiceName": "shelf", "Body": body, "LogAttributes": {}, "ResourceAttributes": {},
        }  # fmt: skip
        return {**row, **more}

    def gauge(self, seconds: float, metric: str, value: float, **more: Any) -> dict[str, Any]:
        """A gauge row."""
        row = {
            "TimeUnix": self.at(seconds), "ServiceName": "shelf", "MetricName": metric, "Attributes": {}, "Value": value
        }  # fmt: skip
        return {**row, **more}


@pytest.fixture
def telemetry(tmp_path: Path) -> Telemetry:
    folder = tmp_path / "case"
    folder.mkdir(exist_ok=True)
    return Telemetry(folder)


@dataclass
class Repository:
    """A working clone with its bare remote."""

    folder: Path
    remote: Path

    def git(self, *arguments: str, at: Path | None = None, when: str = "2026-11-23T09:00:00Z") -> str:
        """Run git as a person would; ``when`` dates commits."""
        dated = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", *arguments], cwd=at or self.folder, env={**os.environ, **dated}, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().rstrip("\n")

    def write(self, path: str, text: str) -> None:
        """Write a file of the work tree."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def commit(self, message: str, when: str = "2026-11-23T09:00:00Z") -> str:
        """Commit everything and push it; returns the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, when=when)
        self.git("push", "-q", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str) -> None:
        """Tag the head and push it."""
        self.git("tag", name)
        self.git("push", "-q", "origin", name)


MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {service}
spec:
  template:
    spec:
      containers:
        - name: {service}
          image: registry.shop.example/{service}:{version}
"""
GOOD = "def total(items):\n    result = 0\n    for item in items:\n        result += item\n    return result\n"
BAD = "def total(items):\n    for item in items:\n        result += item\n    return result\n"


def _begun(case: Path) -> Repository:
    repository = Repository(case / "repository", case / "remote.git")
    repository.folder.mkdir(parents=True)
    repository.git("init", "-q", "--bare", "-b", "main", str(repository.remote))
    repository.git("init", "-q", "-b", "main")
    repository.git("config", "user.name", "Ann Other")
    repository.git("config", "user.email", "ann@shop.example")
    repository.git("remote", "add", "origin", "../remote.git")
    return repository


@pytest.fixture
def empty_repository(tmp_path: Path) -> Repository:
    return _begun(tmp_path / "case")


@pytest.fixture(scope="session")
def _written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: it takes two dozen commands."""
    r = _begun(tmp_path_factory.mktemp("written") / "case")
    for service in ("shelf", "lamp"):
        r.write(f"services/{service}/{service}/totals.py", GOOD)
        r.write(f"deploy/{service}.yaml", MANIFEST.format(service=service, version="0.1.0"))
    r.write("README.md", "# shop\n")
    r.commit("First", "2026-11-23T08:00:00Z")
    r.tag("shelf-0.1.0")
    r.write("services/shelf/shelf/totals.py", BAD)
    r.write("README.md", "# the shop\n")
    r.commit("Totals without a detour", "2026-11-23T09:30:00Z")
    r.tag("shelf-0.2.0")
    r.write("deploy/shelf.yaml", MANIFEST.format(service="shelf", version="0.2.0"))
    r.commit("Deploy shelf 0.2.0", "2026-11-23T10:00:00Z")
    return r.folder.parent


@pytest.fixture
def repository(_written: Path, tmp_path: Path) -> Repository:
    """``shelf`` went from 0.1.0 to 0.2.0 at 10:00 with a bug; ``lamp`` stands beside it. A copy of its own."""
    case = tmp_path / "case"
    shutil.copytree(_written, case, dirs_exist_ok=True)
    made = Repository(case / "repository", case / "remote.git")
    # The index knows files by what the copies have otherwise, and would be written anew by whoever looks.
    made.git("update-index", "-q", "--refresh")
    return made


@pytest.fixture
def real_cases() -> Callable[[str], list[Path]]:
    """The folders of real cases of one collection; skips where they are not."""
    root = Path(__file__).parents[3] / "shared" / "data" / "cases"

    def cases(collection: str) -> list[Path]:
        found = sorted(path.parent for path in (root / collection).glob("*/manifest.json"))
        if not found:
            pytest.skip(f"needs the real cases at ../shared/data/cases/{collection}")
        return found

    return cases


@pytest.fixture(scope="session")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from aisre_nb.sandbox import make

    made: Path = make("cart-errors", 1, tmp_path_factory.mktemp("hosted") / "world", hours=1, per_second=2)
    return made


@pytest.fixture
def shop(_shop: Path, tmp_path: Path) -> Path:
    """The sandbox's world, its repository and that one's remote; a copy of its own."""
    return Path(shutil.copytree(_shop, tmp_path / "world"))
