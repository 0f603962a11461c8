"""What ``aisre-nb bench`` may be told."""

from __future__ import annotations

import argparse
from pathlib import Path

from aisre_nb.cli.sandbox_arguments import seeds

HELP = """\
Each case is asked as `aisre-nb ask … --approve read` asks, in a process of its own and of a copy of its telemetry that
holds no truth.json; the answer is scored against that file afterwards. Every figure is printed with its n, a bootstrap
interval (95 %, over cases) and, for ranks, the best constant list of services and chance. Finished cases are kept at
once: the same command goes on where it stopped. Exit status: 0 done, 2 bad usage, 130 interrupted.
"""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The grammar."""
    verb.add_argument(
        "--suite", metavar="SUITE", help="sandbox, sandbox:hard, or a folder: every telemetry folder below it"
    )
    verb.add_argument(
        "--model",
        default=None,
        help="builtin (default), claude, openai:MODEL@URL, ollama:MODEL, …; aisre.toml's where it says",
    )
    verb.add_argument("--then", metavar="MODEL", help="goes on with a case when the model fails for good")
    verb.add_argument(
        "--seeds", type=seeds, default=[1], metavar="N-M", help="of sandbox worlds: 1-5 or 1,7 (default 1)"
    )
    verb.add_argument("--repeat", type=int, default=1, metavar="N", help="ask each case so often (default 1)")
    verb.add_argument("--jobs", type=int, default=2, metavar="N", help="cases at a time (default 2)")
    verb.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these cases of the suite")
    verb.add_argument("--limit", type=int, metavar="N", help="the first N cases")
    verb.add_argument(
        "--timeout", type=float, default=300.0, metavar="S", help="a case that takes longer has failed (default 300)"
    )
    verb.add_argument("--max-steps", type=int, metavar="N", help="tool calls for a case at most")
    verb.add_argument(
        "--max-usd", type=float, metavar="USD",
        help="stop when the run has cost so much; what was kept of it before counts, and each case gets a part",
    )  # fmt: skip
    verb.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where the run is kept (default: .aisre/bench/SUITE-MODEL-…)"
    )
    verb.add_argument("--fresh", action="store_true", help="begin anew, whatever was done before")
    verb.add_argument("--keep", action="store_true", help="keep sandbox worlds and copies of telemetry in its work/")
    verb.add_argument("--html", type=Path, metavar="FILE", help="the run as one page that needs no network")
    verb.add_argument(
        "--compare", type=Path, nargs="+", metavar="RUN",
        help="with --suite: this run with that one; without: two runs. A RUN is a folder or a file from --json",
    )  # fmt: skip
    verb.add_argument("--json", action="store_true", help="one JSON object on standard output, and nothing else there")
