"""What ``aisre-nb sandbox`` may be told."""

from __future__ import annotations

import argparse
from pathlib import Path

TROUBLES = ("clock-skew", "late-exporter", "gaps", "no-metrics", "no-logs", "no-traces")
"""What may be wrong with the telemetry itself."""


def add_arguments(sandbox: argparse.ArgumentParser) -> None:
    """One parser for each action."""
    worlds = sandbox.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = worlds.add_parser("list", help="its scenarios", allow_abbrev=False)
    listing.add_argument("--json", action="store_true", help="as a JSON list")
    listing.add_argument("--hard", action="store_true", help="as they are made with --hard")

    making = worlds.add_parser("make", help="write one as a telemetry folder with its repository", allow_abbrev=False)
    making.add_argument("name", help="a scenario (see: aisre-nb sandbox list)")
    _which(making)
    making.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
    making.add_argument(
        "--per-second", type=float, metavar="N", help="pages a second (default: the scenario's, about 10)"
    )
    making.add_argument("--hours", type=float, default=2.5, metavar="H", help="of history, 1 to 12 (default 2.5)")
    making.add_argument(
        "--trouble",
        action="append",
        default=[],
        choices=TROUBLES,
        help="what is wrong with the telemetry itself; may be repeated",
    )

    going = worlds.add_parser("advance", help="let simulated minutes pass in a world that was made", allow_abbrev=False)
    going.add_argument("folder", type=Path, metavar="FOLDER")
    going.add_argument("--minutes", type=float, default=5, metavar="N", help="default 5")

    acting = worlds.add_parser("apply", help="act on a world that was made", allow_abbrev=False)
    acting.add_argument("folder", type=Path, metavar="FOLDER")
    acting.add_argument("what", metavar="JSON", help='{"action": "restart", "service": "cart"}')

    serving = worlds.add_parser(
        "serve",
        help="a world behind the APIs of Prometheus, Alertmanager, Loki, Tempo, Jaeger, Kubernetes",
        allow_abbrev=False,
    )
    serving.add_argument("name", help="a scenario, or the folder of a world that was made")
    _which(serving)

    checking = worlds.add_parser(
        "check",
        help="hold scenarios against their truth: seen, mended, not mended by what should not",
        allow_abbrev=False,
    )
    checking.add_argument("names", nargs="*", metavar="NAME", help="scenarios (default: all)")
    checking.add_argument("--seeds", type=seeds, default=[1], metavar="N-M", help="such as 1-5 or 1,7 (default 1)")
    checking.add_argument("--difficulty", choices=("easy", "hard", "both"), default="both", help="default both")
    checking.add_argument("--jobs", type=int, default=0, metavar="N", help="at a time (default: one a core)")
    checking.add_argument("--json", action="store_true", help="as a JSON list")


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which world of the scenario (default 1)")
    parser.add_argument("--hard", action="store_true", help="more noise, more innocent changes, weaker signals")


def seeds(text: str) -> list[int]:
    """``1-5`` or ``1,7`` as numbers."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        try:
            found += range(int(first), int(last or first) + 1)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{part!r} are no seeds: write 1-5 or 1,7") from None
    return found
