"""Tool calls put together from the pieces in which servers stream them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Call:
    """A call as far as it has come."""

    id: str = ""
    name: str = ""
    text: str = ""
    """The arguments' JSON."""
    index: int | None = None

    def arguments(self) -> dict[str, Any]:
        """Raises `ValueError` where they are no JSON object."""
        if not self.text.strip():
            return {}
        try:
            value = json.loads(self.text)
            if isinstance(value, str):
                # Some templates make JSON of JSON.
                value = json.loads(value)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if not isinstance(value, dict):
            raise ValueError(f"a JSON object is needed, not {type(value).__name__}")
        return value

    def is_whole(self) -> bool:
        """Whether its arguments are complete."""
        try:
            self.arguments()
        except ValueError:
            return False
        return bool(self.text.strip())


class Fragments:
    """Takes the pieces in their order.

    The contract keys them by ``index``, with id and name in the first one. Servers leave out the index or the id, give
    all calls index 0, repeat name and id in each piece, or send the arguments as an object.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def take(self, piece: Any) -> None:
        """One entry of a delta's ``tool_calls``; what has no form that is known is left out."""
        if not isinstance(piece, Mapping):
            return
        function = piece.get("function")
        function = function if isinstance(function, Mapping) else {}
        index = piece.get("index") if isinstance(piece.get("index"), int) else None
        id, name, text = _text(piece.get("id")), _text(function.get("name")), _json(function.get("arguments"))
        call = self._open(index, id, name, text)
        if call is None:
            call = Call(index=index)
            self.calls.append(call)
        call.id = call.id or id
        call.name = call.name or name
        call.text += text

    def _open(self, index: int | None, id: str, name: str, text: str) -> Call | None:
        """The call that a piece belongs to; None where it begins one."""
        if index is not None:
            last = next((c for c in reversed(self.calls) if c.index == index), None)
            last = None if last is not None and id and last.id and id != last.id else last
        elif id:
            last = next((c for c in reversed(self.calls) if c.id == id), None)
        else:
            last = self.calls[-1] if self.calls else None
        if last is None or not (name and last.name):
            return last
        # A name again, behind complete arguments, is the next call of a server that numbers or names them all alike.
        return None if name != last.name or (text.strip() and last.is_whole()) else last


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _json(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
