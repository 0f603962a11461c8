"""``aisre-nb bench``: the real command over two small folders and one sandbox scenario, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.cli import main

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _folder(folder: Path, truth: dict[str, Any]) -> None:
    import pandas as pd

    folder.mkdir(parents=True)
    begin = NOW - timedelta(hours=1)
    rows = [
        (begin + timedelta(minutes=n), service, "http.server.duration.p95", 10.0 + n % 3)
        for n in range(60)
        for service in ("front", "back")
    ]
    frame = pd.DataFrame(rows, columns=["TimeUnix", "ServiceName", "MetricName", "Value"])
    frame.to_parquet(folder / "otel_metrics_gauge.parquet")
    told = {"name": folder.name, "start": begin.isoformat(), "end": NOW.isoformat(), "now": NOW.isoformat()}
    (folder / "manifest.json").write_text(json.dumps({**told, "question": "Is something wrong?"}))
    (folder / "truth.json").write_text(json.dumps(truth))


@pytest.fixture
def two(tmp_path: Path) -> Path:
    _folder(tmp_path / "cases" / "one", {"outcome": "root_cause", "services": ["back"]})
    _folder(tmp_path / "cases" / "two", {"outcome": "no_fault", "services": []})
    return tmp_path / "cases"


def test_two_folders_are_asked_scored_kept_and_not_asked_again(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["bench", "--suite", str(two), "--json"]
    assert main([*command, "--limit", "1"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert [case["name"] for case in first["cases"]] == ["one"] and first["cases"][0]["error"] == ""
    assert first["cases"][0]["services_known"] == 2 and first["summary"]["top1"]["chance"] == 0.5
    assert main([*command, "--html", "page.html"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert "1 of 2 done before; go on" in err
    assert [case["name"] for case in found["cases"]] == ["one", "two"]
    assert found["cases"][0] == first["cases"][0] and found["summary"]["errors"] == 0
    assert found["summary"]["no_invented_cause"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert "<table>" in Path("page.html").read_text()
    # What the bench saw is what `ask` says of the folder itself.
    main(["ask", "Is something wrong?", "--case", str(two / "two"), "--model", "builtin", "--json"])
    asked = json.loads(capsys.readouterr().out)
    case = found["cases"][1]
    assert (asked["outcome"], asked["confidence"], len(asked["steps"])) == (
        case["outcome"], case["confidence"], case["steps"],
    )  # fmt: skip


def test_a_sandbox_scenario_is_made_asked_compared_and_cleared_away(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["bench", "--suite", "sandbox", "--only", "cart-errors", "--seeds", "3", "--out", "run"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "cart-errors 3" in out and "service and change right" in out and "n = 1" in out
    row = json.loads(Path("run/cases.jsonl").read_text())
    assert row["service_and_change"] is True and row["top1"] is True and row["claims_failed"] == 0
    assert not list(Path("run").rglob("truth.json"))
    assert not list(Path("run").rglob("telemetry"))
    assert Path(row["record"]).is_dir()
    assert main(["bench", "--compare", "run", "run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["cases"], found["mended"], found["broken"]) == (1, [], [])


def _hears_ctrl_c() -> None:
    """As a terminal starts it: what a shell starts in the background inherits that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_prints_what_is_there_and_ends_what_runs(two: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "aisre_nb",
        "bench",
        "--suite",
        str(two),
        "--json",
        "--out",
        "run",
        "--repeat",
        "50",
    ]
    environ = {**os.environ, "AISRE_MODEL": "builtin"}
    file = tmp_path / "run" / "cases.jsonl"
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ, preexec_fn=_hears_ctrl_c
    ) as process:
        deadline = time.monotonic() + 30
        while not (file.is_file() and file.read_bytes().count(b"\n")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    found = json.loads(out)
    assert 1 <= len(found["cases"]) < 100 and "interrupted" in found["summary"]["stopped"]
    assert "the same command goes on" in err and "Traceback" not in err
    assert len(file.read_text().splitlines()) == len(found["cases"])


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        ([], "--suite sandbox"),
        (["--suite", "no/such/folder"], "no/such/folder"),
        (["--suite", "sandbox:easier"], "sandbox:hard"),
        (["--suite", "sandbox", "--model", "no-such-model"], "no-such-model"),
        (["--suite", "sandbox", "--only", "cart-error"], "cart-errors"),
        (["--suite", "sandbox", "--jobs", "0"], "--jobs"),
        (["--suite", "sandbox", "--seeds", "5-1"], "--seeds"),
        (["--suite", "sandbox", "--timeout", "nan"], "--timeout"),
        (["--suite", "sandbox", "--compare", "gone.json"], "gone.json"),
        (["--compare", "gone.json", "gone.json"], "gone.json"),
        (["--compare", "a", "b", "c"], "two"),
        (["--compare", "a", "b", "--suite", "sandbox"], "--suite"),
    ],
)
def test_bad_usage_is_one_line_and_exit_status_2(
    argv: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == "" and len(err.strip().splitlines()) == 1 and named in err and "→" in err


def test_a_seed_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["bench", "--suite", "sandbox", "--seeds", "many"])
    assert left.value.code == 2 and "1-5" in capsys.readouterr().err


def test_help_says_what_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "--suite" in told and "bootstrap" in told and "goes on where it stopped" in told
