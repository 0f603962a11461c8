"""Planted secrets are in nothing that a whole run leaves behind: record, notebook, output, errors."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aisre_nb.cli import main
from aisre_nb.sandbox import make

ENVIRONMENT = {
    "ANTHROPIC_API_KEY": "sk-ant-api03-Pl4ntedInTheEnvironment0001",
    "OPENAI_API_KEY": "sk-proj-Pl4ntedInTheEnvironment00002",
    "GITHUB_TOKEN": "ghp_Pl4ntedInTheEnvironment0000000003",
    "DATABASE_URL": "postgres://app:Pl4nted-env-4@db/app",
    "AWS_SECRET_ACCESS_KEY": "Pl4ntedInTheEnvironment/000005+abcdefghij",
}
LOG = "Pl4nted-log-6"
LOG_ATTRIBUTE = "Pl4nted-log-attribute-7"
SPAN = "Pl4ntedSpanBearer0000000008"
SPAN_URL = "AKIAPL4NTED000000009"
SPAN_MESSAGE = "glpat-Pl4ntedSpanMessage010"
ALERT = "https://hooks.slack.com/services/T0PL4NTED/B0PL4NTED/000000000000000000000011"
CODE = "Pl4nted-code-12"
CODE_KEY = "xoxb-123456789012-Pl4ntedInAFile013"
MANIFEST = "Pl4nted-manifest-14"
QUESTION = "Pl4nted-question-15"
QUESTION_KEY = "ghp_Pl4ntedInTheQuestion0000000000016"
TOOL = "Pl4nted-tool-17"
TOOL_KEY = "sk-ant-api03-Pl4ntedInAnException00018"
TYPED = "Pl4nted-typed-19"
SAID = "Pl4nted-said-20"

IN_WORLD = (LOG, LOG_ATTRIBUTE, SPAN, SPAN_URL, SPAN_MESSAGE, ALERT, CODE, CODE_KEY, MANIFEST)
IN_ENVIRONMENT = tuple(value.rsplit(":", 1)[-1].split("@")[0] for value in ENVIRONMENT.values())
ASKED = f"The cart service fails, its password={QUESTION} and {QUESTION_KEY} are known. What is the root cause?"


@dataclass(frozen=True)
class Run:
    """What a run left behind."""

    folder: Path
    """Searched whole, but for the world."""
    shown: str
    world: Path

    def holding(self, secret: str) -> list[str]:
        """Where a secret is found."""
        found = ["output"] if secret in self.shown else []
        # A folder's name is made of a question's words.
        found += [str(f) for f in self.folder.rglob("*") if "pl4n" in f.name.lower()] if secret in ASKED else []
        for file in sorted(f for f in self.folder.rglob("*") if f.is_file() and self.world not in f.parents):
            text = file.read_bytes()
            if file.suffix == ".parquet":
                table = pq.read_table(file)
                text += repr(table.to_pylist()).encode() + repr(table.schema).encode()
            if secret.encode() in text or json.dumps(secret)[1:-1].encode() in text:
                found.append(file.relative_to(self.folder).as_posix())
        return found


def _mapped(table: pa.Table, column: str, more: list[tuple[str, str]]) -> pa.Table:
    place = table.schema.get_field_index(column)
    cells = [[*cell, *more] for cell in table[column].to_pylist()]
    return table.set_column(place, table.schema.field(place), pa.array(cells, table.schema.field(place).type))


def _worded(table: pa.Table, column: str, more: str) -> pa.Table:
    place = table.schema.get_field_index(column)
    cells = [f"{cell} {more}".strip() for cell in table[column].to_pylist()]
    return table.set_column(place, table.schema.field(place), pa.array(cells, table.schema.field(place).type))


def _plant(world: Path) -> None:
    """Secrets in every row, so that whatever is looked at holds one."""
    logs, traces = world / "otel_logs.parquet", world / "otel_traces.parquet"
    table = _worded(pq.read_table(logs), "Body", f"connected with password={LOG}")
    pq.write_table(_mapped(table, "LogAttributes", [("db.password", LOG_ATTRIBUTE)]), logs)
    table = _mapped(
        pq.read_table(traces),
        "SpanAttributes",
        [
            ("http.request.header.authorization", f"Bearer {SPAN}"),
            ("url.full", f"https://bucket/x?X-Amz-Credential={SPAN_URL}/20260301"),
        ],
    )
    pq.write_table(_worded(table, "StatusMessage", f"pull failed with {SPAN_MESSAGE}"), traces)
    alerts = json.loads((world / "alerts.json").read_text())
    for alert in alerts:
        alert["annotations"]["summary"] += f"; told {ALERT}"
        alert["annotations"]["description"] = f"told {ALERT}"
    (world / "alerts.json").write_text(json.dumps(alerts))
    repository = world / "repository"
    for file in repository.glob("services/cart/**/*.py"):
        line = f'# STORE = "redis://:{CODE}@redis:6379/0"  # {CODE_KEY}\n'
        text = file.read_text()
        file.write_text(text.replace("\n\n\n", f"\n\n\n{line}") if "\n\n\n" in text else text + line)
    for file in repository.glob("deploy/*.yaml"):
        secret = f"\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: cart\nstringData:\n  key: {MANIFEST}\n"
        file.write_text(file.read_text().rstrip("\n") + secret)
    git = ["git", "-C", str(repository), "-c", "user.name=ada", "-c", "user.email=ada@shop.example"]
    subprocess.run([*git, "commit", "-qam", f"Store by password={CODE}"], check=True, capture_output=True)
    subprocess.run([*git, "push", "-q", "origin", "HEAD"], check=True, capture_output=True)


class _Echo(BaseHTTPRequestHandler):
    """An API that refuses every request, and repeats the key that it was sent."""

    def do_GET(self) -> None:
        message = f"bad key {self.headers.get('x-api-key')}"
        body = json.dumps({"type": "error", "error": {"type": "authentication_error", "message": message}}).encode()
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _world(folder: Path) -> Path:
    made = make("cart-errors", 1, folder, hours=1, per_second=2)
    _plant(made)
    return made


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("headless")
    world = _world(folder / "world")
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.chdir(folder)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        options = ["--case", str(world), "--model", "builtin", "--approve", "all"]
        assert main(["ask", ASKED, *options, "--json"]) == 0, err.getvalue()
        assert main(["ask", ASKED, *options]) == 0, err.getvalue()
        main(["audit"])
        main(["doctor", "--case", str(world)])
        main(["ask", "Why?", "--case", str(folder / "gone")])
        with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            patch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
            assert main(["ask", "Why?", "--case", str(world), "--model", "claude"]) == 4, err.getvalue()
            server.shutdown()
    return Run(folder, out.getvalue() + err.getvalue(), world)


def _scripted() -> str:
    """The cell that puts a model which plays its turns into a kernel; the notebook's tests hold it."""
    file = Path(__file__).parents[1] / "notebook" / "conftest.py"
    spec = importlib.util.spec_from_file_location("kernels", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kernels"] = module
    spec.loader.exec_module(module)
    return str(module.SETUP)


SOURCES = """\
[sources.shop]
type = "folder"
path = "world"

[sources.code]
type = "git"
path = "world/repository"
"""
CELLS = (
    "%load_ext aisre_nb",
    "%sre model builtin\n%sre policy all",
    "%%sre\nThe cart service has errors, can you find the root cause?",
    "from IPython.display import display\nfor e in sre.E.values():\n    display(e, e.df, e.facts)\n    print(e.text)",
    "display(sre, sre.last, sre.last.report, sre.last.steps, sre.last.redactor)\nprint(sre.last.events)",
    "held = [sre.secret(f'[redacted:{kind}:1]') for kind in ('gitlab_token', 'slack_webhook', 'secret')]\nheld",
    "display(held[0], *held)\nprint(held, f'{held[0]}', [len(s.value) > 12 for s in held])",
    "import os\nsre.secret(os.environ['GITHUB_TOKEN'])",
    "%sre evidence\n%sre tools\n%sre status",
    "SETUP",
    """
import pandas as pd
_TOOL, _KEY = "-".join(["Pl4nted", "tool", "17"]), "-".join(["sk", "ant", "api03", "Pl4ntedInAnException00018"])

@sre.tool
def failing() -> str:
    "Fails."
    raise ValueError(f"login with password={_TOOL} and {_KEY} was refused: " + str(dict(os.environ)))

@sre.tool
def leaky(token: str = "") -> pd.DataFrame:
    "Returns."
    return pd.DataFrame({"line": [f"password={_TOOL}", _KEY] * 200, "m": [{"api_key": _KEY}] * 400, "password": 17})

@sre.tool(effect="change")
def changing(token: str) -> dict:
    "Changes."
    raise RuntimeError(f"password={_TOOL} {_KEY}")

_TYPED = "-".join(["Pl4nted", "typed", "19"])
TURNS.extend([
    [("failing", {}), ("leaky", {"token": _TYPED})],
    [("changing", {"token": _TYPED})], [("nothing", {"token": _TYPED})],
    [("leaky", {"token": _TYPED})],
    "I tried password=" + "-".join(["Pl4nted", "said", "20"]) + " as you told me.",
    [REPORT],
])
""",
    "%sre reset\n%sre policy all",
    "%%sre\nWhat is it?",
    "for e in sre.E.values():\n    display(e, e.df)\ndisplay(sre.last.report, sre.last.steps)\nprint(sre.last.events)",
)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Run:
    import nbformat
    from nbclient import NotebookClient

    folder = tmp_path_factory.mktemp("notebook")
    world = _world(folder / "world")
    (folder / "aisre.toml").write_text(SOURCES)
    scripted = _scripted()
    cells = [nbformat.v4.new_code_cell(scripted if cell == "SETUP" else cell) for cell in CELLS]
    book = nbformat.v4.new_notebook(cells=cells)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**ENVIRONMENT, "IPYTHONDIR": str(folder / "ipython")}.items():
            patch.setenv(name, value)
        client = NotebookClient(book, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}})
        client.execute()
    nbformat.write(book, folder / "run.ipynb")
    shown = "\n".join(str(output) for cell in book.cells for output in cell.get("outputs", ()))
    return Run(folder, shown, world)


