"""A finished investigation becomes a case, and the same question asked of the case finds the same cause."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aisre_nb.cli import main
from aisre_nb.sandbox import make

QUESTION = "There is an issue with the cart service, can you find the root cause?"
SECRET = "AKIA" + "Z7QPLM3XWVNB5RTC"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world and the record of its question."""
    here = tmp_path_factory.mktemp("asked")
    world = make("cart-errors", 1, here / "world", hours=1, per_second=6)
    _leak(world / "otel_logs.parquet")
    before = Path.cwd()
    os.chdir(here)
    try:
        assert main(["ask", QUESTION, "--case", "world", "--model", "builtin", "--json"]) == 3
    finally:
        os.chdir(before)
    return here


def _leak(path: Path) -> None:
    """A secret in a service that nobody looks at, in a body and under a telling name."""
    table = pq.read_table(path)
    bodies, attributes = table["Body"].to_pylist(), table["LogAttributes"].to_pylist()
    bodies[5], attributes[5] = f"uses {SECRET}", [("db.password", "tiger-lily-99")]
    for name, values in (("Body", bodies), ("LogAttributes", attributes)):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, pa.array(values, type=table.schema.field(name).type))
    pq.write_table(table, path)


def _record(here: Path) -> str:
    return str(next((here / ".aisre" / "records").iterdir()))


