"""Characters that steer a terminal or hide words from a reader: taken out of everything that was fetched."""

from __future__ import annotations

import re

ANSI = re.compile(r"\x1b(?:\[[0-?]{0,20}[ -/]{0,5}[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)?|[@-Z\\-_])")

INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\xad\u034f\u180e\u200b-\u200d\u2060-\u2064\ufeff"  # of no width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # turn the direction of what follows
    "\u2028\u2029\u115f\u1160\u3164\uffa0"  # line separators and fillers
    "\ufe00-\ufe0e\U000e0000-\U000e01ef"  # tags and variation selectors: whole messages hide in them
)
"""The inside of a character class; both Python's engine and RE2 read it."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    """The text without them; half a surrogate pair, which no file can hold, becomes U+FFFD."""
    if text.isascii():
        if text.isprintable():
            return text
    elif _LONE_SURROGATE.search(text):
        text = _LONE_SURROGATE.sub("\ufffd", text)
    if "\x1b" in text:
        text = ANSI.sub("", text)
    return _INVISIBLE.sub("", text)
