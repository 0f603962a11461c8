"""What a person found counts too: their frames and words become evidence, with the code that made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.result import ToolResult

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.notebook.handle import Handle
    from aisre_nb.session.investigation import Investigation

TAG = "sre-cite"
"""A cell with this tag is captured when it has run."""
_LONGEST = 8000
"""Characters of a cell's code that are kept."""


def cite(found: Investigation, shell: Any, frame: pd.DataFrame | pd.Series[Any], title: str) -> Evidence:
    """A frame of the person's own. Raises `UsageError` for what is none, or says nothing."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame | pd.Series):
        raise UsageError(f"a {type(frame).__name__} cannot be cited", "give a DataFrame or a Series")
    return _kept(found, str((shell.user_ns.get("In") or [""])[-1]), "cite", _shown(frame, title))


def note(found: Investigation, shell: Any, text: str) -> Evidence:
    """The person's own words. Raises `UsageError` where there are none."""
    return _kept(found, "", "note", ToolResult("text", _said(text)[:120], _said(text), text=text))


async def captured(shell: Any, handle: Handle, title: str, cell: str) -> None:
    """Run the person's own code, as the cell would; what its last line gives becomes evidence, with the code.

    Raises `UsageError` where it gives nothing that can be cited; what the code itself raises is shown as always.
    """
    found = handle.last
    code = cell.strip("\n")
    ran = await shell.run_cell_async(code, store_history=False, transformed_cell=shell.transform_cell(code))
    if not ran.success:
        raise UsageError("the cell failed, so nothing of it was kept", "mend what stands above")
    shown = _shown(ran.result, title)
    _say(_replayed(handle, shown) or _kept(found, code, "cite", shown))


def _replayed(handle: Handle, shown: ToolResult) -> Evidence | None:
    """In a replay nothing is kept: the evidence as it was kept then."""
    if handle.replay is None:
        return None
    from aisre_nb.notebook.replaying import own

    return own(handle, handle.replay, "cite", shown.title, shown.frame)


def _say(evidence: Evidence) -> None:
    if evidence.id:
        print(f"{evidence.id} {evidence.summary}")


def tagged(shell: Any, handle: Any, ran: Any) -> None:
    """After each cell: one with the tag ``sre-cite`` is captured, named by its first comment."""
    parent: Mapping[str, Any] = getattr(getattr(shell, "kernel", None), "get_parent", lambda channel: {})("shell")
    tags = (parent.get("metadata") or {}).get("tags") or ()
    if TAG not in tags or handle.investigation is None or not ran.success or ran.result is None:
        return
    code = str(ran.info.raw_cell)
    title = next((line.strip("# ").strip() for line in code.splitlines() if line.startswith("#")), "")
    try:
        shown = _shown(ran.result, title or code.splitlines()[-1])
        _say(_replayed(handle, shown) or _kept(handle.investigation, code, "cite", shown))
    except UsageError as error:
        print(error)


def _shown(result: Any, title: str) -> ToolResult:
    """A frame as a table, anything else as its text."""
    import pandas as pd

    if isinstance(result, pd.Series):
        result = result.reset_index()
    if isinstance(result, pd.DataFrame):
        return ToolResult("table", _said(title), f"{len(result)} rows: {_said(title)}", result)
    if result is None:
        raise UsageError("the cell gives nothing that can be cited", "end it with a line that shows a value")
    return ToolResult("text", _said(title)[:120], _said(title), text=repr(result)[:_LONGEST])


def _said(text: str) -> str:
    said = " ".join(str(text).split())
    if not said:
        raise UsageError("it is not said what this shows", 'write sre.cite(df, "what it shows") or %sre note "…"')
    return said


def _kept(found: Investigation, code: str, how: str, result: ToolResult) -> Evidence:
    from dataclasses import replace

    from aisre_nb.models.base import UserMessage
    from aisre_nb.session.who import who

    if found.record is not None and not found.record.writable:
        raise UsageError(f"{found.record.folder.name} is open for reading only", "ask first: %%sre begins a new record")
    by = who()
    facts = {"by": by, "code": code[:_LONGEST]} if code else {"by": by}
    evidence = found.keep(replace(result, facts=facts, source=by), how, {"title": result.title})
    said = "added this" if how == "cite" else "noted"
    # The model reads of it when it is asked again.
    wrapped = found.context.wrapped(evidence.text, how, evidence.id, flagged=evidence.id in found.flagged)
    found.messages.append(UserMessage(f"{by} {said} as {evidence.id}; cite it where it counts.\n{wrapped}"))
    return evidence
