"""A notebook on a real world, executed by nbclient: the built-in investigator, and nobody there to approve."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from aisre_nb.sandbox import make

CELLS = {
    "load": "%load_ext aisre_nb",
    "tool": "@sre.tool\ndef weather(city: str) -> str:\n    '''How the weather is in a city.'''\n    return 'dry'",
    "tools": "%sre tools",
    "empty": "%%sre\n\n",
    "name": "%%sre\nIs {{servise}} well?",
    "option": "%%sre --modle builtin\nWhy?",
    "model": "%%sre --model nobody\nWhy?",
    "service": "service = 'cart'",
    "question": "%%sre --model builtin --out found\n"
    "There is an issue with the {{service}} service, can you find the root cause?",
    "status": "%sre status",
    "policy": "%sre policy",
    "evidence": "%sre evidence",
    "one": "%sre evidence E3",
    "report": "%sre report",
    "frame": "print(len(sre.E['E3'].df), found is sre.last.report, found.outcome)",
    "follow": "before = len(sre.E)",
    "again": "%%sre\nIs the currency service healthy?",
    "more": "print(len(sre.E) > before, sre.last.report is found)",
    "prs": "%sre prs",
}
FAILING = {"empty", "name", "option", "model"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 1, tmp_path_factory.mktemp("worlds") / "shop")


@pytest.fixture(scope="module")
def execute(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, Any]]:
    """Each time in a folder of its own; the world is one, and is not changed."""

    def run() -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("notebook")
        sources = {"t": ("folder", world), "c": ("git", world / "repository")}
        lines = [f'[sources.{name}]\ntype = "{kind}"\npath = "{path}"\n' for name, (kind, path) in sources.items()]
        (folder / "aisre.toml").write_text("\n".join(lines))
        cells = [new_code_cell(text, id=name) for name, text in CELLS.items()]
        for cell in cells:
            if cell.id in FAILING:
                cell.metadata["tags"] = ["raises-exception"]
        notebook = new_notebook(cells=cells)
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("AISRE_", "ANTHROPIC_", "PYTEST_"))}
        environ |= {"AISRE_RECORDS": str(folder / "records"), "AISRE_USER": "ada", "GIT_CONFIG_GLOBAL": os.devnull}
        environ |= {"IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        client = NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True)
        client.execute(cwd=str(folder), env=environ, stderr=subprocess.DEVNULL)
        nbformat.validate(notebook)
        return {cell.id: cell for cell in notebook.cells} | {"metadata": notebook.metadata}

    return run


@pytest.fixture(scope="module")
def executed(execute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return execute()


def _text(cell: Any) -> str:
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


def test_the_cause_is_found(executed: dict[str, Any]) -> None:
    text = _text(executed["question"])
    assert "1. E1 get_alerts" in text and "cart" in text
    assert "0.1.0" in text and "0.2.0" in text
    assert re.fullmatch(r"[1-9]\d* True root_cause\n", _text(executed["frame"]))


def test_nothing_is_changed_and_the_report_says_so(executed: dict[str, Any], world: Path) -> None:
    text = _text(executed["question"])
    assert text.count("nobody approved it") >= 2
    report = executed["question"].outputs[-1].data["text/plain"]
    assert "The rollback pull request was not opened: " in report and "The fix pull request was not opened: " in report
    command = ["git", "-C", str(world / "remote.git"), "for-each-ref", "--format=%(refname)", "refs/heads"]
    branches = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert branches == ["refs/heads/main"]
    assert _text(executed["prs"]) == "There is no pull request.\n"


def test_no_output_is_live(executed: dict[str, Any]) -> None:
    kinds = {kind for name in CELLS for o in executed[name].outputs for kind in o.get("data", {})}
    assert {"text/plain", "text/html"} <= kinds
    assert not [kind for kind in kinds if "widget" in kind]
    assert "widgets" not in executed["metadata"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("empty", "UsageError: the cell has no question → "),
        ("name", "UsageError: {{servise}} is not defined → "),
        ("option", "UsageError: unrecognized arguments: --modle builtin → "),
        ("model", "ModelUnavailable: there is no model 'nobody' → "),
    ],
)
def test_a_wrong_cell_holds_one_line(cell: str, said: str, executed: dict[str, Any]) -> None:
    [output] = executed[cell].outputs
    assert output.output_type == "error" and output.ename == said.split(":")[0]
    [line] = output.traceback
    assert line.startswith(said) and "\n" not in line


def test_a_follow_up_adds_to_the_same_evidence_and_the_report_stays(executed: dict[str, Any]) -> None:
    assert _text(executed["more"]) == "True True\n"
    assert "currency: neither errors nor latency rose" in _text(executed["again"])
    assert "E1 get_alerts" not in _text(executed["again"])


def test_the_line_magic_tells_what_there_is(executed: dict[str, Any]) -> None:
    assert re.search(r"^weather +read +How the weather is in a city\.$", _text(executed["tools"]), re.MULTILINE)
    assert re.search(r"^\d+ steps, \d+ results, model builtin$", _text(executed["status"]), re.MULTILINE)
    assert _text(executed["policy"]) == "read: reads run, changes ask\n"
    assert re.match(r"E1 +", _text(executed["evidence"])) and "\nE3 " in _text(executed["evidence"])
    assert "5XX rate jumped" in _text(executed["one"])
    assert "0.2.0" in _text(executed["report"])


def test_a_second_run_says_the_same(executed: dict[str, Any], execute: Callable[[], dict[str, Any]]) -> None:
    second = execute()
    for name in CELLS:
        assert _steady(_text(second[name])) == _steady(_text(executed[name])), name


def _steady(text: str) -> str:
    """Without durations and folders."""
    text = re.sub(r"\b\d+(\.\d+)?\s?(ms|s)\b", "DURATION", text)
    return re.sub(r"(/[\w.@+-]+)+", "PATH", text)
