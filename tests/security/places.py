"""Fifteen places in which attackers write, in a case folder or in the session."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from aisre_nb.tools.function import tool_from_function
from aisre_nb.tools.registry import Registry
from aisre_nb.tools.tool import Tool

Texts = Sequence[str]
_WHO = {f"GIT_{a}_{b}": "mallory@shop.example" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}


def _table(folder: Path, name: str, column: str, value: str, texts: Texts, when: str = "ServiceName = 'cart'") -> None:
    """Write ``value`` (SQL; ``text`` is the payload) into a column of the newest rows of a table."""
    file = folder / f"{name}.parquet"
    fresh = file.with_suffix(".fresh")
    time = "TimeUnix" if "metrics" in name else "Timestamp"
    with duckdb.connect() as db:
        db.execute("SET TimeZone='UTC'")
        # DuckDB's texts hold no NUL.
        plain = [text.replace("\0", "") for text in texts]
        # Neighbours hold others, so that a few rows hold them all.
        several = [(plain + plain)[9 * n % len(plain) :][:9] for n in range(len(plain))]
        payloads = pd.DataFrame({"i": range(len(texts)), "text": plain, "several": several})
        db.register("payloads", payloads)
        db.execute(f"""
            COPY (
                WITH numbered AS (
                    SELECT *, row_number() OVER (PARTITION BY {when} ORDER BY {time} DESC) - 1 AS number,
                           ({when}) AS chosen
                    FROM read_parquet('{file}'))
                SELECT numbered.* EXCLUDE (number, chosen)
                       REPLACE (CASE WHEN chosen AND number < {3 * len(texts)} THEN {value} ELSE {column} END
                                AS {column})
                FROM numbered LEFT JOIN payloads ON payloads.i = number % {len(texts)}
                ORDER BY numbered.{time}
            ) TO '{fresh}' (FORMAT parquet)""")
    fresh.replace(file)


def _json(folder: Path, name: str, change: Callable[[Any], None]) -> None:
    file = folder / name
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    file.write_text(json.dumps(data), encoding="utf-8")


def log_lines(folder: Path, texts: Texts) -> None:
    _table(folder, "otel_logs", "Body", "text", texts)


def span_names(folder: Path, texts: Texts) -> None:
    _table(folder, "otel_traces", "SpanName", "text", texts)


def span_attributes(folder: Path, texts: Texts) -> None:
    more = "map(list_transform(several, lambda t: 'x.' || left(t, 60)), several)"
    value = f"map_concat(SpanAttributes, {more}, map(['http.route', 'exception.message'], [text, text]))"
    _table(folder, "otel_traces", "SpanAttributes", value, texts, "ServiceName = 'cart' AND StatusCode = 'Error'")


def trace_status(folder: Path, texts: Texts) -> None:
    _table(folder, "otel_traces", "StatusMessage", "text", texts, "ServiceName = 'cart' AND StatusCode = 'Error'")


def metric_labels(folder: Path, texts: Texts) -> None:
    """In the labels of a gauge, and in names that an exporter chose itself."""
    _table(folder, "otel_metrics_histogram", "Attributes", "map_concat(Attributes, map([text], [text]))", texts)
    labels = "map(list_transform(several, lambda t: left(t, 60)), several)"
    own = "ServiceName = 'cart' AND MetricName = "
    _table(folder, "otel_metrics_gauge", "Attributes", labels, texts, f"{own} 'process.memory.usage'")
    _table(folder, "otel_metrics_gauge", "MetricName", "text", texts, f"{own} 'k8s.container.restarts'")


def service_names(folder: Path, texts: Texts) -> None:
    _table(folder, "otel_traces", "ServiceName", "text", texts, "ServiceName = 'recommendation'")


def alert_annotations(folder: Path, texts: Texts) -> None:
    def change(alerts: list[dict[str, Any]]) -> None:
        first = alerts[0]
        for n, text in enumerate(texts):
            labels = {**first["labels"], "alertname": text[:200], "pod": text}
            annotations = {"summary": text, "description": text, "runbook_url": text}
            alerts.append(
                {**first, "labels": labels, "annotations": annotations, "fingerprint": f"f{n}", "generatorURL": text}
            )

    _json(folder, "alerts.json", change)


def kubernetes_annotations(folder: Path, texts: Texts) -> None:
    def change(objects: dict[str, Any]) -> None:
        for n, text in enumerate(texts):
            item = objects["items"][n % len(objects["items"])]
            item["metadata"].setdefault("annotations", {})[f"note-{n}"] = text

    _json(folder, "kubernetes.json", change)
    now = datetime.fromisoformat(json.loads((folder / "manifest.json").read_text())["now"])
    with (folder / "changes.jsonl").open("a", encoding="utf-8") as file:
        for text in texts:
            row = {
                "time": (now - timedelta(minutes=5)).isoformat(),
                "kind": "k8s_event",
                "service": "cart",
                "title": text,
                "from": text,
                "to": text,
            }
            file.write(json.dumps({**row, "attributes": {"reason": text, text[:50]: text}}) + "\n")


def incident_comments(folder: Path, texts: Texts) -> None:
    file = sorted((folder / "incidents").glob("*.json"))[-1]

    def change(incident: dict[str, Any]) -> None:
        for text in texts:
            incident["timeline"].append({"at": incident["opened_at"], "author": text[:100], "text": text})
        incident["title"] = incident["summary"] = texts[0]

    _json(folder, f"incidents/{file.name}", change)


def _git(folder: Path, *words: str, stdin: bytes = b"") -> None:
    command = ["git", f"--git-dir={folder / 'remote.git'}", *words]
    subprocess.run(command, env=os.environ | _WHO, input=stdin, capture_output=True, check=True)


def _committed(
    folder: Path, texts: Texts, message: Callable[[str], str], files: Callable[[int, str], dict[str, str]]
) -> None:
    """A commit for each text, in the last hour, and a tag on the last one."""
    parts = []
    now = datetime.fromisoformat(json.loads((folder / "manifest.json").read_text())["now"])
    start = int(now.timestamp()) - 3000
    for n, text in enumerate(texts):
        said = message(text).encode("utf-8", "replace") or b"x"
        parent = b"from refs/heads/main^0\n" if n == 0 else b""
        parts.append(
            b"commit refs/heads/main\ncommitter M <m@shop.example> %d +0000\ndata %d\n%s\n%s"
            % (start + 10 * n, len(said), said, parent)
        )
        for path, content in files(n, text).items():
            raw = content.encode("utf-8", "replace")
            quoted = json.dumps(path, ensure_ascii=False).encode()
            parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (quoted, len(raw), raw))
    parts.append(b"reset refs/tags/cart-0.3.0\nfrom refs/heads/main\n\n")
    _git(folder, "fast-import", "--quiet", "--force", stdin=b"".join(parts))
    # As if its person had pulled.
    pull = ["git", "-C", str(folder / "repository"), "fetch", "--quiet", "--tags", str(folder / "remote.git")]
    subprocess.run([*pull, "+refs/heads/*:refs/remotes/origin/*"], check=True, capture_output=True)


def _manifest(folder: Path) -> str:
    command = ["git", f"--git-dir={folder / 'remote.git'}", "show", "main:deploy/cart.yaml"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def commit_messages(folder: Path, texts: Texts) -> None:
    text = _manifest(folder)
    versions = lambda n, _: {"deploy/cart.yaml": text.replace("cart:0.2.0", f"cart:0.2.{n + 1}")}  # noqa: E731
    _committed(folder, texts, lambda text: text, versions)


def diffs(folder: Path, texts: Texts) -> None:
    _committed(folder, texts, lambda _: "cart: more", lambda n, t: {f"services/cart/cart/note_{n}.py": f"# {t}\n"})


def file_names(folder: Path, texts: Texts) -> None:
    def files(n: int, text: str) -> dict[str, str]:
        name = "".join(c for c in text[:120] if c.isprintable() and c not in '/\\"')
        return {f"services/cart/cart/{n} {name}.py": "x = 1\n"}

    _committed(folder, texts, lambda _: "cart: files", files)


def runbook_text(folder: Path, texts: Texts) -> None:
    whole = "\n\n".join(f"## {n}\n\n{text[:2000]}" for n, text in enumerate(texts))
    _committed(folder, ["one"], lambda _: "runbooks", lambda n, t: {"runbooks/cart.md": whole})


FOLDER = {
    f.__name__: f
    for f in (
        log_lines, span_names, span_attributes, trace_status, metric_labels, service_names, alert_annotations,
        kubernetes_annotations, incident_comments, commit_messages, diffs, file_names, runbook_text,
    )
}  # fmt: skip
"""Thirteen of the places: what a source of a case folder reads."""


def _named(name: str, description: str, answer: Callable[[], Any]) -> Tool:
    def called() -> Any:
        return answer()

    called.__name__ = name
    called.__doc__ = description or "x"
    return tool_from_function(called)


def tools_and_their_results(registry: Registry, texts: Texts) -> None:
    """As a server of tools would bring them: hostile descriptions, and hostile answers."""
    for n, text in enumerate(texts):
        registry.add(_named(f"server_tool_{n}", text.strip() or "x", lambda text=text: text))


def column_names(registry: Registry, texts: Texts) -> None:
    """Frames with such columns, rows and nested cells."""

    def answer() -> pd.DataFrame:
        frame = pd.DataFrame({text: [n, text] for n, text in enumerate(texts)})
        return frame.assign(nested=[{text: [text]} for text in texts[:2]])

    registry.add(_named("server_tool_0", "Brings a table.", answer))


SESSION = {f.__name__: f for f in (tools_and_their_results, column_names)}
"""Tools that a user or a server brings; with them, the question itself, which variables are put into, is a place."""
