"""The HTTP client of a source: pooled, bounded in time and size, and with retries for reads only."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlencode, urljoin, urlsplit
from weakref import WeakKeyDictionary

from aisre_nb.backoff import Backoff
from aisre_nb.errors import AisreError, SourceUnreachable
from aisre_nb.sources import estimate
from aisre_nb.sources.estimate import Estimate, Estimated
from aisre_nb.sources.http import failure
from aisre_nb.sources.http.access import Access

if TYPE_CHECKING:
    import httpx2

Params = Sequence[tuple[str, str]]
"""Names and values of a query, in order; a name may come several times."""

_CONNECT = 5.0
"""Seconds until a connection must stand."""
_READ = 30.0
"""Seconds in which nothing may come."""
_AGAIN = (429, 502, 503, 504)
_HOPS = 3
_POOL = 10
_LARGE = 1_000_000
"""Bytes of JSON from which on it is read in a thread, so that the notebook stays alive."""


@dataclass(frozen=True)
class Reply:
    """An answer that is a success, whole."""

    status: int
    content_type: str
    """In small letters, without parameters."""
    body: bytes


class HttpClient:
    """Asks one source. A pool of connections for each event loop; `close` lets go of the running loop's.

    Every method raises `SourceUnreachable`, or `ToolError` where the question was wrong; both name the source and what
    to do next, and neither holds a secret.
    """

    def __init__(self, access: Access, backoff: Backoff | None = None) -> None:
        self.access = access
        self._backoff = backoff or Backoff(tries=3, first=0.3, longest=3.0, patience=10.0)
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx2.AsyncClient] = WeakKeyDictionary()
        self._tls: ssl.SSLContext | None = None

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
        return await self._decoded(await self.read(path, params, form=form, body=body, headers=headers, asked=asked))

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
            content, more["Content-Type"] = _dumped(body), "application/json"
        elif form:
            where, content = path, urlencode(params).encode()
            more["Content-Type"] = "application/x-www-form-urlencoded"
        return await self._bounded("GET" if content is None else "POST", where, content, more, self._backoff)

    async def write(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """Send a change, once; what it answers as JSON, None where it answers nothing."""
        if estimate.wanted():
            raise SourceUnreachable(f"{self.access.name}: a change is not sent while its cost is asked")
        more = {**(headers or {}), **({"Content-Type": "application/json"} if body is not None else {})}
        content = None if body is None else _dumped(body)
        reply = await self._bounded(method, path, content, more, Backoff(tries=1))
        return await self._decoded(reply) if reply.body.strip() else None

    async def close(self) -> None:
        """Let go of this loop's connections; those of loops that are gone went with them."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()

    async def _bounded(
        self, method: str, where: str, content: bytes | None, headers: dict[str, str], backoff: Backoff
    ) -> Reply:
        try:
            async with asyncio.timeout(self.access.seconds):
                return await self._tried(method, where, content, headers, backoff)
        except TimeoutError:
            raise SourceUnreachable(
                f"{self.access.name} ({self.access.host}) gave no whole answer within {self.access.seconds:g} s",
                "ask for less, or set timeout_seconds higher",
            ) from None

    async def _tried(
        self, method: str, where: str, content: bytes | None, headers: dict[str, str], backoff: Backoff
    ) -> Reply:
        import httpx2

        failed = 0
        while True:
            wait: float | None = None
            problem: AisreError
            try:
                return await self._once(method, where, content, headers)
            except _Again as again:
                failed += 1
                problem, wait = again.problem, backoff.wait(failed, again.asked)
            # LocalProtocolError, InvalidURL and the like: nothing of theirs gets better by itself.
            except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
                problem = failure.of_exception(self.access, error)
                if failure.may_pass(error):
                    failed += 1
                    wait = backoff.wait(failed)
            if wait is None:
                raise problem from None
            await asyncio.sleep(wait)

    async def _once(self, method: str, where: str, content: bytes | None, headers: dict[str, str]) -> Reply:
        url = self.access.url + where
        told = {**headers, **self.access.headers}
        for _ in range(_HOPS):
            request = self._pool().build_request(method, url, content=content, headers=told)
            response = await self._pool().send(request, stream=True)
            try:
                if not response.has_redirect_location or method not in ("GET", "POST"):
                    return await self._received(response)
                if method == "POST" and response.status_code not in (307, 308):
                    method, content = "GET", None
                url = self._followed(url, response)
            finally:
                await response.aclose()
        raise failure.of_answer(self.access, f"sends round in a circle ({_HOPS} redirects)")

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
            return Reply(response.status_code, kind, await self._whole(response, self.access.largest))
        # What is said of an error is read up to a bound, and no error of reading it hides the status.
        body = await self._whole(response, 200_000, cut=True)
        problem = failure.of_status(self.access, response.status_code, failure.words(body, kind))
        if response.status_code in _AGAIN:
            raise _Again(problem, _retry_after(response.headers.get("retry-after")))
        raise problem

    async def _whole(self, response: httpx2.Response, largest: int, *, cut: bool = False) -> bytes:
        length = response.headers.get("content-length", "")
        if not cut and length.isdigit() and int(length) > largest:
            self._too_large(largest)
        found = bytearray()
        async for part in response.aiter_bytes():
            found += part
            if len(found) > largest:
                if cut:
                    break
                self._too_large(largest)
        return bytes(found)

    def _too_large(self, largest: int) -> NoReturn:
        raise failure.of_answer(
            self.access,
            f"answers with more than {largest / 1e6:g} MB, which is not read",
            "ask for less, or set max_mb",
        )

    async def _decoded(self, reply: Reply) -> Any:
        if reply.content_type and not reply.content_type.endswith("json"):
            page = "a web page, as a login page is" if "html" in reply.content_type else reply.content_type[:60]
            raise failure.of_answer(self.access, f"answers with {failure.quoted(self.access, page)}, not with JSON")
        try:
            if len(reply.body) > _LARGE:
                return await asyncio.to_thread(_loaded, reply.body)
            return _loaded(reply.body)
        except RecursionError:
            raise failure.of_answer(self.access, "answers with JSON that is nested too deeply") from None
        except ValueError as error:
            where = f" at byte {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
            size = f"{len(reply.body):,} bytes"
            raise failure.of_answer(
                self.access,
                f"answers with JSON that cannot be read{where} of {size}",
                "ask again; is it cut on the way?",
            ) from None

    def _pool(self) -> httpx2.AsyncClient:
        loop = asyncio.get_running_loop()
        found = self._pools.get(loop)
        if found is None:
            import httpx2

            limits = httpx2.Limits(max_connections=_POOL, max_keepalive_connections=_POOL, keepalive_expiry=30.0)
            timeout = httpx2.Timeout(_READ, connect=_CONNECT, pool=_READ)
            told = {"User-Agent": "aisre-nb", "Accept": "application/json"}
            found = httpx2.AsyncClient(verify=self._context(), limits=limits, timeout=timeout, headers=told)
            self._pools[loop] = found
        return found

    def _context(self) -> ssl.SSLContext:
        """Made once, and of no certificates where nothing is encrypted: reading them takes its time."""
        if self._tls is None:
            import httpx2

            if self.access.url.startswith("http:"):
                self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            elif self.access.ca_file is not None and self.access.verify:
                try:
                    self._tls = ssl.create_default_context(cafile=str(self.access.ca_file))
                except (ssl.SSLError, OSError):
                    raise failure.of_answer(
                        self.access,
                        f"has a ca_file that holds no certificates: {self.access.ca_file}",
                        "write it as PEM",
                    ) from None
            else:
                self._tls = httpx2.create_ssl_context(self.access.verify)
        return self._tls


class _Again(Exception):
    """A status that may be another one soon."""

    def __init__(self, problem: AisreError, asked: float | None) -> None:
        super().__init__(str(problem))
        self.problem, self.asked = problem, asked


def _loaded(body: bytes) -> Any:
    return json.loads(body, parse_constant=_not_json)


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _dumped(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


def _retry_after(told: str | None) -> float | None:
    """Seconds, from seconds or a date (RFC 9110, 10.2.3)."""
    if told is None:
        return None
    if told.strip().isdigit():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
