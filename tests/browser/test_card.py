"""The card alone, on proposals that a cell makes up: keys, hostile texts, two tabs, many clicks, a flood of words."""

from __future__ import annotations

import statistics
from typing import Any

SETUP = """
import asyncio
from IPython.display import display
from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.card import Panel
from aisre_nb.approval.click import PanelApprover
from aisre_nb.approval.decision import Proposal, digest
from aisre_nb.approval.policy import Policy
from aisre_nb.tools.tool import ChangeView, FileChange

def proposal(call_id, title="A title", body="A body.", before="a\\n", after="b\\n", why="", scope="a scope"):
    view = ChangeView(title, body, scope, (FileChange("a/file", before, after, ""),), ("title", "body"))
    arguments = {"title": title, "body": body}
    return Proposal(call_id, "alter", "change", arguments, view, digest("alter", arguments, view), why)

panel = Panel(status="Working")
approver = PanelApprover(panel, "ada", AutomaticApprover(Policy(), "nobody"))

async def decide(*arguments, **others):
    found = await approver.decide(proposal(*arguments, **others))
    return found.verdict, dict(found.arguments), found.reason, found.channel
"""


def _begin(page: Any) -> None:
    page.run(0)
    page.done(0)
    page.run(1)
    page.button("Approve").wait_for(timeout=60_000)


def test_keys_work_in_the_card_and_do_not_reach_the_notebook(lab: Any, open_page: Any) -> None:
    cell = "display(panel)\nprint(await decide('c1'))\nprint(await decide('c2'))"
    page = open_page(lab.notebook("keys", SETUP, cell, "1", "2"))
    _begin(page)
    keyboard = page.page.keyboard
    page.page.get_by_label("title").click()
    keyboard.press("End")
    keyboard.type(" dd, aa and xx")
    keyboard.press("Enter")
    assert page.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length") == 4
    assert page.button("Approve").is_disabled()
    page.button("Approve as edited").focus()
    keyboard.press("Enter")
    page.page.wait_for_function("() => document.querySelector('.aisre-card-field input')?.value === 'A title'")
    page.button("Approve").focus()
    for key in ("d", "d", "a", "Escape"):
        keyboard.press(key)
    assert page.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length") == 4
    page.button("Approve").focus()
    for name in ("Approve this kind for 10 minutes", "Reject with a reason"):
        keyboard.press("Tab")
        assert page.page.evaluate("() => document.activeElement.textContent") == name
    keyboard.press("Space")
    page.done(1)
    assert "('edit', {'title': 'A title dd, aa and xx', 'body': 'A body.'}, '', 'panel')" in page.text(1)
    assert "('reject', {}, '', 'panel')" in page.text(1)


def test_foreign_text_is_drawn_as_text_and_what_hides_in_it_is_shown(lab: Any, open_page: Any) -> None:
    bad = "<img src=x onerror='window.caught=1'><script>window.caught=1</script>"
    cell = (
        f"bad = {bad!r}\n"
        "display(panel)\n"
        "d = await decide('c1', bad + '\\u202e', bad, bad + '\\n', 'x\\u2028-y\\n', bad, bad)\n"
        "print(d)"
    )
    page = open_page(lab.notebook("hostile", SETUP, cell))
    _begin(page)
    card = page.page.locator(".aisre-card")
    assert card.locator("img, script").count() == 0
    assert page.page.evaluate("() => window.caught") is None
    shown = card.inner_text()
    assert shown.count("<script>window.caught=1</script>") == 4  # why, scope, the warning, the diff
    assert "Holds hidden characters: title" in shown and "⟨U+202E⟩" in shown
    assert card.locator(".aisre-card-add").all_inner_texts() == ["+x⟨U+2028⟩-y\n"]
    page.button("Approve").click()
    page.done(1)
    assert "'approve'" in page.text(1)


def test_of_two_tabs_the_first_click_wins_and_the_other_card_goes(lab: Any, open_page: Any) -> None:
    cell = "display(panel)\nprint(await decide('c1'))\nawait asyncio.sleep(1)\npanel.end('over')"
    notebook = lab.notebook("tabs", SETUP, cell)
    one = open_page(notebook)
    _begin(one)
    one.save()
    two = open_page(notebook)
    two.button("Approve").wait_for(timeout=60_000)
    assert "does not get its outputs" in two.page.locator(".aisre-panel").inner_text()
    assert "does not get its outputs" not in one.page.locator(".aisre-panel").inner_text()
    two.button("Reject with a reason").click()
    one.page.wait_for_function("() => !document.querySelector('.aisre-card')")
    two.page.wait_for_function("() => document.querySelector('.aisre-panel')?.innerText.includes('over')")
    one.done(1)
    assert one.text(1).count("'reject'") == 1


def test_every_click_arrives_and_quickly(lab: Any, open_page: Any) -> None:
    cell = "display(panel)\nfor n in range(25):\n    assert (await decide(f'c{n}'))[0] == 'approve'\nprint('all')"
    page = open_page(lab.notebook("clicks", SETUP, cell))
    _begin(page)
    taken = [page.click("Approve") for _ in range(25)]
    page.done(1)
    assert "all" in page.text(1)
    worst = max(taken)
    print(f"\n25 clicks to their effect: p50 {statistics.median(taken):.0f} ms, most {worst:.0f} ms (limit 100 ms)")


def test_a_flood_of_words_ends_with_the_last_ones_and_the_cell_with_it(lab: Any, open_page: Any) -> None:
    cell = (
        "display(panel)\n"
        "for n in range(3000):\n    panel.say(f'word {n} ')\n    await asyncio.sleep(0.001)\n"
        "await asyncio.sleep(0.3)\n"
        "print(await decide('c1'))"
    )
    page = open_page(lab.notebook("flood", SETUP, cell))
    _begin(page)
    said = page.page.locator(".aisre-card-tail").inner_text()
    assert said.rstrip().endswith("word 2999") and len(said) <= 4000
    page.button("Stop here").click()
    page.done(1)
    assert "('stop', {}, '', 'panel')" in page.text(1)


def test_the_rows_of_an_action_are_a_table_of_plain_text(lab: Any, open_page: Any) -> None:
    rows = "[('replicas of <b>web</b>', '2', '5')]"
    cell = (
        "from dataclasses import replace\ndisplay(panel)\nmade = proposal('c1')\n"
        f"found = await approver.decide(replace(made, view=ChangeView('Scale', '', 'web', rows={rows})))\n"
        "print(found.verdict)"
    )
    page = open_page(lab.notebook("rows", SETUP, cell))
    _begin(page)
    cells = page.page.eval_on_selector_all(".aisre-card-rows td", "found => found.map(cell => cell.textContent)")
    assert cells == ["replicas of <b>web</b>", "2", "5"]
    page.button("Approve").click()
    page.done(1)
