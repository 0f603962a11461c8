"""`aisre-nb replay` and `embed`: what `ask` printed comes again from the record alone, and what was changed is said."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.cli.main import main
from aisre_nb.record import frames

FORMAT_1 = Path(__file__).parents[1] / "record" / "format_1"
QUESTION = "There is an issue with the cart service, can you find the root cause?"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The record of a question about a world that is gone since, and what was printed then."""
    folder = tmp_path_factory.mktemp("asked")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("AISRE_", "ANTHROPIC_"))}
    code = "import sys; from aisre_nb.cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "ask", QUESTION, "--scenario", "cart-errors", "--model", "builtin",
         "--approve", "all", "--json"],
        cwd=folder, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shutil.rmtree(folder / ".aisre" / "worlds")
    printed = json.loads(done.stdout)
    return Path(printed["record"]), printed


@pytest.fixture
def record(asked: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, elsewhere, where no socket can be made."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a replay opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(asked[0], tmp_path / "elsewhere" / asked[0].name))


def test_json_is_what_ask_printed(
    record: Path, asked: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(record), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == asked[1] | {"record": str(record)}
    assert [step["decision"] for step in asked[1]["steps"]][-2:] == ["approve", "approve"]
    assert err.startswith(f"Replay of {record.name}: nothing is asked, nothing is spent.\n")
    assert "3. get_metrics E3: 5XX rate jumped" in err and "Checked again" not in err


def test_the_report_comes_below_the_line_that_says_what_it_is(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(record)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Replay of {record.name}: nothing is asked, nothing is spent.\n{QUESTION}\n")
    assert "Root cause found" in out and out.endswith(f"record: {record}\n")


def test_a_frame_that_somebody_changed_is_said_and_so_is_the_claim_that_falls_with_it(
    record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record / "frames" / "E3.parquet"
    frame = frames.read(path)
    frames.write(frame.assign(value=frame["value"] * 0), path)
    assert main(["replay", str(record), "--json"]) == 0
    out, err = capsys.readouterr()
    assert "Checked again: E3 is not what was kept" in err
    assert "the record says that it holds, and checked again code finds that it does not hold" in err
    # What the record says stays what it says.
    assert json.loads(out)["outcome"] == "root_cause"


def test_a_frame_that_is_missing_is_said(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (record / "frames" / "E1.parquet").unlink()
    assert main(["replay", str(record), "--json"]) == 0
    assert "Checked again: E1: its frame is missing, so nothing can be drawn or checked" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "there is no record and no notebook it: looked at it, "),
        (lambda folder: folder.mkdir(), "it is not a record"),
        (lambda folder: _lines(folder, [{"type": "asked", "question": "q", "model": "m", "policy": "p", "format": 99}]),
         "has format 99"),
        (lambda folder: _lines(folder, [{"type": "report", "report": {"outcome": "nonsense"}}]), "cannot be read"),
        (lambda folder: _lines(folder, [{"type": "asked", "question": "q", "model": "m", "policy": "p"}]),
         "holds no report"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line_and_status_4(
    make: Callable[[Path], None], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "it")
    assert main(["replay", "it", "--json"]) == 4
    out, err = capsys.readouterr()
    last = err.splitlines()[-1]
    assert out == "" and last.startswith("aisre-nb: ") and said in last


def test_bad_usage_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["replay"])
    assert ended.value.code == 2
    assert main(["embed", "nowhere.txt"]) == 2
    assert "is no notebook" in capsys.readouterr().err


def _lines(folder: Path, events: list[dict[str, Any]]) -> None:
    folder.mkdir()
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))


def test_a_record_of_format_1_is_played(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(FORMAT_1)]) == 0
    out, err = capsys.readouterr()
    assert "Customers waited longer for their orders." in out and "✓ One alert fires on checkout. [E1]" in out
    assert "1. get_alerts E1: 1 alert fires" in err and "Checked again" not in err
    assert main(["replay", str(FORMAT_1), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["seconds"], printed["usage"]["cost_usd"], printed["confidence"]) == (3.25, 0.01, None)


def _notebook(record: Path, path: Path) -> dict[str, Any]:
    output = {"output_type": "display_data", "data": {"text/plain": "1. E1"},
              "metadata": {"aisre": {"record": record.name}}}  # fmt: skip
    cells = [
        {"cell_type": "code", "id": "a", "metadata": {}, "source": ["%%sre\n", "Wárum?"], "execution_count": 1,
         "outputs": [output, output]},
        {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "words",
         "attachments": {"p.png": {"image/png": "AA"}}},
    ]  # fmt: skip
    content = {"cells": cells, "metadata": {"x": [1, 2.5, None]}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return content


def test_a_notebook_carries_its_record_inside(
    record: Path, asked: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = tmp_path / "incident.ipynb"
    before = _notebook(record, notebook)
    assert main(["embed", str(notebook)]) == 4
    assert f"and not at {tmp_path}/.aisre/records/{record.name}, " in capsys.readouterr().err
    assert main(["embed", str(notebook), str(record)]) == 0
    assert "compressed" in capsys.readouterr().out
    once = notebook.read_bytes()
    after = json.loads(once)
    last = after["cells"].pop()
    assert after == before and last["cell_type"] == "markdown" and "kB compressed" in "".join(last["source"])
    assert main(["embed", str(notebook), str(record)]) == 0 and notebook.read_bytes() == once
    shutil.rmtree(record)
    capsys.readouterr()
    assert main(["replay", str(notebook), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    folder = Path(printed.pop("record"))
    assert folder.is_relative_to(tmp_path / ".aisre" / "replays") and folder.name == record.name
    assert printed == {name: value for name, value in asked[1].items() if name != "record"}
    # With nothing but the file, embedding again takes what is inside.
    assert main(["embed", str(notebook)]) == 0 and notebook.read_bytes() == once


def test_a_notebook_with_several_records_prints_a_list(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = tmp_path / "incident.ipynb"
    _notebook(record, notebook)
    older = Path(shutil.copytree(FORMAT_1, tmp_path / "records" / "older"))
    assert main(["embed", str(notebook), str(record), str(older)]) == 0
    capsys.readouterr()
    assert main(["replay", str(notebook), "--json"]) == 0
    out, err = capsys.readouterr()
    assert [one["outcome"] for one in json.loads(out)] == ["root_cause", "inconclusive"]
    assert err.count("Replay of") == 2


def test_only_what_is_cited_travels_and_what_is_missing_is_said(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = tmp_path / "incident.ipynb"
    _notebook(record, notebook)
    whole = sum(path.stat().st_size for path in (record / "frames").iterdir())
    assert main(["embed", str(notebook), str(record), "--cited"]) == 0
    shutil.rmtree(record)
    assert main(["replay", str(notebook), "--json"]) == 0
    out, err = capsys.readouterr()
    folder = Path(json.loads(out[out.index("{\n") :])["record"])
    kept = sum(path.stat().st_size for path in (folder / "frames").iterdir())
    assert kept < whole
    assert "its frame is missing" in err and "Checked again: “" not in err


def test_a_strangers_record_does_not_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [json.loads(line) for line in (FORMAT_1 / "events.jsonl").read_text().splitlines()]
    steering = "\x1b[2J\x1b]0;x\x07"
    events[3]["data"]["summary"] += steering
    events.insert(5, {"type": "note", "text": f"note{steering}"})
    _lines(tmp_path / "it", events)
    assert main(["replay", str(tmp_path / "it")]) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err and "note" in err
