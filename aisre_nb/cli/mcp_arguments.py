"""The grammar of ``aisre-nb mcp``."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = """\
Another assistant starts it by: {"mcpServers": {"aisre": {"command": "aisre-nb", "args": ["mcp", "--case", "FOLDER"]}}}.
With --http the token is in $AISRE_MCP_TOKEN, or in .aisre/mcp-token, which is made and can be read by you alone."""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The grammar."""
    verb.add_argument(
        "action", nargs="?", choices=("serve", "list", "allow"), default="serve",
        help="serve (default): our tools for other assistants; list: the configured servers, each tried; "
        "allow NAME: let configured servers be started",
    )  # fmt: skip
    verb.add_argument("names", nargs="*", metavar="NAME", help="for allow")
    where = verb.add_mutually_exclusive_group()
    where.add_argument("--case", type=Path, metavar="FOLDER", help="serve a telemetry folder")
    where.add_argument("--scenario", metavar="NAME", help="serve a sandbox scenario")
    verb.add_argument("--seed", type=int, default=1, metavar="N", help="which world of the scenario (default 1)")
    verb.add_argument("--hard", action="store_true", help="the scenario with more noise and weaker signals")
    verb.add_argument("--http", action="store_true", help="streamable HTTP on 127.0.0.1 instead of standard input")
    verb.add_argument("--port", type=int, default=8765, metavar="N", help="for --http (default 8765; 0: any)")
    verb.add_argument("--changes", action="store_true", help="offer changes too; the client's user approves each")
    verb.add_argument("--model", help="who investigates: builtin, claude, or a model's full name")
