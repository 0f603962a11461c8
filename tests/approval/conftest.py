"""A proposal to decide on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aisre_nb.approval.decision import Proposal, digest
from aisre_nb.tools.tool import ChangeView, FileChange

DIFF = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-image: shop:0.2.0\n+image: shop:0.1.0\n"


@pytest.fixture
def propose() -> Callable[..., Proposal]:
    def make(call_id: str = "c1", diff: str = DIFF, **arguments: Any) -> Proposal:
        arguments = {"title": "Set it back", "body": "Because.\nReally.", "kind": "rollback", **arguments}
        change = FileChange("deploy/f.yaml", "before", "after", diff)
        view = ChangeView(arguments["title"], arguments["body"], "branch b", (change,), ("title", "body"))
        what = digest("create_pull_request", arguments, view)
        return Proposal(call_id, "create_pull_request", "change", arguments, view, what, "It broke at noon.")

    return make
