"""Servers out of ``.mcp.json``, as other assistants read it, and out of ``[mcp.NAME]`` in ``aisre.toml``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aisre_nb.errors import ConfigurationError
from aisre_nb.mcp.expansion import expanded, is_secret
from aisre_nb.mcp.replaceable import ANSWERED_BY
from aisre_nb.mcp.spec import OAuth, ServerSpec
from aisre_nb.settings import Settings

FILE = ".mcp.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_KEYS = {
    "type", "command", "args", "env", "cwd", "url", "headers", "oauth", "protocol", "start_seconds", "call_seconds",
    "disabled", "stand_in",
}  # fmt: skip
_PROTOCOLS = ("auto", "legacy", "2026-07-28")
_BIGGEST = 1_000_000
_LOCAL = ("127.0.0.1", "localhost", "::1")


def configured(settings: Settings, environ: Mapping[str, str] | None = None) -> tuple[list[ServerSpec], list[str]]:
    """Every server that can be tried, and a line for each that cannot.

    ``aisre.toml`` goes before ``.mcp.json``, which is looked for beside it and in the parents of the working directory.
    """
    environ = os.environ if environ is None else environ
    notes: list[str] = []
    entries: dict[str, tuple[Any, Path]] = {}
    toml = settings.base / "aisre.toml"
    for name, entry in settings.mcp.items():
        entries[name] = (entry, toml)
    file = _file(settings.base)
    if file is not None:
        try:
            for name, entry in _servers(file).items():
                entries.setdefault(str(name), (entry, file))
        except ConfigurationError as error:
            notes.append(str(error))
    specs: list[ServerSpec] = []
    for name, (entry, origin) in entries.items():
        try:
            if isinstance(entry, Mapping) and entry.get("disabled") is True:
                continue
            specs.append(_spec(name, entry, origin, environ))
        except ConfigurationError as error:
            notes.append(f"MCP server {name[:40]!r} in {origin.name}: {error}")
    return specs, notes


def _file(base: Path) -> Path | None:
    """The nearest one: beside aisre.toml, or in the working directory or one of its parents."""
    here = Path.cwd()
    folders = dict.fromkeys((base.resolve(), here, *here.parents))
    return next((folder / FILE for folder in folders if (folder / FILE).is_file()), None)


def _servers(file: Path) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > _BIGGEST:
            raise ConfigurationError(f"{file} is too large", "it holds a table of servers, and nothing else")
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}", "mend that line") from None
    table = data.get("mcpServers", data.get("servers")) if isinstance(data, dict) else None
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file} has no mcpServers", 'write {"mcpServers": {"NAME": {"command": …}}}')
    return table


def _spec(name: str, entry: Any, origin: Path, environ: Mapping[str, str]) -> ServerSpec:
    if not _NAME.fullmatch(name):
        raise ConfigurationError("that is no name for a server", "use letters, digits, - and _, 32 at most")
    if not isinstance(entry, Mapping):
        raise ConfigurationError("it is no table", 'write command = "PROGRAM" or url = "https://…"')
    # Other assistants have keys of their own in the shared file; in ours a wrong one is noticed.
    if origin.suffix == ".toml" and (unknown := sorted(set(entry) - _KEYS)):
        raise ConfigurationError(f"{', '.join(unknown)} means nothing", f"the keys are {', '.join(sorted(_KEYS))}")
    kind = str(entry.get("type") or ("http" if "url" in entry else "stdio"))
    if kind == "sse":
        raise ConfigurationError("the transport sse was given up", 'name its streamable HTTP address, type = "http"')
    values: set[str] = set()

    def text(key: str) -> str:
        given = entry.get(key, "")
        if not isinstance(given, str):
            raise ConfigurationError(f"{key} is no text", f'write {key} = "…"')
        return expanded(given, environ, values)

    def table(key: str) -> dict[str, str]:
        given = entry.get(key) or {}
        if not isinstance(given, Mapping) or not all(isinstance(v, str | int | float) for v in given.values()):
            raise ConfigurationError(f"{key} is no table of texts", f'write {key} = {{NAME = "${{VAR}}"}}')
        found = {str(k): expanded(str(v), environ, values) for k, v in given.items()}
        # A header or a variable is where tokens stand: they are masked wherever they come from.
        values.update(v for k, v in found.items() if is_secret(k))
        values.update(v.split(" ", 1)[1] for v in found.values() if v.startswith(("Bearer ", "Basic ", "Token ")))
        return found

    args = entry.get("args") or []
    if not isinstance(args, list) or not all(isinstance(a, str | int | float) for a in args):
        raise ConfigurationError("args is no list of texts", 'write args = ["-y", "PACKAGE"]')
    command, url = text("command"), text("url")
    if bool(command) == bool(url):
        raise ConfigurationError("it needs a command or a url, one of them", 'write command = "PROGRAM"')
    if url:
        _check_url(url)
    words = [expanded(str(a), environ, values) for a in args]
    values.update(_told(words))
    values.update(value for name, value in parse_qsl(urlsplit(url).query) if is_secret(name))
    protocol = entry.get("protocol", "auto")
    if protocol not in _PROTOCOLS:
        raise ConfigurationError(f"protocol {protocol!r} is not known", f"one of {', '.join(_PROTOCOLS)}")
    cwd = text("cwd")
    return ServerSpec(
        name, command, tuple(words), table("env"),
        origin.parent / Path(cwd).expanduser() if cwd else origin.parent, url, table("headers"),
        _oauth(entry.get("oauth"), environ, values), protocol, _seconds(entry, "start_seconds", 30.0),
        _seconds(entry, "call_seconds", 120.0), str(origin), json.dumps(dict(entry), sort_keys=True, default=str),
        frozenset(values), _stand_in(entry.get("stand_in", False)),
    )  # fmt: skip


def _told(words: list[str]) -> set[str]:
    """Secrets that stand in a command line: ``--token VALUE`` and ``--token=VALUE``."""
    apart = [(name, value) for name, value in pairwise(words) if "=" not in name]
    joined = [(name, value) for name, _, value in (word.partition("=") for word in words) if value]
    return {value for name, value in [*apart, *joined] if name.startswith("-") and is_secret(name.lstrip("-"))}


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ConfigurationError(
            "its url is no plain web address", 'write url = "https://HOST/mcp", secrets in headers'
        )
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise ConfigurationError("its url is not encrypted", "use https; http is for this machine alone")


def _oauth(given: Any, environ: Mapping[str, str], values: set[str]) -> OAuth | None:
    if given is None or given is False:
        return None
    told = {} if given is True else given
    keys = {"client_id", "client_secret", "issuer", "scope"}
    if not isinstance(told, Mapping) or set(told) - keys or not all(isinstance(v, str) for v in told.values()):
        raise ConfigurationError("oauth cannot be read", f"true, or a table of {', '.join(sorted(keys))}")
    found = {key: expanded(value, environ) for key, value in told.items()}
    if found.get("client_secret") and not found.get("issuer"):
        raise ConfigurationError("oauth has a client_secret and no issuer", "name who may be sent it: issuer")
    if found.get("client_secret"):
        values.add(found["client_secret"])
    return OAuth(**found)


def _stand_in(given: Any) -> bool | tuple[str, ...]:
    if isinstance(given, bool):
        return given
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise ConfigurationError("stand_in is neither true nor a list of tools", 'write stand_in = ["get_logs"]')
    unknown = [name for name in given if name not in ANSWERED_BY]
    if unknown:
        raise ConfigurationError(
            f"stand_in names {unknown[0][:40]!r}, for which no tool of a server stands in",
            f"there are {', '.join(ANSWERED_BY)}",
        )
    return tuple(dict.fromkeys(given))


def _seconds(entry: Mapping[str, Any], key: str, default: float) -> float:
    given = entry.get(key, default)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 3600:
        raise ConfigurationError(f"{key} = {given!r} is no number of seconds", "give one between 0 and 3600")
    return float(given)
