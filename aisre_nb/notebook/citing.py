"""What a person found counts too: their frames and words become evidence, with the code that made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.result import ToolResult

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.session.investigation import Investigation

_LONGEST = 8000
"""Characters of a cell's code that are kept."""


def cite(found: Investigation, shell: Any, frame: pd.DataFrame | pd.Series[Any], title: str) -> Evidence:
    """A frame of the person's own. Raises `UsageError` for what is none, or says nothing."""
    import pandas as pd

    if isinstance(frame, pd.Series):
        frame = frame.reset_index()
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"a {type(frame).__name__} cannot be cited", "give a DataFrame or a Series")
    return _kept(found, shell, "cite", ToolResult("table", _said(title), f"{len(frame)} rows: {_said(title)}", frame))


def note(found: Investigation, shell: Any, text: str) -> Evidence:
    """The person's own words. Raises `UsageError` where there are none."""
    return _kept(found, shell, "note", ToolResult("text", _said(text)[:120], _said(text), text=text))


def _said(text: str) -> str:
    said = " ".join(str(text).split())
    if not said:
        raise UsageError("it is not said what this shows", 'write sre.cite(df, "what it shows") or %sre note "…"')
    return said


def _kept(found: Investigation, shell: Any, how: str, result: ToolResult) -> Evidence:
    from dataclasses import replace

    from aisre_nb.models.base import UserMessage
    from aisre_nb.session.who import who

    by = who()
    code = str((shell.user_ns.get("In") or [""])[-1])[:_LONGEST] if how == "cite" else ""
    facts = {"by": by, "code": code} if code else {"by": by}
    evidence = found.keep(replace(result, facts=facts, source=by), how, {"title": result.title})
    said = "added this" if how == "cite" else "noted"
    # The model reads of it when it is asked again.
    wrapped = found.context.wrapped(evidence.text, how, evidence.id, flagged=evidence.id in found.flagged)
    found.messages.append(UserMessage(f"{by} {said} as {evidence.id}; cite it where it counts.\n{wrapped}"))
    return evidence
