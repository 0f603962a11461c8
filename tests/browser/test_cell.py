"""What a person sees and clicks in a ``%%sre`` cell."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

QUESTION = "%%sre\nThere is an issue with the cart service, can you find the root cause?"
CELLS = ("%load_ext aisre_nb", QUESTION)


def _requests(world: Path) -> list[dict[str, Any]]:
    files = sorted((world / "remote.git" / "pull-requests").glob("*.json"))
    return [json.loads(file.read_text()) for file in files]


def _begin(page: Any) -> None:
    page.run(0)
    page.done(0)
    page.run(1)


def test_approving_one_pull_request_and_editing_the_other(lab: Any, open_page: Any) -> None:
    page = open_page(lab.notebook("approve", *CELLS, "sre.E['E3'].df.shape"))
    _begin(page)
    page.button("Approve").wait_for(timeout=90_000)
    shown = page.page.locator(".aisre-card-add").all_inner_texts()
    assert [line.split() for line in shown] == [["+", "image:", "registry.shop.example/cart:0.1.0"]]
    assert page.page.locator(".js-plotly-plot").count() == 2
    print(f"\na click to its effect: {page.click('Approve'):.0f} ms (limit 100 ms)")
    title = page.page.locator(".aisre-card-field input").first
    page.page.wait_for_function("() => document.querySelector('.aisre-card')?.innerText.includes('totals.py')")
    assert page.button("Approve as edited").is_disabled()
    title.fill("Initialise the discount before it is used")
    assert page.button("Approve").is_disabled()
    page.button("Approve as edited").click()
    page.done(1)
    opened = _requests(lab.worlds()[-1])
    assert [(r["kind"], r["title"]) for r in opened] == [
        ("rollback", "Roll cart back to 0.1.0"),
        ("fix", "Initialise the discount before it is used"),
    ]
    shown = page.text(1)
    assert "Root cause found" in shown and "approved as edited by ada" in shown and "cart 0.1.0 → 0.2.0" in shown
    kinds = {kind for output in page.outputs(1) for kind in output.get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" not in kinds
    assert len(page.outputs(1)) < 50
    page.run(2)
    page.done(2)
    assert page.text(2).strip().endswith(", 5)")


def test_a_rejection_opens_nothing_and_stop_here_ends_the_run(lab: Any, open_page: Any) -> None:
    page = open_page(lab.notebook("reject", *CELLS))
    _begin(page)
    page.button("Reject with a reason").wait_for(timeout=90_000)
    page.page.get_by_label("Reason for a rejection").fill("the on-call decides that")
    page.button("Reject with a reason").click()
    page.page.wait_for_function("() => document.querySelector('.aisre-card')?.innerText.includes('totals.py')")
    page.button("Stop here").click()
    page.done(1)
    shown = page.text(1)
    assert "rejected by ada (panel): the on-call decides that" in shown
    assert "Stopped: stopped" in shown and "Traceback" not in shown.split("Stopped: stopped")[-1]
    assert _requests(lab.worlds()[-1]) == []


def test_the_stop_button_ends_a_waiting_run_in_one_line_with_a_whole_record(lab: Any, open_page: Any) -> None:
    page = open_page(lab.notebook("stop", *CELLS))
    _begin(page)
    page.button("Approve").wait_for(timeout=90_000)
    start = time.perf_counter()
    page.interrupt()
    page.done(1, 10)
    print(f"\nfrom the stop button to the end of the cell: {time.perf_counter() - start:.2f} s (limit 0.5 s)")
    errors = [o for o in page.outputs(1) if o["output_type"] == "error"]
    assert len(errors) == 1 and len(errors[0]["traceback"]) == 1
    assert errors[0]["ename"] == "Stopped"
    record = sorted((lab.root / ".aisre" / "records").iterdir(), key=lambda p: p.stat().st_mtime)[-1]
    events = [json.loads(line) for line in (record / "events.jsonl").read_text().splitlines()]
    assert events[-1]["type"] == "ended" and events[-1]["why"] == "stopped"
    assert _requests(lab.worlds()[-1]) == []


def test_a_page_that_is_reloaded_while_an_approval_waits_can_still_approve(lab: Any, open_page: Any) -> None:
    page = open_page(lab.notebook("reload", *CELLS, "%sre show"))
    _begin(page)
    page.button("Approve").wait_for(timeout=90_000)
    page.save()
    page.reload()
    page.button("Approve").wait_for(timeout=60_000)
    panel = page.page.locator(".aisre-panel").last
    assert "does not get its outputs" in panel.inner_text() and "3. get_metrics: E3" in panel.inner_text()
    world = lab.worlds()[-1]
    assert _requests(world) == []
    page.button("Approve").click()
    for _ in range(100):
        if _requests(world):
            break
        page.page.wait_for_timeout(100)
    assert [r["kind"] for r in _requests(world)] == ["rollback"]
    page.page.wait_for_function("() => document.querySelector('.aisre-card')?.innerText.includes('totals.py')")
    page.button("Approve").click()
    for _ in range(100):
        if len(_requests(world)) == 2:
            break
        page.page.wait_for_timeout(100)
    assert [r["kind"] for r in _requests(world)] == ["rollback", "fix"]
    page.page.wait_for_function(
        "() => document.querySelector('.aisre-panel')?.innerText.includes('Root cause found; %sre show')"
    )
    assert "15. create_pull_request: E15" in panel.inner_text()
    page.run(2)
    page.done(2)
    assert "Root cause found" in page.text(2) and "approved by ada" in page.text(2)
