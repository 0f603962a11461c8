"""``aisre-nb ask``: one question, headless."""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
import sys

from aisre_nb.approval.decision import Approver
from aisre_nb.cli.progress import Lines, making
from aisre_nb.cli.servers import joined
from aisre_nb.errors import AisreError, ModelError, UsageError
from aisre_nb.evidence.invisible import visible
from aisre_nb.mcp.joining import alone
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.start import make_world, start
from aisre_nb.session.who import who
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources


def ask(arguments: argparse.Namespace) -> int:
    """Investigate and print; returns the exit status."""
    question = arguments.question.strip()
    if not question:
        raise UsageError("the question is empty", 'write it in quotes: aisre-nb ask "Why is checkout slow?"')
    settings = Settings.load().updated(
        model=arguments.model,
        then=arguments.then,
        approve="; ".join(arguments.approve) if arguments.approve else None,
        max_steps=arguments.max_steps,
        max_usd=arguments.max_usd,
        max_seconds=arguments.max_seconds,
        since=arguments.since,
    )
    if arguments.records:
        from dataclasses import replace

        settings = replace(settings, record_dir=arguments.records.resolve())
    sources = _sources(arguments, settings)
    investigation = start(settings, sources=sources or alone(settings), question=question, progress=making)
    # A case, and a sandbox that was made for want of anything else, are no world that servers look at.
    live = sources is None and bool(settings.sources or not investigation.sources.all)
    return asyncio.run(_run(investigation, question, arguments.json, live))


def _sources(arguments: argparse.Namespace, settings: Settings) -> Sources | None:
    from aisre_nb.session.worlds import open_folder

    if arguments.case is not None:
        return open_folder(arguments.case)
    if arguments.scenario is not None:
        return open_folder(make_world(settings, arguments.scenario, arguments.seed, making, hard=arguments.hard))
    return None


def _approver(investigation: Investigation, as_json: bool) -> Approver:
    if sys.stdin.isatty() and not as_json:
        from aisre_nb.approval.prompt import PromptApprover

        return PromptApprover(who=who())
    from aisre_nb.approval.automatic import AutomaticApprover

    return AutomaticApprover(investigation.policy, who())


async def _run(investigation: Investigation, question: str, as_json: bool, live: bool) -> int:
    failure: AisreError | None = None
    approver = _approver(investigation, as_json)
    try:
        async with joined(investigation, approver, live=live):
            await investigation.ask(question, approver=approver, watcher=Lines(investigation))
    except ModelError as error:
        failure = error
    finally:
        await investigation.close()
    _print(investigation, as_json)
    if failure is not None:
        raise failure
    if investigation.denied:
        _print_denied(investigation)
        return 3
    return 0


def _print_denied(investigation: Investigation) -> None:
    """Each with the command that approves it."""
    record = shlex.quote(str(investigation.record.folder)) if investigation.record else "RECORD"
    for step in investigation.denied:
        title = step.decision.view.get("title", step.tool) if step.decision else step.tool
        told = f"wanted and denied: {step.tool}: {' '.join(visible(str(title)).split())[:160]}"
        print(f"aisre-nb: {told} → aisre-nb approve {record} {step.n}", file=sys.stderr)


def _print(investigation: Investigation, as_json: bool) -> None:
    from aisre_nb.report.text import as_text, result_object

    report, record = investigation.report, investigation.record
    if report is None:
        return
    folder = str(record.folder) if record else ""
    if as_json:
        steps = [step.as_json() for step in investigation.steps]
        found = result_object(report, steps, investigation.usage, investigation.seconds, folder)
        print(json.dumps(found, indent=1, default=str, ensure_ascii=False))
    else:
        print(as_text(report, investigation.evidence, investigation.usage, investigation.seconds))
        print(f"\nrecord: {folder}")
