"""What a model thinks aloud between ``<think>`` and ``</think>`` is no part of its answer."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class Thinking:
    """Tells the answer from the thinking while it streams."""

    def __init__(self) -> None:
        self.answer = ""
        self.thought = ""
        self._inside = False
        self._held = ""

    def take(self, text: str) -> str:
        """More of the stream; returns what of it is answer and can be shown now."""
        self._held += text
        shown = ""
        while True:
            mark = _CLOSE if self._inside else _OPEN
            before, found, behind = self._held.partition(mark)
            if not found:
                keep = _begun(self._held, mark)
                ready, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
                return shown + self._passed(ready)
            shown += self._passed(before)
            self._held, self._inside = behind, not self._inside

    def end(self) -> str:
        """The stream is over; returns the rest of the answer."""
        rest, self._held = self._passed(self._held), ""
        # Where the template opened the thinking, the stream begins inside of it and only its end is seen.
        thought, found, answer = self.answer.rpartition(_CLOSE)
        if found:
            self.thought, self.answer = thought + self.thought, answer
        self.answer = self.answer.strip()
        return rest

    def _passed(self, text: str) -> str:
        if self._inside:
            self.thought += text
            return ""
        # An answer does not begin with the empty lines behind a thought.
        text = text if self.answer else text.lstrip()
        self.answer += text
        return text


def _begun(text: str, mark: str) -> int:
    """How many characters at the end may be the beginning of ``mark``."""
    return next((n for n in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:n])), 0)
