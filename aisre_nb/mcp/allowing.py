"""Which servers a person allowed to be started. A file that names them comes along with a repository that is cloned.

What was allowed is kept by the hash of the server's entry in ``mcp-allowed.json`` in the user's own configuration: an
entry that is edited is another one, and is asked about again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aisre_nb.approval.decision import Proposal, digest
from aisre_nb.approval.rule import Wanted
from aisre_nb.errors import ConfigurationError, Stopped
from aisre_nb.evidence.change import ChangeView
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.record.events import Decided
from aisre_nb.session.desk import Desk

START = "start_server"
"""What rules call it: ``run start_server on server:metoro once``."""


def file(environ: Mapping[str, str] | None = None) -> Path:
    """Where it is kept."""
    environ = os.environ if environ is None else environ
    base = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "aisre-nb" / "mcp-allowed.json"


def is_allowed(spec: ServerSpec) -> bool:
    """Whether a person said so before, of exactly this entry."""
    return spec.digest in _kept()


def allow(spec: ServerSpec) -> None:
    """Remember it. Raises `ConfigurationError` where that cannot be written."""
    kept = {**_kept(), spec.digest: {"name": spec.name, "file": spec.origin, "at": datetime.now(UTC).isoformat()}}
    place = file()
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = place.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        new.replace(place)
    except OSError as error:
        raise ConfigurationError(
            f"{place} cannot be written: {error.strerror}", "mend that, then allow it again"
        ) from None


def _kept() -> dict[str, Any]:
    try:
        found = json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


async def decided(spec: ServerSpec, desk: Desk) -> str:
    """Ask whether it may be started; empty: yes, else why not.

    What a person allows is remembered, what a rule lets through is not.

    Raises `Stopped`.
    """
    if is_allowed(spec):
        return ""
    view, given, touched = _view(spec), {"server": spec.name, "entry": spec.digest}, (f"server:{spec.name}",)
    mark = digest(START, given, view)
    proposal = Proposal(f"start-{spec.name}", START, "change", given, view, mark, "it is configured", touched)
    decision, standing = await desk.decide(proposal, Wanted(START, "change", touched))
    denied = decision.verdict == "reject" and decision.channel == "policy"
    desk.write(
        Decided(
            n=0,
            call_id=proposal.call_id,
            tool=START,
            verdict="denied" if denied else decision.verdict,
            channel=decision.channel,
            who=decision.who,
            reason=decision.reason,
            digest=mark,
            proposed=dict(given),
            final=dict(given),
            scope=list(touched),
            rule=standing.rule.words() if standing else "",
        )
    )
    if decision.verdict == "stop":
        raise Stopped("stopped: nothing further was run", "ask again to go on from here")
    if decision.verdict not in ("approve", "edit"):
        return (
            how(spec)
            if denied
            else f"the MCP server {spec.name} was not allowed: {decision.reason or 'no reason given'}"
        )
    if decision.channel != "policy":
        allow(spec)
    elif standing is not None:
        standing.used += 1
    return ""


def how(spec: ServerSpec) -> str:
    """That it is not allowed yet, and how it is."""
    return (
        f"the MCP server {spec.name} ({spec.shown[:200]}) was not started: nobody allowed it yet → if it is yours, "
        f"%sre mcp allow {spec.name}, or: aisre-nb mcp allow {spec.name}"
    )


def _view(spec: ServerSpec) -> ChangeView:
    what = "command" if spec.command else "address"
    names = ", ".join([*spec.env, *spec.headers]) or "none"
    rows = ((what, "", spec.shown), ("named in", "", spec.origin), ("variables and headers it gets", "", names))
    body = (
        "A program that is started may do what you may do; an address is sent what its tools are asked. A call of its "
        "tools is asked for again, but for those of your own list. This is asked once for this entry."
    )
    return ChangeView(f"Start the MCP server {spec.name}", body, f"server {spec.name}", rows=rows)
