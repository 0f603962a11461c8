"""From a stack trace to the hunk."""

from __future__ import annotations

import pandas as pd

from aisre_nb.analysis.suspects import changed_lines, same_file, suspects

HUNKS = pd.DataFrame(
    [
        {
            "file": "services/billing/billing/fees.py",
            "new_start": 10,
            "new_lines": 6,
            "text": "@@ -10 +10 @@\n-    fee = 0\n     if vip:\n+        fee = 1",
        },
        {
            "file": "services/billing/billing/fees.py",
            "new_start": 80,
            "new_lines": 3,
            "text": "@@ -80 +80 @@\n+    log(1)",
        },
        {"file": "services/billing/README.md", "new_start": 1, "new_lines": 2, "text": "@@ -1 +1 @@\n+words"},
    ]
)


def test_the_hunk_at_the_frame_that_took_the_symbol_out_is_the_suspect() -> None:
    found = suspects(HUNKS, ["/app/billing/main.py:3", "/app/billing/fees.py:14"], ["fee"])
    assert [s["hunk"] for s in found] == [0]
    assert found[0]["line"] == 14 and found[0]["removed"] == ["    fee = 0"] and "line 14" in found[0]["why"]


def test_without_a_frame_or_symbol_nothing_is_suspect() -> None:
    assert suspects(HUNKS, [], []) == []
    assert suspects(HUNKS, ["/app/other/main.py:14"], ["total"]) == []


def test_paths_of_a_container_and_of_a_repository_are_the_same_file() -> None:
    assert same_file("/app/billing/fees.py", "services/billing/billing/fees.py")
    assert not same_file("/app/ledger/fees.py", "services/billing/billing/fees.py")


def test_a_hunk_is_split_into_added_and_removed() -> None:
    assert changed_lines("@@ -1 +1 @@ def f():\n a\n-b\n+c") == (["c"], ["b"])
