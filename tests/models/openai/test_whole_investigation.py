"""An endpoint through the whole path: the command line, the loop, the tools, a sandbox world, the report, the bench."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.cli import main

QUESTION = "There is an issue with the cart service, can you find the root cause?"
ONSET = "2026-01-22T17:53:30Z"
CHANGE = "cart 0.1.0 → 0.2.0"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from aisre_nb.sandbox import make

    return make("cart-errors", 7, tmp_path_factory.mktemp("suite") / "cart")


def _claim(text: str, evidence: str, **check: Any) -> dict[str, Any]:
    return {"text": text, "evidence": [evidence], "essential": True, "check": {"evidence": evidence, **check}}


def _report() -> dict[str, Any]:
    error = "cannot access local variable 'discount' where it is not associated with a value"
    return {
        "outcome": "root_cause",
        "root_cause": {
            "services": ["cart"], "kind": "code", "change": CHANGE, "location": "services/cart/cart/totals.py:39",
            "summary": f"{CHANGE} raises UnboundLocalError.", "evidence": ["E5", "E4", "E6"],
        },
        "claims": [
            _claim("The error rate of cart rose.", "E2", kind="changed", signal="error_rate", at=ONSET),
            _claim("Requests start to fail in cart.", "E3", kind="value", column="origin.service", expected="cart"),
            _claim(f"cart logs: {error}.", "E4", kind="contains", expected=error),
            _claim(f"{CHANGE} came before.", "E5", kind="before", at="2026-01-22T17:52:41Z", than=ONSET),
            _claim(f"{CHANGE} took out `discount = ZERO`.", "E6", kind="contains", expected="discount = ZERO"),
        ],
        "hypotheses": [],
    }  # fmt: skip


def _script() -> list[dict[str, Any]]:
    diff = {"service": "cart", "from_version": "0.1.0", "to_version": "0.2.0", "symbols": ["discount"]}
    return [
        {"text": "Alerts first.", "calls": [["a", "get_alerts", {}], ["b", "get_metrics", {"service": "cart"}]]},
        {"reasoning": ["reasoning", "?"], "calls": [["a", "get_pods", {}], ["b", "get_traces", '{"service": cart}']]},
        {"calls": [["a", "get_pods", {}], ["b", "get_traces", {"service": "cart", "status": "error"}]]},
        {"calls": [["", "get_logs", {"service": "cart"}], ["", "get_deployments", {}], ["", "get_source_diff", diff]]},
        {"text": "It was the discount.", "calls": [["z", "submit_report", _report()]]},
    ]  # fmt: skip


def test_an_endpoint_finds_the_cause_in_a_sandbox_world(
    chat: Any, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-local-0123456789")
    chat.key, chat.script = "sk-local-0123456789", _script()
    status = main(["ask", QUESTION, "--case", str(world), "--model", f"openai:small@{chat.url}", "--json"])
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert (status, found["outcome"], found["root_cause"]["services"]) == (0, "root_cause", ["cart"]), (told.err, found)
    assert {c["check"] for c in found["claims"]} == {"passed"} and found["root_cause"]["change"] == CHANGE
    # A tool that is not there is a step with an error; arguments that were no JSON went back before anything ran.
    assert [(s["tool"], s["evidence"]) for s in found["steps"]] == [
        ("get_alerts", "E1"), ("get_metrics", "E2"), ("get_pods", None), ("get_traces", "E3"), ("get_logs", "E4"),
        ("get_deployments", "E5"), ("get_source_diff", "E6"),
    ]  # fmt: skip
    refused = next(m for m in chat.requests[-1]["messages"] if m["role"] == "tool" and "get_pods" in m["content"])
    assert "there is no tool" in refused["content"].lower()
    # Five answers in four turns: the one that was sent back is paid for, too.
    assert (found["usage"]["turns"], found["usage"]["input_tokens"]) == (4, 500)
    record = "".join(f.read_text() for f in Path(found["record"]).rglob("*.jsonl"))
    assert "sk-local" not in record + told.out + told.err and '"model":"small"' in record


def test_the_bench_runs_an_endpoint_by_its_name_alone(
    chat: Any, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    chat.script = _script()
    model = f"openai:small@{chat.url}"
    assert main(["bench", "--suite", str(world.parent), "--model", model, "--jobs", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    row = found["cases"][0]
    assert row["model"] == model and row["tokens"] == 550
    assert (row["outcome"], row["right"], row.get("error", "")) == ("root_cause", True, "") and found["run"][
        "model"
    ] == model


def test_a_model_without_tools_and_with_a_small_window_gets_there_too(
    chat: Any, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "aisre.toml").write_text(
        f'model = "house"\n[models.house]\nbase_url = "{chat.url}"\nmodel = "small"\ncontext = 14000\ntools = false\n'
    )
    monkeypatch.chdir(tmp_path)
    chat.window = 14_000
    steps = [turn for n, turn in enumerate(_script()) if n != 1]
    for turn in steps:
        calls = [{"tool": name, "arguments": arguments} for _, name, arguments in turn["calls"]]
        chat.script.append({"text": json.dumps({"say": turn.get("text", ""), "calls": calls}), "usage": None})
    case = tmp_path / "case"
    shutil.copytree(world, case)
    status = main(["ask", QUESTION, "--case", str(case), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (status, found["outcome"], found["root_cause"]["services"]) == (0, "root_cause", ["cart"]), found
    assert found["usage"]["estimated_tokens"] > 0 and not any("tools" in body for body in chat.requests)
    notes = (Path(found["record"]) / "events.jsonl").read_text()
    assert "holds 14,000 tokens" in notes and "writes its calls as JSON" in notes and "an estimate" in notes
