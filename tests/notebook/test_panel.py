"""A person before the kernel: the card's messages, the fall back to a prompt, the stop button."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

QUESTION = "%%sre\nChange something."
CHANGE = "TURNS[:] = [[('look', {}), ('alter', {'title': 'x'})], [REPORT]]"


class Page:
    """Plays the page: says that it is there, and clicks on each proposal as it is told, one click after the other."""

    def __init__(self, kernel: Any, *decisions: dict[str, Any]) -> None:
        self.kernel = kernel
        self.decisions = list(decisions)
        self.comm = ""
        self.state: dict[str, Any] = {}
        self.clicked = 0.0
        self.latencies: list[float] = []
        self.proposals: list[dict[str, Any]] = []

    def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "comm_open" and "proposal" in message["data"]["state"]:
            self.comm, self.state = message["comm_id"], message["data"]["state"]
            self.kernel.page(self.comm, type="ready", page="one")
        if message["type"] != "comm_msg" or message["comm_id"] != self.comm:
            return
        self.state |= message["data"].get("state", {})
        if "proposal" not in message["data"].get("state", {}):
            return
        if self.clicked and not self.state["proposal"]:
            self.latencies.append(time.monotonic() - self.clicked)
            self.clicked = 0.0
        if self.state["proposal"]:
            self.proposals.append(self.state["proposal"])
            for decision in self.decisions:
                self.decide(**decision)

    def decide(self, **decision: Any) -> None:
        shown = self.state["proposal"]
        self.clicked = time.monotonic()
        self.kernel.page(
            self.comm, **{"type": "decision", "call_id": shown["call_id"], "digest": shown["digest"], **decision}
        )


def test_a_click_reaches_the_running_cell_and_what_stays_is_static(kernel: Any) -> None:
    kernel.run(CHANGE)
    page = Page(kernel, {"verdict": "approve"})
    ran = kernel.run(QUESTION, person=True, on=page)
    assert ran.status == "ok" and kernel.value("ALTERED") == ["x"]
    print(f"\na click to its effect in the kernel: {page.latencies[0] * 1e3:.0f} ms (limit 100 ms)")
    assert page.proposals[0]["tool"] == "alter" and page.proposals[0]["why"] == "Looking."
    assert [line.split(":")[0] for line in page.state["steps"]] == ["1. look", "2. alter"]
    places: dict[str, dict[str, Any]] = {}
    for output in ran.outputs:
        if output["type"] in ("display_data", "update_display_data"):
            places[output["transient"].get("display_id", str(len(places)))] = output["data"]
    left = list(places.values())
    assert not [data for data in left if "application/vnd.jupyter.widget-view+json" in data]
    assert [data for data in left if not data["text/plain"]] == []
    assert "approved by ada (panel)" in str(left)
    assert any(output["type"] == "comm_close" for output in ran.outputs)


def test_a_click_about_another_call_decides_nothing(kernel: Any) -> None:
    kernel.run(CHANGE)
    stale = [{"verdict": "approve", "call_id": "another"}, {"verdict": "approve", "digest": "another"}]
    page = Page(kernel, *stale, {"verdict": "reject", "reason": "no need"})
    ran = kernel.run(QUESTION, person=True, on=page)
    assert ran.status == "ok" and kernel.value("ALTERED") == []
    assert "rejected by ada: no need" in ran.text


def test_a_second_page_keeps_the_panel_with_the_steps_that_it_does_not_get(kernel: Any) -> None:
    kernel.run(CHANGE)
    page = Page(kernel, {"verdict": "approve"})

    def on(message: dict[str, Any]) -> None:
        if message["type"] == "comm_open" and not page.comm:
            page(message)
            kernel.page(page.comm, type="ready", page="two")
        else:
            page(message)

    ran = kernel.run(QUESTION, person=True, on=on)
    assert not [o for o in ran.outputs if o["type"] == "comm_close" and o["comm_id"] == page.comm]
    assert page.state["over"] and len(page.state["steps"]) == 2 and "%sre show" in page.state["status"]


def test_where_no_page_answers_a_prompt_asks(kernel: Any) -> None:
    kernel.run(CHANGE)
    asked: list[str] = []

    def on(message: dict[str, Any]) -> None:
        if message["type"] == "input_request":
            asked.append(message["prompt"])
            kernel.client.input("y")

    ran = kernel.run(QUESTION, person=True, on=on)
    assert ran.status == "ok" and kernel.value("ALTERED") == ["x"]
    assert asked == ["[y] approve  [k] approve this kind for 10 minutes  [n] reject  [s] stop: "]
    assert "Before alter runs:" in ran.text and "title = 'x'" in ran.text
    assert 4 <= ran.seconds < 8


def _pressing(
    kernel: Any, when: Callable[[dict[str, Any]], bool]
) -> tuple[Callable[[dict[str, Any]], None], list[float]]:
    pressed: list[float] = []

    def on(message: dict[str, Any]) -> None:
        if not pressed and when(message):
            time.sleep(0.3)
            pressed.append(time.monotonic())
            kernel.interrupt()

    return on, pressed


@pytest.mark.parametrize("waits_for", ["the model", "a click", "a line", "a tool in a thread"])
def test_the_stop_button_ends_the_cell_within_half_a_second_in_one_line(waits_for: str, kernel: Any) -> None:
    turns = {"the model": "[[('look', {})], 'wait']", "a tool in a thread": "[[('look', {}), ('doze', {})]]"}
    kernel.run(f"TURNS[:] = {turns.get(waits_for, CHANGE.partition('= ')[2])}")
    kernel.run("import time\n@sre.tool\ndef doze() -> str:\n    '''Dozes.'''\n    time.sleep(3)\n    return ''")
    page = Page(kernel)

    def when(message: dict[str, Any]) -> bool:
        if waits_for != "a line":
            page(message)
        if waits_for == "a line":
            return bool(message["type"] == "input_request")
        if waits_for == "a click":
            return bool(page.proposals)
        status = str(page.state.get("status", ""))
        return "doze" in status or (waits_for == "the model" and len(page.state.get("steps", ())) == 1)

    on, pressed = _pressing(kernel, when)
    ran = kernel.run(QUESTION, person=True, on=on)
    took = time.monotonic() - pressed[0]
    print(f"\nfrom the stop button to the end of the cell, while it waits for {waits_for}: {took:.2f} s (limit 0.5 s)")
    assert ran.ename == "Stopped" and len(ran.error) == 1 and "\n" not in ran.error[0]
    assert kernel.value("ALTERED") == []
    events = kernel.events()
    assert (events[-1]["type"], events[-1]["why"]) == ("ended", "stopped")
    kernel.run("TURNS[:] = [[REPORT]]")
    assert kernel.run("%%sre\nGo on.").status == "ok"


def test_what_runs_before_the_first_step_can_be_stopped_too(kernel: Any) -> None:
    kernel.run("def slow(*a, **k):\n    time.sleep(3)\n    return start(*a, **k)\nimport time\nbeginning.start = slow")
    on, pressed = _pressing(kernel, lambda message: message["type"] == "comm_open")
    try:
        ran = kernel.run(QUESTION, person=True, on=on)
        took = time.monotonic() - pressed[0]
    finally:
        kernel.run("beginning.start = start")
    print(f"\nfrom the stop button to the end of the cell, while it starts: {took:.2f} s (limit 0.5 s)")
    assert ran.ename == "Stopped" and kernel.value("sre.investigation is None")


def test_what_does_not_begin_leaves_nothing_but_its_error(kernel: Any) -> None:
    kernel.run(
        "from aisre_nb.errors import SourceUnreachable\n"
        "def broken(*a, **k):\n    raise SourceUnreachable('no such folder', 'name another')\n"
        "beginning.start = broken"
    )
    try:
        ran = kernel.run(QUESTION, person=True, on=Page(kernel))
    finally:
        kernel.run("beginning.start = start")
    assert ran.error == ["SourceUnreachable: no such folder → name another"]
    left = [o["type"] for o in ran.outputs if o["type"] in ("display_data", "update_display_data", "clear_output")]
    assert left == ["display_data", "clear_output"]


def test_the_panel_of_a_follow_up_lists_its_own_steps(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {})], [REPORT], [('look', {'rows': 9})], [REPORT]]")
    kernel.run("%%sre\nFirst?")
    page = Page(kernel)
    kernel.run("%%sre\nSecond?", person=True, on=page)
    assert page.state["steps"] == ["2. look: E2 9 rows"]


def test_what_a_person_does_is_shown_and_asked_like_what_the_agent_does(kernel: Any) -> None:
    page = Page(kernel, {"verdict": "approve"})
    ran = kernel.run("print('done', await sre.act('alter', title='mine'))", person=True, on=page)
    assert ran.status == "ok" and kernel.value("ALTERED") == ["mine"] and "done E1" in ran.text
    assert [p["tool"] for p in page.proposals] == ["alter"] and page.proposals[0]["why"] == ""


def test_a_rule_lets_one_run_where_nobody_is_and_then_it_is_denied(kernel: Any) -> None:
    kernel.run("await sre.act('look')")
    ran = kernel.run("%sre policy run alter once")
    assert "run alter once" in ran.text and "1 of 1 times" in ran.text and "else read: reads run" in ran.text
    kernel.run("first = await sre.act('alter', title='one')")
    ran = kernel.run("second = await sre.act('alter', title='two')")
    assert kernel.value("[ALTERED, first, second]") == [["one"], "E2", None]
    assert "Not run: nobody approved it" in ran.text and "0 of 1 times" in kernel.run("%sre policy").text


@pytest.mark.parametrize(
    "line", ["%sre undo", "%sre undo E9 E10", "%sre audit all", "%sre policy run", "%sre policy sometimes"]
)
def test_what_cannot_be_meant_is_one_line(kernel: Any, line: str) -> None:
    ran = kernel.run(line)
    assert ran.status == "error" and len(ran.error) == 1 and "→" in ran.error[0]


def test_what_a_person_found_is_evidence_with_its_code_and_the_model_reads_of_it(kernel: Any) -> None:
    assert "nothing was investigated yet" in kernel.run("%sre note it began at noon").text
    kernel.run("await sre.act('look')")
    ran = kernel.run(
        "import pandas as pd\ndf = pd.DataFrame({'password': ['correct-horse-9']})\nsre.cite(df, 'who logged in')"
    )
    assert "who logged in" in ran.text and "correct-horse-9" not in ran.text.split("who logged in")[-1]
    kernel.run("%sre note it began at noon")
    kept = kernel.value("[(e.id, e.tool, e.title, e.facts['by']) for e in list(sre.E.values())[1:]]")
    assert kept == [["E2", "cite", "who logged in", "ada"], ["E3", "note", "it began at noon", "ada"]]
    assert "sre.cite(df, 'who logged in')" in kernel.value("sre.E['E2'].facts['code']")
    assert "[redacted:" in kernel.value("sre.E['E2'].df.iloc[0, 0]")
    told = kernel.value("[m.text for m in sre.last.messages if 'as E' in getattr(m, 'text', '')]")
    assert [text.split(";")[0] for text in told] == ["ada added this as E2", "ada noted as E3"]
    for wrong in ("sre.cite(3, 'x')", "sre.cite(df, ' ')", "%sre note"):
        error = kernel.run(wrong)
        assert error.status == "error" and len(error.error) == 1 and "→" in error.error[0]


def test_an_undo_of_what_is_no_action_says_what_there_is(kernel: Any) -> None:
    assert "nothing was investigated yet" in kernel.run("%sre undo E1").text
    kernel.run("await sre.act('look')")
    ran = kernel.run("%sre undo E1")
    assert ran.status == "ok" and "there is no tool 'undo_action'" in ran.text
