"""The options of a ``%%sre`` cell."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import dataclass
from typing import Any, NoReturn

from aisre_nb.errors import ConfigurationError, UsageError

EXAMPLE = """example:
  %%sre --model claude --since 2h
  There is an issue with the cart service, can you find the root cause?"""


class _Parser(argparse.ArgumentParser):
    """argparse ends the process on an error; a cell gets one line instead."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, "%%sre --help lists the options")


@dataclass(frozen=True)
class Options:
    """What stands behind ``%%sre``."""

    model: str | None = None
    approve: str | None = None
    max_steps: int | None = None
    max_usd: float | None = None
    since: str | None = None
    out: str | None = None
    then: str | None = None
    """Who goes on when the model fails for good."""
    cite: str | None = None
    """The cell is the person's own code; what it gives becomes evidence by this title."""
    undo: str | None = None
    """The number of what is to be taken back: ``%sre undo E9`` comes this way, for it has to wait for a person."""
    fork: str | None = None
    """What stands behind ``%sre fork``; the cell may hold the edited call."""
    verify: str | None = None
    """What stands behind ``%sre verify``, which waits too."""
    sources: bool = False
    """``%sre sources`` comes this way, too."""
    propose_postmortem: bool = False
    """``%sre postmortem --propose`` comes this way, too."""
    help: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        """Those that are settings of an investigation."""
        return {n: getattr(self, n) for n in ("model", "then", "approve", "max_steps", "max_usd", "since")}


def parser() -> argparse.ArgumentParser:
    """The grammar."""
    made = _Parser(
        prog="%%sre",
        add_help=False,
        allow_abbrev=False,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Investigate the question in the cell; the next %%sre cell goes on from it.",
    )
    made.add_argument("--model", help="builtin, claude, a model's full name, ollama:MODEL, …")
    made.add_argument("--then", metavar="MODEL", help="goes on from there when the model fails for good")
    made.add_argument(
        "--approve",
        action="append",
        metavar="POLICY",
        help='read (changes ask; the default), ask, all, none, or a rule such as "run restart_deployment on '
        'service:cart once"; may be given several times',
    )
    made.add_argument("--max-steps", type=int, metavar="N", help="tool calls at most")
    made.add_argument("--max-usd", type=float, metavar="USD", help="money for the model at most")
    made.add_argument("--since", metavar="SPAN", help='how far back to look, such as "2h"')
    made.add_argument("--undo", metavar="E9", help=argparse.SUPPRESS)
    made.add_argument("--fork", metavar="N", help=argparse.SUPPRESS)
    made.add_argument("--verify", metavar="E9", help=argparse.SUPPRESS)
    made.add_argument("--sources", action="store_true", help=argparse.SUPPRESS)
    made.add_argument("--propose-postmortem", action="store_true", help=argparse.SUPPRESS)
    made.add_argument("--cite", metavar="TITLE", help="run this cell's own code; what it gives becomes evidence")
    made.add_argument("--out", metavar="NAME", help="also put the report into this variable")
    made.add_argument("--help", action="store_true", help="show this")
    return made


def parse(line: str) -> Options:
    """The options of a line. Raises `UsageError`, one line."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"the options cannot be read: {error}", "%%sre --help lists them") from None
    found = vars(parser().parse_args(words))
    options = Options(**found | {"approve": "; ".join(found["approve"]) if found["approve"] else None})
    if options.approve is not None:
        _check_policy(options.approve)
    if options.out is not None and not options.out.isidentifier():
        raise UsageError(f"--out {options.out!r} is not a variable's name", "give a name such as result")
    return options


def _check_policy(text: str) -> None:
    from aisre_nb.approval.policy import Policy

    try:
        Policy.parse(text)
    except ConfigurationError as error:
        raise UsageError(f"--approve {error.message}", error.next_step) from None
