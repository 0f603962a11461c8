"""Which models answer, asked live: names, how much fits, prices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aisre_nb.errors import AisreError
from aisre_nb.models.choose import Tables, choose
from aisre_nb.models.pricing import Price, price

if TYPE_CHECKING:
    from aisre_nb.models.claude import ClaudeModel
    from aisre_nb.models.openai.endpoint import Endpoint, Kind

_LOOKED_INTO = 16
"""Models of a server that are each asked for."""


@dataclass(frozen=True)
class Row:
    """One model, or why there is none."""

    name: str
    """What ``--model`` takes."""
    usable: bool
    context: int | None = None
    """Tokens that fit; None where nobody says."""
    price: Price | None = None
    why: str = ""

    def words(self) -> str:
        """In one line."""
        if not self.usable:
            return f"  {self.name:<34} not usable: {self.why}"
        context = f"{self.context:,} tokens" if self.context else ""
        cost = f"{self.price.input:g} / {self.price.output:g} USD a million" if self.price else ""
        return f"  {self.name:<34} {context:<17} {cost:<26} {self.why}".rstrip()


async def listed(environ: Mapping[str, str], configured: Tables, seconds: float = 3.0) -> list[Row]:
    """All that answer within ``seconds``, each server asked at the same time; never raises for what one does."""
    from aisre_nb.models.openai import names

    # Libraries are loaded before the time begins to run: that takes seconds, in which no answer would be heard.
    claude = _claude_set_up(environ)
    own = (_configured(name, configured, environ, seconds / 2) for name in configured)
    asked = [_claude(claude, seconds / 2), *own, *(_kind(kind, environ, seconds / 2) for kind in names.KEYS)]
    done = await asyncio.gather(*(_bounded(each, seconds) for each in asked))
    builtin = Row("builtin", True, why="needs no key and no network")
    rows = [row for rows in done for row in rows]
    return [builtin, *rows, *_platforms(environ), Row("recorded:PATH", True, why="replays a record's folder")]


async def _bounded(asked: Awaitable[list[Row]], seconds: float) -> list[Row]:
    try:
        return await asyncio.wait_for(asked, seconds)
    except TimeoutError:
        return []


def _claude_set_up(environ: Mapping[str, str]) -> ClaudeModel | Row:
    import httpx2  # noqa: F401

    if not (environ.get("ANTHROPIC_API_KEY") or environ.get("ANTHROPIC_AUTH_TOKEN")):
        return Row("claude", False, why="no key → set ANTHROPIC_API_KEY")
    from aisre_nb.models.claude import ClaudeModel

    try:
        model = choose("claude", environ)
    except AisreError as error:
        return Row("claude", False, why=error.message)
    assert isinstance(model, ClaudeModel)
    return model


async def _claude(model: ClaudeModel | Row, seconds: float) -> list[Row]:
    if isinstance(model, Row):
        return [model]
    try:
        told = await asyncio.wait_for(model.listed(), seconds)
    except AisreError as error:
        return [Row("claude", False, why=error.message)]
    except TimeoutError:
        return [Row("claude", True, why="a key is set; its list of models did not come in time")]
    finally:
        await model.close()
    newest = Row("claude", True, why="the newest suitable one of these")
    return [newest, *(Row(name, True, context, price(name)) for name, context in told)]


async def _configured(name: str, configured: Tables, environ: Mapping[str, str], seconds: float) -> list[Row]:
    from aisre_nb.models.openai import names

    try:
        endpoint = names.configured(name, configured[name], environ)
    except AisreError as error:
        return [Row(name, False, why=str(error))]
    rows = await _server(endpoint, seconds)
    found = next((row for row in rows if row.name == endpoint.model), rows[0] if len(rows) == 1 else None)
    if found is None or not found.usable:
        why = found.why if found else f"{endpoint.host} lists no {endpoint.model or 'single model'}"
        # Gateways answer without listing; what nobody answered for is not usable.
        return [Row(name, bool(rows) and found is None, endpoint.context, endpoint.price, why)]
    why = f"{endpoint.model or found.name} at {endpoint.host}"
    return [Row(name, True, endpoint.context or found.context, endpoint.price or found.price, why)]


async def _kind(kind: Kind, environ: Mapping[str, str], seconds: float) -> list[Row]:
    from aisre_nb.models.openai import names
    from aisre_nb.models.openai.endpoint import Endpoint

    try:
        key, base = names.key_in(names.KEYS[kind], environ), names.default_url(kind, environ)
    except AisreError as error:
        return [Row(f"{kind}:MODEL", False, why=str(error))]
    if kind == "openai" and not key and not environ.get("OPENAI_BASE_URL"):
        return [Row("openai:MODEL@URL", False, why="no address → set OPENAI_API_KEY or OPENAI_BASE_URL, or give one")]
    endpoint = Endpoint(kind, "", base, kind, key, names.KEYS[kind])
    rows = await _server(endpoint, seconds)
    return [replace(row, name=f"{kind}:{row.name}") for row in rows]


async def _server(endpoint: Endpoint, seconds: float) -> list[Row]:
    """Its models; one row that says why where it has none."""
    from aisre_nb.models.openai import lookup
    from aisre_nb.models.openai.client import client

    async with client(endpoint, seconds) as http:
        found = await lookup.server(http, endpoint, seconds)
        if not found.models:
            why = {0: f"nothing answers at {endpoint.host}", 401: f"{endpoint.host} refuses the key"}
            fallback = f"{endpoint.host} lists no models (status {found.status})"
            return [Row("MODEL", False, why=why.get(found.status, fallback))]
        wanted = found.models[:_LOOKED_INTO]
        known = await asyncio.gather(*(lookup.model(http, endpoint, found, m.name, seconds) for m in wanted))
        rows = [*known, *found.models[_LOOKED_INTO:]]
        no_tools = "no tool calling: it writes its calls as JSON"
        return [Row(m.name, True, m.context, m.price, no_tools if m.tools is False else "") for m in rows]


def _platforms(environ: Mapping[str, str]) -> list[Row]:
    from aisre_nb.models.claude_platforms import missing

    return [
        Row(f"{name}:MODEL", not why, why=why or "set up; whether credentials hold is seen at the first question")
        for name, why in ((name, missing(name, environ)) for name in ("bedrock", "vertex"))
    ]