def _asked(case: Path, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(here)
    capsys.readouterr()
    main(["ask", QUESTION, "--case", str(case), "--model", "builtin", "--json"])
    return json.loads(capsys.readouterr().out)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("frames", [False, True])
def test_the_same_question_finds_the_same_cause(
    frames: bool, asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case"
    words = ["case", _record(asked), "--truth", "report", "--out", str(case), *(["--frames"] if frames else [])]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert ("the frames of the record alone" if frames else "the telemetry folder") in said
    assert "not carried over: " in said and "code, whose secrets could not be masked" in said
    truth = _json(case / "truth.json")
    assert truth == {"outcome": "root_cause", "services": ["cart"], "kind": "code", "change": "cart 0.1.0 → 0.2.0"}
    found = _asked(case, tmp_path, monkeypatch, capsys)
    assert found["outcome"] == "root_cause"
    assert found["root_cause"]["services"] == truth["services"]
    assert found["root_cause"]["change"] == truth["change"]
    worked = {step["tool"] for step in found["steps"] if not step["error"]}
    assert {"get_alerts", "get_metrics", "get_traces", "get_trace", "get_logs", "get_deployments"} <= worked


def test_nothing_a_source_reads_holds_the_truth_or_the_future(asked: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    words = ["--truth", "cart", "--kind", "a-kind-of-its-own", "--change", "a change of its own", "--name", "drill 7"]
    assert main(["case", _record(asked), *words, "--out", str(case)]) == 0
    manifest = _json(case / "manifest.json")
    assert set(manifest) == {"name", "start", "end", "now", "question"} and manifest["name"] == "drill 7"
    for file in case.iterdir():
        if file.name != "truth.json":
            assert b"of-its-own" not in file.read_bytes() and b"of its own" not in file.read_bytes(), file.name
    start, now = pd.Timestamp(manifest["start"]), pd.Timestamp(manifest["now"])
    assert manifest["now"] == manifest["end"] == _json(asked / "world" / "manifest.json")["now"]
    for file in case.glob("*.parquet"):
        frame = pq.read_table(file).to_pandas(maps_as_pydicts="lossy")
        times = frame["TimeUnix" if "TimeUnix" in frame else "Timestamp"]
        assert len(frame) and times.min() >= start and times.max() <= now
    for alert in _json(case / "alerts.json"):
        ended = alert["endsAt"]
        assert pd.Timestamp(alert["startsAt"]) <= now and (ended.startswith("0001") or pd.Timestamp(ended) <= now)
    assert not (case / "repository").exists() and not (case / "world.json").exists()


def test_what_a_session_would_mask_is_masked(asked: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    assert main(["case", _record(asked), "--truth", "cart", "--out", str(case)]) == 0
    then = pq.read_table(asked / "world" / "otel_logs.parquet").to_pandas(maps_as_pydicts="lossy")
    now = pq.read_table(case / "otel_logs.parquet").to_pandas(maps_as_pydicts="lossy")
    assert any(SECRET in body for body in then["Body"]) and not any(SECRET in body for body in now["Body"])
    assert any(body.startswith("uses [redacted:aws") for body in now["Body"])
    assert "tiger-lily-99" in str(list(then["LogAttributes"])) and "tiger-lily-99" not in str(
        list(now["LogAttributes"])
    )
    assert list(now.sort_values("Timestamp")["TraceId"]) == list(then.sort_values("Timestamp")["TraceId"])


def test_golden_signals_come_back_as_they_were(asked: Path, tmp_path: Path) -> None:
    import asyncio

    from aisre_nb.record.events import EvidenceKept
    from aisre_nb.record.record import Record
    from aisre_nb.sources.telemetry_folder import TelemetryFolder

    case = tmp_path / "case"
    assert main(["case", _record(asked), "--truth", "cart", "--frames", "--out", str(case)]) == 0
    record = Record.load(Path(_record(asked)))
    numbers = [e.id for e in record.events if isinstance(e, EvidenceKept)]
    then = next(e for e in map(record.evidence, numbers) if e.tool == "get_metrics")
    assert then.window is not None

    async def again() -> pd.DataFrame:
        source = TelemetryFolder(case)
        answer = await source.golden_signals("cart", then.window, int(then.facts["step_seconds"]))
        await source.close()
        return answer.frame

    both = then.df.merge(asyncio.run(again()), on=["time", "signal"], suffixes=("_then", "_now"))
    assert len(both) >= 0.95 * len(then.df) and set(both["signal"]) == set(then.df["signal"])
    # The ends of the window are steps that were stored in part.
    inner = both[(both["time"] > both["time"].min()) & (both["time"] < both["time"].max())]
    apart = (inner["value_now"] - inner["value_then"]).abs() / inner["value_then"].abs().clip(lower=1e-9)
    assert apart.max() < 1e-6, inner[apart >= 1e-6]
    assert (both["unit_now"] == both["unit_then"]).all()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "it is not said what was wrong"),
        (["--outcome", "no_fault", "--truth", "cart"], "there is nothing to name"),
        (["--truth", "report", "--outcome", "no_fault"], "holds no root cause"),
        (["--truth", "cart", "--onset", "yesterday"], "is not a time"),
    ],
)
def test_a_truth_that_is_none_is_one_line(
    words: list[str], told: str, asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["case", _record(asked), *words, "--out", str(tmp_path / "case")]) == 2
    err = capsys.readouterr().err
    assert told in err and err.count("\n") == 1 and not (tmp_path / "case").exists()


def test_a_control_names_nothing(asked: Path, tmp_path: Path) -> None:
    assert main(["case", _record(asked), "--outcome", "no_fault", "--frames", "--out", str(tmp_path / "case")]) == 0
    assert _json(tmp_path / "case" / "truth.json") == {"outcome": "no_fault", "services": []}


def test_a_folder_that_is_not_empty_stays(asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    assert main(["case", _record(asked), "--truth", "cart", "--out", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err and sorted(p.name for p in tmp_path.iterdir()) == ["mine"]


def test_without_its_telemetry_folder_the_record_is_enough(
    asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(asked / ".aisre", tmp_path / ".aisre")
    for events in tmp_path.glob(".aisre/records/*/events.jsonl"):
        events.write_text(events.read_text().replace(str(asked), str(tmp_path)))
    words = ["case", _record(tmp_path), "--truth", "cart", "--out", str(tmp_path / "case"), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["from"] == "frames" and any(line.startswith("E2: the totals of services") for line in told["lost"])
