"""Progress of what a line magic does for longer than a second."""

from __future__ import annotations

import itertools

from IPython.display import display, update_display

from aisre_nb.render import note

_numbers = itertools.count(1)


class Progress:
    """A line that is written over; where nothing can be, only what came of it is printed."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._id = ""

    def __call__(self, text: str, fraction: float) -> None:
        """What is being done, and how much of it is."""
        if self._live:
            self._write(f"{text} … {fraction:.0%}")

    def done(self, text: str) -> None:
        """What came of it."""
        if self._live:
            self._write(text)
        else:
            print(text)

    def _write(self, text: str) -> None:
        bundle = note.bundle(text)
        if self._id:
            update_display(bundle, display_id=self._id, raw=True)
        else:
            self._id = f"aisre-progress-{next(_numbers)}"
            display(bundle, raw=True, display_id=self._id)
