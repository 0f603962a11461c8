"""Whatever a backend does, its source says in one line what it was, and what to do next."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aisre_nb.backoff import Backoff
from aisre_nb.errors import AisreError, SourceUnreachable, ToolError
from aisre_nb.sources.estimate import estimated
from aisre_nb.sources.http.access import Access, HttpOptions
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.http.failure import Refused

from .faulty import Faulty

TOKEN = "tiger-lily-99-token"
_QUICK = Backoff(tries=3, first=0.04, longest=0.08, patience=2.0)


def _access(url: str, **more: Any) -> Access:
    options = HttpOptions(type="x", url=url, token_env="T", **more)
    return options.access("shop", Path(), {"T": TOKEN})


@pytest.fixture
async def client(faulty: Faulty) -> AsyncIterator[HttpClient]:
    made = HttpClient(_access(f"{faulty.url}/prom/", max_mb=5, timeout_seconds=2), _QUICK)
    yield made
    await made.close()


async def _failure(client: HttpClient, path: str) -> AisreError:
    with pytest.raises(AisreError) as caught:
        await client.json(path)
    told = str(caught.value)
    assert "shop" in told and " → " in told and "\n" not in told and "\x1b" not in told
    assert TOKEN not in told and TOKEN not in repr(caught.value)
    return caught.value


async def test_a_question_goes_below_the_prefix_with_who_asks_and_nowhere_else(
    client: HttpClient, faulty: Faulty
) -> None:
    assert await client.json("/api", [("q", "a b&c"), ("q", "ü")]) == {"status": "success", "data": []}
    await client.json("/api", [("q", "long")], form=True)
    (method, path, headers, _), (posted, bare, _, body) = faulty.seen
    assert (method, path) == ("GET", "/prom/api?q=a+b%26c&q=%C3%BC")
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert (posted, bare, body) == ("POST", "/prom/api", b"q=long")


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (400, ToolError, "refuses the question"),
        (401, Refused, "does not know who asks"),
        (403, Refused, "refuses what was asked"),
        (404, Refused, "look at url"),
        (422, ToolError, "refuses the question"),
        (500, Refused, r"failed \(500\)"),
    ],
)
async def test_a_status_is_told_once_with_what_the_server_says_but_not_our_token(
    client: HttpClient, faulty: Faulty, status: int, kind: type[AisreError], told: str
) -> None:
    error = await _failure(client, f"/{status}")
    assert isinstance(error, kind)
    assert re.search(told, str(error)) and f"it is {status} for you, Bearer ***" in str(error)
    assert len(faulty.seen) == 1


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/cut", "was cut in the middle"),
        ("/page", "a web page, as a login page is, not with JSON"),
        ("/truncated", "JSON that cannot be read at byte 14 of 14 bytes"),
        ("/nan", "JSON that cannot be read"),
        ("/digits", "JSON that cannot be read"),
        ("/deep", "nested too deeply"),
        ("/endless", "more than 5 MB"),
        ("/large", "more than 5 MB"),
        ("/away", "sends to another place, http://login.example"),
        ("/port", "sends to another place, http://127.0.0.1"),
        ("/round", "round in a circle"),
        ("/drip", "no whole answer within 2 s"),
    ],
)
async def test_what_cannot_be_taken_is_one_line(client: HttpClient, faulty: Faulty, path: str, told: str) -> None:
    error = await _failure(client, path)
    assert isinstance(error, SourceUnreachable) and told in str(error)
    assert "script" not in str(error)
    # It was not read to its end, and nothing went elsewhere.
    assert faulty.sent < 40_000_000


async def test_a_redirect_on_the_same_host_is_followed(client: HttpClient, faulty: Faulty) -> None:
    assert await client.json("/here") == {"status": "success", "data": []}
    assert [path for _, path, _, _ in faulty.seen] == ["/prom/here", "/elsewhere"]


async def test_a_change_is_not_sent_on_from_where_it_was_sent(client: HttpClient, faulty: Faulty) -> None:
    for path in ("/here", "/away"):
        with pytest.raises(Refused, match="sends elsewhere"):
            await client.write("POST", path, {"a": 1})
    assert [path for _, path, _, _ in faulty.seen] == ["/prom/here", "/prom/away"]


async def test_a_read_is_tried_again_while_the_server_is_busy_and_a_change_is_not(
    client: HttpClient, faulty: Faulty
) -> None:
    faulty.failing = 2
    assert await client.json("/soon") == [1] and len(faulty.seen) == 3
    faulty.failing = 3
    assert isinstance(await _failure(client, "/soon"), Refused) and len(faulty.seen) == 6
    # A query that took too long takes too long again.
    assert "query timed out" in str(await _failure(client, "/timeout")) and len(faulty.seen) == 7
    faulty.failing = 1
    with pytest.raises(Refused):
        await client.write("POST", "/soon", {"a": 1})
    assert len(faulty.seen) == 8 and json.loads(faulty.seen[-1][3]) == {"a": 1}


async def test_retry_after_is_kept_and_one_that_is_too_long_is_not_waited_for(
    client: HttpClient, faulty: Faulty
) -> None:
    faulty.failing, begun = 1, time.monotonic()
    assert await client.json("/busy") == [1]
    assert 0.95 < time.monotonic() - begun < 2.5
    begun = time.monotonic()
    assert "asked too often" in str(await _failure(client, "/busy-for-long"))
    assert time.monotonic() - begun < 1


async def test_refused_dns_and_a_server_that_comes_late() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    refused = HttpClient(_access(f"http://127.0.0.1:{port}"), _QUICK)
    assert "refuses connections" in str(await _failure(refused, "/x"))
    # It is not waited for again and again.
    begun = time.monotonic()
    for _ in range(5):
        assert "refuses connections" in str(await _failure(refused, "/x"))
    assert time.monotonic() - begun < 0.15
    gone = HttpClient(_access("http://no-such-host.invalid"), _QUICK)
    assert "no host of that name is known (DNS)" in str(await _failure(gone, "/x"))
    patient = HttpClient(_access(f"http://127.0.0.1:{port}"), Backoff(tries=8, first=0.1, longest=0.1))
    asking = asyncio.ensure_future(patient.json("/x"))
    await asyncio.sleep(0.15)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    assert await asking == []
    await patient.close()
    server.close()
    await server.wait_closed()


async def test_a_certificate_is_looked_at_and_its_authority_can_be_named(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "no.pem").write_text("nothing")
    server = Faulty(context)
    try:
        error = await _failure(HttpClient(_access(server.url), _QUICK), "/x")
        assert "a certificate or an encryption that does not hold" in str(error) and "ca_file" in str(error)
        for more in ({"ca_file": str(tmp_path / "ca.pem")}, {"verify": False}):
            trusting = HttpClient(_access(server.url, **more), _QUICK)
            assert (await trusting.json("/x"))["status"] == "success"
            await trusting.close()
        error = await _failure(HttpClient(_access(server.url, ca_file=str(tmp_path / "no.pem")), _QUICK), "/x")
        assert "holds no certificates" in str(error)
        plain = HttpClient(_access(server.url.replace("https", "http")), _QUICK)
        assert "cut" in str(await _failure(plain, "/x"))
        await plain.close()
    finally:
        server.close()


async def test_a_cancelled_question_leaves_no_task_and_no_connection(client: HttpClient, faulty: Faulty) -> None:
    before = asyncio.all_tasks()
    asking = asyncio.ensure_future(client.json("/slow"))
    assert await asyncio.to_thread(faulty.asked.wait, 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert asyncio.all_tasks() == before
    pool = client._pools[asyncio.get_running_loop()]._transport._pool  # type: ignore[attr-defined]
    assert pool.connections == []


async def test_each_event_loop_has_connections_of_its_own(client: HttpClient) -> None:
    async def once() -> Any:
        try:
            return await client.json("/x")
        finally:
            await client.close()

    await client.json("/x")
    assert (await asyncio.to_thread(lambda: asyncio.run(once())))["status"] == "success"
    assert (await client.json("/x"))["status"] == "success"


async def test_nothing_is_sent_while_its_cost_is_asked(client: HttpClient, faulty: Faulty) -> None:
    found = await estimated(client.json("/api", [("q", "up")], asked="up"))
    assert found is not None and found.query == "up" and "shop (127.0.0.1:" in found.cost
    assert await estimated(client.write("POST", "/api", {})) is None
    assert faulty.seen == []


async def test_a_question_that_is_cancelled_while_encryption_is_agreed_upon_leaves_no_connection() -> None:
    gone, came = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        came.set()
        while await reader.read(100):
            pass
        gone.set()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    made = HttpClient(_access(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"), _QUICK)
    asking = asyncio.create_task(made.json("/x"))
    await asyncio.wait_for(came.wait(), 5)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    # At once, and not when Python comes across it.
    await asyncio.wait_for(gone.wait(), 2)
    await made.close()
    server.close()
    await server.wait_closed()
