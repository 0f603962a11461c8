"""``aisre-nb postmortem``: a record as a postmortem, on the terminal or as files to send."""

from __future__ import annotations

import argparse
from pathlib import Path

from aisre_nb.settings import Settings

HELP = """\
--html and --markdown write what a cell with %sre postmortem writes. An existing file is replaced only where it was made
by this command and nobody edited it since; --force replaces it in any case."""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The grammar."""
    verb.add_argument("record", type=Path, help="the record's folder, or its name")
    verb.add_argument("--html", type=Path, metavar="FILE", help="one self-contained page that opens offline")
    verb.add_argument("--markdown", type=Path, metavar="FILE", help="for GitHub or a wiki, with NAME_files/ beside it")
    verb.add_argument("--force", action="store_true", help="replace files that are there")


def postmortem(arguments: argparse.Namespace) -> int:
    """Write or print it; returns the exit status."""
    from aisre_nb.evidence.redaction import Redactor
    from aisre_nb.render.postmortem.cell import plain
    from aisre_nb.render.postmortem.written import write_html, write_markdown
    from aisre_nb.report.postmortem.recorded import of_record

    settings = Settings.load()
    named: Path = arguments.record
    redactor = Redactor(emails=settings.redact_emails)
    found, evidence = of_record(named if named.is_dir() else settings.record_dir / named, redactor)
    house = settings.postmortem_template
    if arguments.html:
        write_html(arguments.html, found, evidence, redactor, house, force=arguments.force)
        print(arguments.html)
    if arguments.markdown:
        pictures = write_markdown(arguments.markdown, found, evidence, redactor, house, force=arguments.force)
        for file in (arguments.markdown, *pictures):
            print(file)
    if not (arguments.html or arguments.markdown):
        print(plain(found))
    return 0
