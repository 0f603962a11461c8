"""The command line: verbs, options, exit statuses.

0 answered; 2 bad usage or configuration; 3 a change was wanted and denied; 4 the model or a source failed;
130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aisre_nb import __version__
from aisre_nb.cli.bench_arguments import HELP as BENCH_HELP
from aisre_nb.cli.bench_arguments import add_arguments as add_bench_arguments
from aisre_nb.cli.case import HELP as CASE_HELP
from aisre_nb.cli.case import add_arguments as add_case_arguments
from aisre_nb.cli.embed import HELP as EMBED_HELP
from aisre_nb.cli.embed import add_arguments as add_embed_arguments
from aisre_nb.cli.mcp_arguments import HELP as MCP_HELP
from aisre_nb.cli.mcp_arguments import add_arguments as add_mcp_arguments
from aisre_nb.cli.postmortem import HELP
from aisre_nb.cli.postmortem import add_arguments as add_postmortem_arguments
from aisre_nb.cli.replay import HELP as REPLAY_HELP
from aisre_nb.cli.replay import add_arguments as add_replay_arguments
from aisre_nb.cli.sandbox_arguments import add_arguments
from aisre_nb.cli.verify import HELP as VERIFY_HELP
from aisre_nb.cli.verify import add_arguments as add_verify_arguments
from aisre_nb.errors import AisreError, ConfigurationError, Stopped

_EXIT = """\
exit status: 0 answered, 2 bad usage or configuration, 3 a change was wanted and denied, 4 the model or a source failed
"""


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
    top = argparse.ArgumentParser(
        prog="aisre-nb", description=__doc__.splitlines()[0], epilog=_EXIT, allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"aisre-nb {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)

    demo = verbs.add_parser("demo", help="open the first investigation in JupyterLab", allow_abbrev=False)
    demo.add_argument(
        "--headless",
        action="store_true",
        help="execute it without a browser; this approves its two pull requests to the sandbox's own remote",
    )
    demo.add_argument("--out", type=Path, help="folder for the executed copy (default: .aisre/demo)")

    ask = verbs.add_parser("ask", help="investigate one question", epilog=_EXIT, allow_abbrev=False)
    ask.add_argument("question", help='such as "There is an issue with the cart service, can you find the root cause?"')
    where = ask.add_mutually_exclusive_group()
    where.add_argument("--case", type=Path, metavar="FOLDER", help="a telemetry folder")
    where.add_argument("--scenario", metavar="NAME", help="a sandbox scenario (see: aisre-nb sandbox list)")
    ask.add_argument("--seed", type=int, default=1, metavar="N", help="which world of the scenario (default 1)")
    ask.add_argument("--hard", action="store_true", help="the scenario with more noise and weaker signals")
    ask.add_argument(
        "--model",
        help="builtin, claude, a model's full name, openai:MODEL@URL, ollama:MODEL, … "
        "(default: claude with a key, else builtin)",
    )
    ask.add_argument("--then", metavar="MODEL", help="goes on from there when the model fails for good")
    ask.add_argument(
        "--approve",
        action="append",
        metavar="POLICY",
        help="read: reads run, changes are denied where nobody can be asked (default); all: changes run too; ask; "
        'none; or a rule: "run create_pull_request on repository:shop 2 times up to 40 lines"; may be repeated',
    )
    ask.add_argument("--max-steps", type=int, metavar="N", help="tool calls at most")
    ask.add_argument("--max-usd", type=float, metavar="USD", help="money for the model at most")
    ask.add_argument("--max-seconds", type=float, metavar="S", help="time at most")
    ask.add_argument("--since", metavar="SPAN", help='how far back to look, such as "2h"')
    ask.add_argument("--records", type=Path, metavar="FOLDER", help="where records are kept (default .aisre/records)")
    ask.add_argument("--json", action="store_true", help="one JSON object on standard output, and nothing else there")

    approve = verbs.add_parser(
        "approve",
        help="a change that was denied because nobody was there: shown, asked for, and run exactly so",
        allow_abbrev=False,
    )
    approve.add_argument("record", type=Path, help="the record's folder, or its name")
    approve.add_argument("step", type=int, help="the number of the step")

    postmortem = verbs.add_parser(
        "postmortem", help="a record as a postmortem: text, one HTML file, or Markdown", epilog=HELP, allow_abbrev=False
    )
    add_postmortem_arguments(postmortem)

    verify = verbs.add_parser(
        "verify", help="ask a record's queries again, and compare then and now", epilog=VERIFY_HELP, allow_abbrev=False
    )
    add_verify_arguments(verify)

    replay = verbs.add_parser(
        "replay", help="a record or a notebook played again, offline", epilog=REPLAY_HELP, allow_abbrev=False
    )
    add_replay_arguments(replay)

    embed = verbs.add_parser(
        "embed", help="a notebook's records into the notebook's file", epilog=EMBED_HELP, allow_abbrev=False
    )
    add_embed_arguments(embed)

    diff = verbs.add_parser("diff", help="two runs beside each other: steps, outcome, cost", allow_abbrev=False)
    diff.add_argument("first", type=Path, metavar="RECORD", help="a record's folder, or its name")
    diff.add_argument("second", type=Path, metavar="RECORD")
    diff.add_argument("--json", action="store_true", help="one JSON object on standard output")

    case = verbs.add_parser(
        "case", help="a finished investigation as a telemetry folder with its truth", epilog=CASE_HELP,
        allow_abbrev=False,
    )  # fmt: skip
    add_case_arguments(case)

    bench = verbs.add_parser(
        "bench", help="a suite of cases investigated, and held against their truth", epilog=BENCH_HELP,
        allow_abbrev=False,
    )  # fmt: skip
    add_bench_arguments(bench)

    audit = verbs.add_parser("audit", help="who decided what", allow_abbrev=False)
    audit.add_argument(
        "action", nargs="?", choices=("list", "verify"), default="list",
        help="verify: exit status 4 where a line was changed, taken out or put in",
    )  # fmt: skip

    doctor = verbs.add_parser("doctor", help="what is installed, which model, which sources answer", allow_abbrev=False)
    doctor.add_argument("--case", type=Path, metavar="FOLDER", help="try this telemetry folder")
    doctor.add_argument("--json", action="store_true", help="as one JSON object")

    mcp = verbs.add_parser(
        "mcp", help="our tools for other assistants; servers of theirs: list, allow", epilog=MCP_HELP,
        allow_abbrev=False,
    )  # fmt: skip
    add_mcp_arguments(mcp)

    sandbox = verbs.add_parser("sandbox", help="the embedded shop", allow_abbrev=False)
    add_arguments(sandbox)

    prs = verbs.add_parser("prs", help="the pull requests of a local remote: list, show, merge", allow_abbrev=False)
    prs.add_argument("action", choices=("list", "show", "merge"))
    prs.add_argument("number", type=int, nargs="?", help="which one, for show and merge")
    prs.add_argument("--repository", type=Path, metavar="FOLDER", help="the repository (default: the latest world's)")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    arguments = parser().parse_args(argv)
    try:
        match arguments.verb:
            case "ask":
                from aisre_nb.cli.ask import ask

                return ask(arguments)
            case "approve":
                from aisre_nb.cli.approve import approve

                return approve(arguments)
            case "diff":
                from aisre_nb.cli.diff import diff

                return diff(arguments.first, arguments.second, arguments.json)
            case "audit":
                from aisre_nb.cli.audit import audit

                return audit(arguments.action)
            case "postmortem":
                from aisre_nb.cli.postmortem import postmortem

                return postmortem(arguments)
            case "bench":
                from aisre_nb.cli.bench import bench

                return bench(arguments)
            case "case":
                from aisre_nb.cli.case import case

                return case(arguments)
            case "verify":
                from aisre_nb.cli.verify import verify

                return verify(arguments)
            case "replay":
                from aisre_nb.cli.replay import replay

                return replay(arguments)
            case "embed":
                from aisre_nb.cli.embed import embed

                return embed(arguments)
            case "demo":
                from aisre_nb.cli.demo import demo

                return demo(arguments.headless, arguments.out)
            case "doctor":
                from aisre_nb.cli.doctor import doctor

                return doctor(arguments.case, arguments.json)
            case "mcp":
                from aisre_nb.cli.mcp import mcp

                return mcp(arguments)
            case "sandbox":
                from aisre_nb.cli.sandbox import sandbox

                return sandbox(arguments)
            case _:
                from aisre_nb.cli.prs import prs

                return prs(arguments)
    except ConfigurationError as error:
        print(f"aisre-nb: {error}", file=sys.stderr)
        return 2
    except Stopped as error:
        print(f"aisre-nb: {error}", file=sys.stderr)
        return 130
    except AisreError as error:
        print(f"aisre-nb: {error}", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        print("aisre-nb: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`aisre-nb … | head`): nothing is left to say.
        sys.stderr.close()
        return 0
