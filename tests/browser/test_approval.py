"""A person decides: hunks, a repository that moves, an approval that grows old, kinds, undo, a kernel that dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PATH = "services/cart/cart/totals.py"
BEGIN = "%load_ext aisre_nb\n%sre sandbox cart-errors --seed 1"
EDITS = f"""[
    {{"path": {PATH!r}, "old": "    if cart.coupon:\\n", "new": "    discount = ZERO\\n    if cart.coupon:\\n"}},
    {{"path": {PATH!r}, "old": "from decimal import Decimal\\n", "new": "from decimal import Decimal  # one\\n"}},
    {{"path": "deploy/cart.yaml", "old": "cart:0.2.0", "new": "cart:0.1.0"}},
]"""
OPEN = f"""done = await sre.act("create_pull_request", kind="fix", title="A fix", body="Why.", edits={EDITS})
print("number", sre.E[done].facts["number"] if done else None)"""


def _git(world: Path, *words: str, text: str = "") -> str:
    who = {f"GIT_{a}_{b}": "dev@shop.example" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}
    command = ["git", f"--git-dir={world / 'remote.git'}", *words]
    done = subprocess.run(command, env=os.environ | who, input=text, capture_output=True, text=True, check=True)
    return done.stdout


def _file(world: Path, ref: str, path: str) -> str:
    return _git(world, "show", f"{ref}:{path}")


def _branches(world: Path) -> list[str]:
    return [line for line in _git(world, "branch", "--format=%(refname:short)").split() if line.startswith("aisre/")]


def _moved(world: Path, path: str, old: str, new: str) -> None:
    """Somebody else commits to main."""
    text = _file(world, "main", path).replace(old, new)
    stamp = "dev <dev@shop.example> 1900000000 +0000"
    data = f"commit refs/heads/main\ncommitter {stamp}\ndata 4\nmove\nfrom refs/heads/main^0\nM 100644 inline {path}\n"
    _git(world, "fast-import", "--quiet", text=f"{data}data {len(text.encode())}\n{text}\n")


def _records(lab: Any) -> list[dict[str, Any]]:
    """The events of the newest record; every line of it must be whole."""
    newest = max((lab.root / ".aisre" / "records").iterdir(), key=lambda p: p.stat().st_mtime_ns)
    return [json.loads(line) for line in (newest / "events.jsonl").read_text().splitlines()]


@pytest.fixture
def begun(lab: Any, open_page: Any) -> Callable[..., tuple[Any, Path]]:
    """A page whose first cell ran and whose second waits for a decision, and its world."""

    def make(name: str, *cells: str, begin: str = BEGIN) -> tuple[Any, Path]:
        page = open_page(lab.notebook(name, begin, *cells))
        page.run(0)
        page.done(0)
        page.run(1)
        page.button("Approve").wait_for(timeout=60_000)
        return page, lab.worlds()[-1]

    return make


def _tick(page: Any, name: str) -> Any:
    return page.page.get_by_role("checkbox", name=name)


def test_one_hunk_is_edited_another_left_out_and_the_branch_holds_exactly_that(begun: Any) -> None:
    page, world = begun("hunks", OPEN)
    before = {path: _file(world, "main", path) for path in (PATH, "deploy/cart.yaml")}
    assert page.page.locator(".aisre-card-hunk").count() == 3
    first, second = f"{PATH}, hunk 1 of 2", f"{PATH}, hunk 2 of 2"
    _tick(page, first).uncheck()
    page.page.get_by_role("button", name=f"Edit {second}").click()
    text = page.page.get_by_label(f"{second}, as it would stand in the file")
    text.fill(text.input_value().replace("discount = ZERO", "discount = ZERO  # until there is one"))
    assert page.button("Approve").is_disabled() and page.button("Approve this kind for 10 minutes").is_disabled()
    page.button("Approve as edited").click()
    page.done(1)
    assert "approved as edited by ada" in page.text(1) and "number 1" in page.text(1)
    (branch,) = _branches(world)
    wanted = before[PATH].replace(
        "    if cart.coupon:\n", "    discount = ZERO  # until there is one\n    if cart.coupon:\n"
    )
    assert _file(world, branch, PATH) == wanted
    assert _file(world, branch, "deploy/cart.yaml") == before["deploy/cart.yaml"].replace("cart:0.2.0", "cart:0.1.0")
    assert _git(world, "diff", "--name-only", "main", branch).split() == ["deploy/cart.yaml", PATH]


def test_where_every_hunk_is_left_out_nothing_can_be_approved(begun: Any) -> None:
    page, world = begun("nothing", OPEN)
    for box in page.page.get_by_role("checkbox").all():
        box.uncheck()
    assert page.button("Approve").is_disabled() and page.button("Approve as edited").is_disabled()
    assert "Every hunk is left out" in page.page.locator(".aisre-card").inner_text()
    page.button("Reject with a reason").click()
    page.done(1)
    assert "number None" in page.text(1) and _branches(world) == []


def test_a_repository_that_moved_is_shown_again_and_what_runs_is_what_was_seen_last(begun: Any) -> None:
    page, world = begun("moved", OPEN)
    _moved(world, "deploy/cart.yaml", "replicas: ", "# moved\n  replicas: ")
    page.button("Approve").click()
    page.page.get_by_text("Shown again: deploy/cart.yaml was changed meanwhile").wait_for(timeout=30_000)
    assert _branches(world) == []
    page.button("Approve").click()
    page.done(1)
    (branch,) = _branches(world)
    assert "# moved" in _file(world, branch, "deploy/cart.yaml") and "cart:0.1.0" in _file(
        world, branch, "deploy/cart.yaml"
    )


def test_an_approval_that_grew_old_asks_again(begun: Any) -> None:
    page, world = begun("old", OPEN, begin="%env AISRE_APPROVAL_MINUTES=0.03\n" + BEGIN)
    page.page.wait_for_timeout(2500)
    page.button("Approve").click()
    page.page.get_by_text("Shown again: the approval is older than 0.03 minutes").wait_for(timeout=30_000)
    assert _branches(world) == []
    page.button("Approve").click()
    page.done(1)
    assert len(_branches(world)) == 1


def test_this_kind_runs_without_asking_and_the_policy_says_so_and_undo_asks(begun: Any) -> None:
    again = OPEN.replace("A fix", "Another")
    page, world = begun("kind", OPEN, again, "%sre policy", "%sre undo E1", "%sre audit")
    page.button("Approve this kind for 10 minutes").click()
    page.done(1)
    for cell in (2, 3):
        page.run(cell)
        page.done(cell)
    assert len(_branches(world)) == 2 and "the rule: run create_pull_request on repository:" in page.text(2)
    assert "run create_pull_request on repository:repository for 10m" in page.text(3)
    assert " ada " in page.text(3) and " 1 " in page.text(3)
    page.run(4)
    page.button("Approve").wait_for(timeout=30_000)
    assert "pull request #1" in page.page.locator(".aisre-card").inner_text()
    page.button("Approve").click()
    page.done(4)
    assert len(_branches(world)) == 1
    page.run(5)
    page.done(5)
    assert "undo_action" in page.text(5) and "Nobody edited the audit" in page.text(5)


def test_a_kernel_that_is_killed_while_it_waits_leaves_a_whole_record_and_no_branch(lab: Any, begun: Any) -> None:
    page, world = begun("killed", "import os\nprint(os.getpid())\n" + OPEN)
    os.kill(int(page.text(1).split()[0]), signal.SIGKILL)
    page.page.wait_for_timeout(1500)
    assert _branches(world) == [] and not list((world / "remote.git").glob("pull-requests/*.json"))
    assert _records(lab)[-1]["type"] == "tool_started"


def test_a_screen_reader_finds_every_control_by_its_name(begun: Any) -> None:
    page, _ = begun("names", OPEN)
    card = page.page.get_by_role("group", name="Approval of create_pull_request")
    assert card.get_by_role("checkbox").count() == 3
    for control in card.locator("input, textarea, button").all():
        named = control.evaluate("e => (e.labels?.[0]?.innerText || e.ariaLabel || e.textContent || '').trim()")
        assert named, control.evaluate("e => e.outerHTML")
    assert page.page.get_by_role("status").first.inner_text() == "Waiting for you: create_pull_request"
    page.button("Stop here").click()
    page.done(1)
