"""A migration drops the index that search reads. What it costs is the database's to say, so nothing is probed."""

from __future__ import annotations

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit

CHANGE = CodeChange(
    name="drop-index",
    service="catalog",
    before="3.2.1",
    version="3.5.0",
    commits=(
        CodeCommit(
            "catalog: migration 0042, fewer indexes\n\nThe nightly import spends a third of its time on keeping them.",
            (),
            140,
        ),
    ),
)
