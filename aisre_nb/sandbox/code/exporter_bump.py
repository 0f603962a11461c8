"""New versions of what checkout is built with; the image that results is the platform's trouble."""

from __future__ import annotations

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit

CHANGE = CodeChange(
    name="exporter-bump",
    service="checkout",
    before="1.4.0",
    version="1.4.1",
    commits=(
        CodeCommit("checkout: exporter 1.28.1 and fastproto 3\n\nSpans are sent in fewer and larger batches.", (), 95),
    ),
)
