"""``%sre postmortem``: what was investigated as a postmortem, in the cell or as files to send."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.display import display

from aisre_nb.errors import UsageError
from aisre_nb.notebook.handle import Handle

if TYPE_CHECKING:
    from aisre_nb.session.step import Step

_KNOWN = "%sre postmortem [RECORD] [--html FILE] [--markdown FILE] [--force], or --propose"


class _Parser(argparse.ArgumentParser):
    """argparse ends the process on an error; a cell gets one line instead."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%sre postmortem: {message}", _KNOWN)


def postmortem(words: list[str], handle: Handle) -> None:
    """Draw it, or write it."""
    options = _options(words)
    if options.propose:
        raise UsageError("%sre postmortem --propose waits for you", "write it on a line of its own, with nothing else")
    from aisre_nb.evidence.redaction import Redactor
    from aisre_nb.render.postmortem import template
    from aisre_nb.render.postmortem.cell import bundles
    from aisre_nb.render.postmortem.written import write_html, write_markdown
    from aisre_nb.report.postmortem.recorded import of_events, of_record

    settings = handle.settings
    redactor = Redactor(emails=settings.redact_emails)
    if options.record:
        named = Path(options.record).expanduser()
        found, evidence = of_record(named if named.is_dir() else settings.record_dir / named, redactor)
    else:
        found, evidence = of_events(handle.last.events, handle.last.evidence, redactor)
    if options.html:
        path = Path(options.html).expanduser()
        write_html(path, found, evidence, redactor, settings.postmortem_template, force=options.force)
        print(f"{path}: one file, opens offline, {path.stat().st_size / 1e6:.1f} MB")
    if options.markdown:
        path = Path(options.markdown).expanduser()
        made = write_markdown(path, found, evidence, redactor, settings.postmortem_template, force=options.force)
        print(f"{path}" + (f" and {len(made)} pictures in {made[0].parent}" if made else ""))
    if options.html or options.markdown:
        return
    house = template.read(settings.postmortem_template) if settings.postmortem_template else ""
    for bundle in bundles(found, evidence, redactor, house):
        display(bundle, raw=True)
    if not options.record:
        print("%sre postmortem --propose shows what the incident and its runbook would get of this, and asks.")


async def propose(shell: Any, handle: Handle) -> None:
    """The incident's summary and the runbook's patch, each shown and asked for as any change is."""
    if handle.replay is not None:
        from aisre_nb.notebook.replaying import changed

        changed(handle, handle.replay)
        return
    from aisre_nb.notebook.asking import act
    from aisre_nb.session.proposing import propose

    async def do(tool: str, arguments: dict[str, Any], said: str) -> Step:
        return await act(shell, handle, tool, arguments, said)

    for line in await propose(handle.last, do):
        print(line)


def _options(words: list[str]) -> Any:
    made = _Parser(add_help=False, allow_abbrev=False)
    made.add_argument("record", nargs="?")
    for name in ("--html", "--markdown"):
        made.add_argument(name, metavar="FILE")
    for name in ("--force", "--propose"):
        made.add_argument(name, action="store_true")
    return made.parse_args(words)
