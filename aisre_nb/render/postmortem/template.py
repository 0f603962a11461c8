"""The house's template: a Markdown file with ``{{placeholders}}``; ours is one, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from aisre_nb.errors import ConfigurationError
from aisre_nb.render.postmortem import wording
from aisre_nb.report.postmortem.document import Postmortem

_PLACE = re.compile(r"\{\{[ \t]*([^{}\n]*?)[ \t]*\}\}")
_LARGEST = 1_000_000

PLACEHOLDERS = (
    "title", "status", "date", "duration", "onset", "incident", "question", "confidence", "facts", "summary", "impact",
    "timeline", "root_cause", "proof", "contributing", "how_found", "considered", "durations", "went_well",
    "went_badly", "lucky", "actions", "gaps", "then_and_now", "evidence",
)  # fmt: skip
"""What a template may ask for."""

DEFAULT = """\
# {{title}}

{{facts}}

## Summary

{{summary}}

## Impact

{{impact}}

## Timeline

Times are UTC; minutes count from the onset.

{{timeline}}

## Root cause

{{root_cause}}

{{proof}}

## Contributing factors

{{contributing}}

## How it was found

{{how_found}}

## What was considered

{{considered}}

## How it went

{{durations}}

### What went well

{{went_well}}

### What went badly

{{went_badly}}

### Where we were lucky

{{lucky}}

## Actions

{{actions}}

## What was not looked at

{{gaps}}

## Then and now

{{then_and_now}}

## Evidence

{{evidence}}
"""


def read(path: Path | None) -> str:
    """The template's text; ours where none is configured. Raises `ConfigurationError`."""
    if path is None:
        return DEFAULT
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigurationError(f"the template {path} is larger than {_LARGEST} bytes", "make it shorter")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the template {path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}",
            'mend [postmortem] template = "FILE.md" in aisre.toml',
        ) from None
    check(text, path)
    return text


def check(text: str, path: Path) -> None:
    """Raises `ConfigurationError` for a placeholder that is none."""
    unknown = list(dict.fromkeys(name for name in _PLACE.findall(text) if name not in PLACEHOLDERS))
    if unknown:
        named = ", ".join(f"{{{{{name}}}}}" for name in unknown)
        raise ConfigurationError(
            f"{path}: {named} {'is no placeholder' if len(unknown) == 1 else 'are no placeholders'}",
            f"the placeholders are {', '.join(PLACEHOLDERS)}",
        )


def lines(found: Postmortem) -> dict[str, str]:
    """What the placeholders of one line stand for, as plain text."""
    return {
        "title": found.title,
        "status": f"{found.status}: {found.status_detail}" if found.status_detail else found.status,
        "date": wording.date(found),
        "duration": wording.duration(found),
        "onset": f"{found.onset:%Y-%m-%d %H:%M:%S} UTC" if found.onset else "",
        "incident": found.incident,
        "question": found.question,
        "confidence": "" if found.confidence is None else f"{found.confidence:.0%}",
    }


def split(text: str) -> list[str]:
    """The text between placeholders, and at each odd place the name of one."""
    return _PLACE.split(text)


def filled(text: str, sections: Mapping[str, Callable[[], str]]) -> str:
    """Each placeholder once: what is put in is not looked at again, so braces in it stay."""
    return _PLACE.sub(lambda found: sections[found[1]]() if found[1] in sections else found[0], text)
