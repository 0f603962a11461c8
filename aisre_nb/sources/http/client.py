"""The HTTP client of a source: pooled, bounded in time and size, and with retries for reads only."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit
from weakref import WeakKeyDictionary

from aisre_nb.backoff import Backoff
from aisre_nb.errors import AisreError, SourceUnreachable
from aisre_nb.sources import estimate
from aisre_nb.sources.estimate import Estimate, Estimated
from aisre_nb.sources.http import failure
from aisre_nb.sources.http.access import Access
from aisre_nb.sources.http.body import as_json, beginning, dumped, retry_after, whole
from aisre_nb.sources.http.handshake import Handshake
from aisre_nb.sources.http.tls import context

if TYPE_CHECKING:
    import httpx2

Params = Sequence[tuple[str, str]]
"""Names and values of a query, in order; a name may come several times."""

_CONNECT = 5.0
"""Seconds until a connection must stand."""
_READ = 30.0
"""Seconds in which nothing may come; half of ``timeout_seconds`` where that is more."""
_AGAIN = (429, 502, 503, 504)
_HOPS = 3
_POOL = 10
_DOWN = 30.0
"""Seconds for which a server that refused every try is asked once only: an investigation has many questions."""


@dataclass(frozen=True)
class Reply:
    """An answer that is a success, whole."""

    status: int
    content_type: str
    """In small letters, without parameters."""
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name in small letters: where an answer goes on is told there."""


@dataclass(frozen=True)
class _Question:
    method: str
    where: str
    """Path and parameters, behind the source's address."""
    content: bytes | None
    headers: Mapping[str, str]
    changes: bool = False


