"""What a connection is opened over: a program of its own behind the guard, or an address."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import IO, Any

from mcp.client.stdio import StdioServerParameters, get_default_environment, stdio_client

from aisre_nb.errors import SourceUnreachable
from aisre_nb.mcp import guard, oauth, web, wire
from aisre_nb.mcp.spec import ServerSpec

_LINE = 8_000_000
"""Bytes of one message of a program: the library's time for one grows with the square of its length."""
_RATE = 5_000
"""Lines a second that a program may send."""


def transport(
    spec: ServerSpec,
    errors: IO[str],
    heard: web.Heard,
    ended: asyncio.Event,
    memory: oauth.Memory,
    tell: Callable[[str], None],
) -> AbstractAsyncContextManager[Any]:
    """``errors`` gets what the program says, ``ended`` is set when it is over. Raises `SourceUnreachable`."""
    if spec.url:
        return wire.bounded(web.web(spec, heard, oauth.auth(spec, memory, tell)), spec, ended)
    return wire.bounded(stdio_client(_parameters(spec), errlog=errors), spec, ended)  # type: ignore[arg-type]


def _parameters(spec: ServerSpec) -> StdioServerParameters:
    """Its own environment is what it is given, and what finds programs: none of our secrets is in it."""
    path = spec.env.get("PATH") or get_default_environment().get("PATH")
    there = (spec.cwd or Path()) / spec.command
    program = (
        str(there.absolute()) if os.sep in spec.command and there.is_file() else shutil.which(spec.command, path=path)
    )
    if program is None:
        raise SourceUnreachable(f"{spec.name}: the program {spec.command} is not there", "install it, or mend command")
    if spec.cwd is not None and not spec.cwd.is_dir():
        raise SourceUnreachable(f"{spec.name}: there is no folder {spec.cwd}", "mend cwd")
    command, args = program, list(spec.args)
    if os.name == "posix":
        around = ["-I", str(Path(guard.__file__)), str(os.getpid()), str(_LINE), str(_RATE)]
        command, args = sys.executable, [*around, program, *args]
    return StdioServerParameters(
        command=command, args=args, env=dict(spec.env), cwd=spec.cwd, encoding_error_handler="replace"
    )
