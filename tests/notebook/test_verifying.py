"""``%sre verify`` in a real kernel: what the report cites is asked again, of a world that was altered meanwhile."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

REAL = """
def real(settings, *, sources=None, registry=None, question="", notes=(), progress=None):
    found = start(settings, registry=registry, question=question, progress=lambda text, fraction: None)
    found.sources, found.now = sre.sources, sre.sources.now
    return found

beginning.start = real
"""
"""The model plays its turns; the sources are a real world's."""


def test_what_was_cited_is_asked_again_and_kept(kernel: Any) -> None:
    kernel.run("%sre sandbox cart-errors")
    kernel.run(REAL)
    world = Path(kernel.value("str(sre.sources.all[0].folder)"))
    cited = '{"text": "The error rate of cart is looked at.", "verdict": "open", "evidence": ["E2"]}'
    kernel.run(
        "TURNS[:] = [[('get_alerts', {}), ('get_metrics', {'service': 'cart'}), "
        "('get_logs', {'service': 'cart'}), ('look', {})],"
        f" [('submit_report', {{'outcome': 'inconclusive', 'hypotheses': [{cited}]}})]]"
    )
    try:
        assert kernel.run("%%sre\nIs cart well?").status == "ok"
        ran = kernel.run("%sre verify")
        assert "Then and now: 1 same" in ran.text and "E2   same" in ran.text
        assert kernel.events()[-1]["type"] == "verified"
        assert [row["evidence"] for row in kernel.events()[-1]["rows"]] == ["E2"]
        assert "Then and now: 4 same" in kernel.run("x = 1\n%sre verify --all").text

        (world / "otel_logs.parquet").unlink()
        path = world / "otel_metrics_histogram.parquet"
        kernel.run(
            "import pyarrow.parquet as pq, pyarrow.compute as pc\n"
            f"t = pq.read_table({str(path)!r})\n"
            "f = t.schema.field('Count'); n = t.schema.get_field_index('Count')\n"
            f"pq.write_table(t.set_column(n, f, pc.multiply(t['Count'], 3).cast(f.type)), {str(path)!r})"
        )
        ran = kernel.run("%sre verify E2 E3")
        assert "Then and now: 1 drifted, 1 expired" in ran.text
        figures = [o for o in ran.outputs if "application/vnd.plotly.v1+json" in o.get("data", {})]
        assert len(figures) == 1
        assert {row["status"] for row in kernel.events()[-1]["rows"]} == {"drifted", "expired"}
        # The record is this kernel's to write, and anybody's to read: another process makes a case of it.
        verb = f"!{sys.executable} -m aisre_nb case {{sre.last.record.folder}} --outcome no_fault --out made"
        assert "metrics" in kernel.run(verb).text and (kernel.folder / "made" / "truth.json").is_file()
        verb = f"!{sys.executable} -m aisre_nb verify {{sre.last.record.folder}}"
        assert "RecordError" not in (said := kernel.run(verb).text) and "aisre-nb: " in said

        ran = kernel.run("%sre verify E99")
        assert ran.error == ["UsageError: there is no E99 → there are E1, E2, E3, E4"]
    finally:
        kernel.run("beginning.start = start; sre.sources = None\n%sre reset")


def test_the_stop_button_stops_it(kernel: Any) -> None:
    kernel.run(
        "SLOW = []\n@sre.tool\nasync def slow() -> str:\n    '''Slow.'''\n"
        "    await asyncio.sleep(60 * len(SLOW)); SLOW.append(1); return 'done'"
    )
    kernel.run("TURNS[:] = [[('slow', {})], [REPORT]]")
    assert kernel.run("%%sre\nIs it slow?").status == "ok"
    before = len(kernel.events())
    pressed: list[float] = []

    def on(message: dict[str, Any]) -> None:
        if message["type"] == "execute_input" and not pressed:
            time.sleep(0.5)
            pressed.append(time.monotonic())
            kernel.interrupt()

    ran = kernel.run("%sre verify --all", on=on, seconds=20)
    assert ran.ename == "Stopped" and ran.seconds < 8
    assert len(kernel.events()) == before


def test_without_an_investigation_it_says_so(kernel: Any) -> None:
    assert kernel.run("%sre verify").error == ["UsageError: nothing was investigated yet → run a %%sre cell"]
    assert "on a line of its own" in kernel.run("%sre verify 'E 3'").text