class HttpClient:
    """Asks one source. A pool of connections for each event loop; `close` lets go of the running loop's.

    Every method raises `SourceUnreachable`, or `ToolError` where the question was wrong; both name the source and what
    to do next, and neither holds a secret.
    """

    def __init__(
        self,
        access: Access,
        backoff: Backoff | None = None,
        opens: Callable[[Mapping[str, Any]], httpx2.AsyncClient] | None = None,
    ) -> None:
        """``opens``: makes a pool of these settings where who asks is shown by more than headers."""
        self.access = access
        self._opens = opens
        self._backoff = backoff or Backoff(tries=3, first=0.3, longest=3.0, patience=10.0)
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx2.AsyncClient] = WeakKeyDictionary()
        self._tls: ssl.SSLContext | None = None
        self._down_until = 0.0

    async def json(
        self,
        path: str,
        params: Params = (),
        *,
        form: bool = False,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        asked: str = "",
    ) -> Any:
        """What a read answers, as JSON.

        ``path`` begins with a slash and goes behind the source's address. ``form`` sends the parameters in the body,
        for long ones. ``asked``: the question in words, for whoever decides whether it is sent.
        """
        return await self.decoded(await self.read(path, params, form=form, body=body, headers=headers, asked=asked))

    async def read(
        self,
        path: str,
        params: Params = (),
        *,
        form: bool = False,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        asked: str = "",
    ) -> Reply:
        """What a read answers. ``body``: sent with POST, where that is how the backend is asked; bytes as they are,
        anything else as JSON."""
        where = f"{path}?{urlencode(params)}" if params else path
        if estimate.wanted():
            raise Estimated(Estimate(asked or f"GET {where}", f"a request to {self.access.name} ({self.access.host})"))
        content, more = None, dict(headers or {})
        if isinstance(body, bytes):
            content = body
        elif body is not None:
            content, more["Content-Type"] = dumped(body), "application/json"
        elif form:
            where, content = path, urlencode(params).encode()
            more["Content-Type"] = "application/x-www-form-urlencoded"
        method = "GET" if content is None else "POST"
        return await self._bounded(_Question(method, where, content, more), self._backoff)

    async def write(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """Send a change, once; what it answers as JSON, None where it answers nothing.

        The body goes as JSON, of the ``Content-Type`` among the headers where there is one.
        """
        if estimate.wanted():
            raise SourceUnreachable(f"{self.access.name}: a change is not sent while its cost is asked")
        more = {**({"Content-Type": "application/json"} if body is not None else {}), **(headers or {})}
        content = None if body is None else dumped(body)
        reply = await self._bounded(_Question(method, path, content, more, changes=True), Backoff(tries=1))
        return await self.decoded(reply) if reply.body.strip() else None

    async def decoded(self, reply: Reply) -> Any:
        """An answer as JSON."""
        return await as_json(self.access, reply.content_type, reply.body)

    async def close(self) -> None:
        """Let go of this loop's connections; those of loops that are gone went with them."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()

    async def _bounded(self, question: _Question, backoff: Backoff) -> Reply:
        try:
            async with asyncio.timeout(self.access.seconds):
                return await self._tried(question, backoff)
        except TimeoutError:
            raise SourceUnreachable(
                f"{self.access.name} ({self.access.host}) gave no whole answer within {self.access.seconds:g} s",
                "ask for less, or set timeout_seconds higher",
            ) from None

    async def _tried(self, question: _Question, backoff: Backoff) -> Reply:
        import httpx2

        failed = 0
        while True:
            wait: float | None = None
            problem: AisreError
            try:
                return await self._once(question)
            except _Again as again:
                failed += 1
                problem, wait = again.problem, backoff.wait(failed, again.asked)
            # LocalProtocolError, InvalidURL and the like: nothing of theirs gets better by itself.
            except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
                problem = failure.of_exception(self.access, error)
                if failure.may_pass(error) and time.monotonic() > self._down_until:
                    failed += 1
                    wait = backoff.wait(failed)
                    self._down_until = time.monotonic() + _DOWN if wait is None else 0.0
            if wait is None:
                raise problem from None
            await asyncio.sleep(wait)

    async def _once(self, question: _Question) -> Reply:
        url, method, content = self.access.url + question.where, question.method, question.content
        told = {**question.headers, **self.access.headers}
        for _ in range(_HOPS):
            response = await self._sent(method, url, content, told)
            try:
                # A change is never sent on: what answers elsewhere may not have done it.
                if not response.has_redirect_location or question.changes:
                    return await self._received(response)
                if method == "POST" and response.status_code not in (307, 308):
                    method, content = "GET", None
                url = self._followed(url, response)
            finally:
                await response.aclose()
        raise failure.of_answer(self.access, f"sends round in a circle ({_HOPS} redirects)")

    async def _sent(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> httpx2.Response:
        handshake = Handshake()
        watched = {"trace": handshake.trace} if url.startswith("https:") else {}
        request = self._pool().build_request(method, url, content=content, headers=headers, extensions=watched)
        try:
            return await self._pool().send(request, stream=True)
        except BaseException:
            await handshake.end()
            raise

    def _followed(self, url: str, response: httpx2.Response) -> str:
        target = urljoin(url, response.headers["location"])
        here, there = urlsplit(url), urlsplit(target)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            place = failure.quoted(self.access, f"{there.scheme}://{there.hostname or ''}")
            raise failure.of_answer(
                self.access,
                f"sends to another place, {place}, where no credentials are taken",
                "write that address as its url if you trust it; is it a login page?",
            )
        return target

    async def _received(self, response: httpx2.Response) -> Reply:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.is_success:
            told = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, kind, await whole(self.access, response), told)
        # What is said of an error is read up to a bound, and no error of reading it hides the status.
        body = await beginning(response)
        problem = failure.of_status(self.access, response.status_code, failure.words(body, kind))
        # A backend that says what kind of error it was has tried: a proxy before it, or a start, passes.
        if response.status_code in _AGAIN and b'"errorType"' not in body:
            raise _Again(problem, retry_after(response.headers.get("retry-after")))
        raise problem

    def _pool(self) -> httpx2.AsyncClient:
        loop = asyncio.get_running_loop()
        found = self._pools.get(loop)
        if found is None:
            import httpx2

            silence = min(self.access.seconds, max(_READ, self.access.seconds / 2))
            told: dict[str, Any] = {
                "limits": httpx2.Limits(max_connections=_POOL, max_keepalive_connections=_POOL, keepalive_expiry=30.0),
                "timeout": httpx2.Timeout(silence, connect=_CONNECT),
                "headers": {"User-Agent": "aisre-nb", "Accept": "application/json"},
            }
            if self._opens is not None:
                found = self._opens(told)
            else:
                # Made once: reading certificates takes its time.
                self._tls = self._tls or context(self.access)
                found = httpx2.AsyncClient(verify=self._tls, **told)
            self._pools[loop] = found
        return found


class _Again(Exception):
    """A status that may be another one soon."""

    def __init__(self, problem: AisreError, asked: float | None) -> None:
        super().__init__(str(problem))
        self.problem, self.asked = problem, asked
