"""The one place where secrets are masked, before the model, the notebook and the disk. It fails closed."""

from __future__ import annotations

import hmac
import re
import secrets as random
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.secrets import HINT, RULES, SECRET_KEY

if TYPE_CHECKING:
    import pandas as pd

_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,20}[ -/]{0,5}[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)?|[@-Z\\-_])")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_UNREADABLE = "[redacted:unreadable]"
_MASK = re.compile(r"\[redacted:[a-z_]+(?::\d+)?\]")
_DEPTH = 40


class Redactor:
    """Masks secrets by stable placeholders: the same secret is ``[redacted:aws_key:1]`` wherever it stands."""

    def __init__(self) -> None:
        # Only keyed hashes are remembered, so that nothing here could give a secret back.
        self._key = random.token_bytes(32)
        self._numbers: dict[tuple[str, bytes], int] = {}

    def text(self, text: str) -> str:
        """The text without secrets and without characters that steer a terminal or hide words."""
        try:
            text = self._visible(text)
            return self._masked(text) if HINT.search(text) else text
        except Exception:
            return _UNREADABLE

    def value(self, value: Any, depth: int = 0) -> Any:
        """JSON, masked throughout; values under keys such as ``password`` are masked whole."""
        if isinstance(value, str):
            return self.text(value)
        if depth > _DEPTH:
            return _UNREADABLE
        if isinstance(value, Mapping):
            return {self.text(str(k)): self._keyed(str(k), v, depth) for k, v in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.value(v, depth + 1) for v in value]
        return value

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A new frame with every text and every nested value masked; other columns as they were."""
        import pandas as pd

        clean = frame.copy()
        clean.columns = pd.Index([self.text(c) if isinstance(c, str) else c for c in frame.columns])
        for place, column in enumerate(clean.columns):
            series = frame.iloc[:, place]
            if not (pd.api.types.is_string_dtype(series.dtype) or series.dtype == object):
                continue
            secret = isinstance(column, str) and SECRET_KEY.search(column) is not None
            known: dict[str, str] = {}
            values = [self._cell(v, secret, known) for v in series]
            clean.isetitem(place, pd.Series(values, index=frame.index, dtype=series.dtype).array)
        return clean

    def _cell(self, value: Any, secret: bool, known: dict[str, str]) -> Any:
        if isinstance(value, str):
            if secret:
                return self._placeholder("secret", value)
            # Logs repeat themselves: each distinct text is looked at once.
            if value not in known:
                known[value] = self.text(value)
            return known[value]
        if isinstance(value, bytes):
            return self.text(value.decode("utf-8", "replace"))
        return self.value(value) if isinstance(value, Mapping | list | tuple | set) else value

    def _keyed(self, key: str, value: Any, depth: int) -> Any:
        if SECRET_KEY.search(key) and isinstance(value, str) and len(value) >= 3 and not _MASK.fullmatch(value):
            return self._placeholder("secret", value)
        return self.value(value, depth + 1)

    def _visible(self, text: str) -> str:
        if "\x1b" in text:
            text = _ANSI.sub("", text)
        return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)

    def _masked(self, text: str) -> str:
        for kind, pattern in RULES:
            text = pattern.sub(partial(self._replaced, kind), text)
        return text

    def _replaced(self, kind: str, match: re.Match[str]) -> str:
        found = match.group(0)
        if _MASK.search(found):
            return found
        if kind == "secret":
            # The name stays: it says what was masked.
            name = re.match(r"[\w.-]+[\"']?\s*[:=]\s*", found)
            prefix = name.group(0) if name else ""
            return prefix + self._placeholder(kind, found[len(prefix) :].strip("\"'"))
        if kind == "url_password":
            user, _, word = found.partition(":")
            return f"{user}:{self._placeholder(kind, word)}"
        if kind == "authorization":
            scheme, word = found.split(None, 1)
            return f"{scheme} {self._placeholder(kind, word)}"
        return self._placeholder(kind, found)

    def _placeholder(self, kind: str, secret: str) -> str:
        if _MASK.fullmatch(secret):
            return secret
        mark = hmac.digest(self._key, secret.encode("utf-8", "replace"), "sha256")
        number = self._numbers.setdefault((kind, mark), 1 + sum(1 for k, _ in self._numbers if k == kind))
        return f"[redacted:{kind}:{number}]"
