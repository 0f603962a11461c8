"""Answers of a host of code: a strange shape is a line, pages are followed as the host says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from aisre_nb.sources.http import failure
from aisre_nb.sources.http.access import Access
from aisre_nb.sources.http.client import HttpClient, Params
from aisre_nb.sources.http.failure import Refused, Understood

_NEXT = re.compile(r"<([^<>]+)>\s*;[^,]*\brel=\"?next\"?")


@contextmanager
def shaped(access: Access) -> Iterator[None]:
    """Within it a missing field or a wrong type is a failure of the source."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise failure.of_answer(access, "answers in a form that its API has not", "is url its API?") from None


async def pages(
    client: HttpClient, path: str, params: Params, most: int, headers: Mapping[str, str] | None = None
) -> tuple[list[Any], bool]:
    """The items of up to ``most`` pages, and whether these are all.

    The next page is where ``Link`` says (RFC 8288), as long as it is the same path of the same host.
    """
    found: list[Any] = []
    where: str = path
    for _ in range(most):
        reply = await client.read(where, params, headers=headers)
        told = await client.decoded(reply)
        with shaped(client.access):
            if not isinstance(told, list):
                raise ValueError("no list")
        found += told
        following = next_page(client.access, reply.headers.get("link", ""))
        if following is None:
            return found, True
        where, params = following, ()
    return found, False


def next_page(access: Access, link: str) -> str | None:
    """Where it goes on, behind the source's address; None at the end, or where that would be elsewhere."""
    match = _NEXT.search(link)
    if match is None or not match[1].startswith(f"{access.url}/"):
        return None
    there = urlsplit(match[1])
    return match[1][len(access.url) :] if not there.fragment else None


async def or_none(
    client: HttpClient,
    path: str,
    params: Params = (),
    headers: Mapping[str, str] | None = None,
    *,
    of: tuple[int, ...] = (404,),
) -> Any:
    """What is there; None where the host has nothing at that address."""
    try:
        return await client.decoded(await client.read(path, params, headers=headers))
    except (Refused, Understood) as error:
        if error.status in of:
            return None
        raise


def segment(text: str) -> str:
    """One segment of a path."""
    return quote(text, safe="")


def segments(path: str) -> str:
    """A path whose slashes stay."""
    return quote(path, safe="/")
