"""Progress of what takes longer than a second before the first step."""

from __future__ import annotations

import itertools
from types import TracebackType

from IPython.display import display, update_display

from aisre_nb.render import note

_numbers = itertools.count(1)


class Progress:
    """A line that is written over, and empty when it is done; nothing where nobody looks."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._id = ""

    def __enter__(self) -> Progress:
        self("Getting ready …", 0.0)
        return self

    def __call__(self, text: str, fraction: float) -> None:
        if not self._shown:
            return
        bundle = note.bundle(f"{text} {fraction:.0%}" if fraction else text)
        if self._id:
            update_display(bundle, display_id=self._id, raw=True)
        else:
            self._id = f"aisre-progress-{next(_numbers)}"
            display(bundle, raw=True, display_id=self._id)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._id:
            update_display({"text/plain": ""}, display_id=self._id, raw=True)