def _seen(run: Run, kinds: tuple[str, ...]) -> bool:
    """Whether what was planted was looked at, so that finding nothing means something."""
    texts = b"".join(f.read_bytes() for f in run.folder.glob(".aisre/records/*/events.jsonl"))
    return all(f"[redacted:{kind}:".encode() in texts for kind in kinds)


def test_a_headless_run_looked_at_what_was_planted(headless: Run) -> None:
    assert _seen(headless, ("secret", "gitlab_token", "slack_webhook", "url_password", "slack_token"))


@pytest.mark.parametrize("secret", [*IN_ENVIRONMENT, *IN_WORLD])
def test_nothing_of_a_headless_run_holds_a_planted_secret(headless: Run, secret: str) -> None:
    assert headless.holding(secret) == []


@pytest.mark.parametrize("secret", [QUESTION, QUESTION_KEY])
def test_nothing_of_a_headless_run_holds_a_secret_of_the_question(headless: Run, secret: str) -> None:
    assert headless.holding(secret) == []


def test_a_notebook_run_looked_at_what_was_planted(notebook: Run) -> None:
    assert _seen(notebook, ("secret", "gitlab_token", "slack_webhook", "anthropic_key", "url_password"))


@pytest.mark.parametrize("secret", [*IN_ENVIRONMENT, *IN_WORLD, TOOL, TOOL_KEY, SAID])
def test_nothing_of_a_notebook_run_holds_a_planted_secret(notebook: Run, secret: str) -> None:
    assert notebook.holding(secret) == []


def test_nothing_of_a_notebook_run_holds_a_secret_in_a_models_call(notebook: Run) -> None:
    assert notebook.holding(TYPED) == []
