"""A local server that speaks what Bedrock and Vertex put around the Messages API.

Bedrock: ``POST /model/MODEL/invoke-with-response-stream``, signed with AWS Signature Version 4 or with a bearer token,
answered in the binary event stream (``application/vnd.amazon.eventstream``): length, headers' length and CRC-32 of
both, headers, a JSON payload whose ``bytes`` hold one event of the Messages API in base64, and a CRC-32 of all.
Vertex: ``POST /v1/projects/P/locations/L/publishers/anthropic/models/MODEL:streamRawPredict`` with an access token,
answered in server-sent events; ``POST /token`` gives the access token to a service account.

Each takes the next entry of the script, as in ``messages_server.py``; ``{"exception": [type, message]}`` is Bedrock's.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Events = Callable[[dict[str, Any], str], Iterator[dict[str, Any]]]

_BEDROCK = re.compile(r"/model/([^/]+)/invoke-with-response-stream")
_VERTEX = re.compile(r"/v1/projects/([^/]+)/locations/([^/]+)/publishers/anthropic/models/([^/]+):streamRawPredict")
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=AKIAFAKE/\d{8}/us-east-1/bedrock/aws4_request, "
    r"SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*x-amz-date[a-z0-9;-]*, Signature=[0-9a-f]{64}"
)


def message(headers: dict[str, str], payload: bytes) -> bytes:
    """One message of Amazon's event stream."""
    told = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(told) + len(payload), len(told))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + told + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


def chunk(event: dict[str, Any]) -> bytes:
    """One event of the Messages API as Bedrock wraps it."""
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    return message({":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}, payload)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class PlatformServer:
    """``requests`` are path, headers and body of what came."""

    def __init__(self, events: Events) -> None:
        self.script: list[dict[str, Any]] = []
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.events = events
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> PlatformServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler(server: PlatformServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is written."""

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path == "/token":
                return self._json(200, {"access_token": "ya29.fake", "expires_in": 3600, "token_type": "Bearer"})
            body = json.loads(data)
            server.requests.append((self.path, headers, body))
            bedrock, vertex = _BEDROCK.fullmatch(self.path), _VERTEX.fullmatch(self.path)
            allowed = headers.get("authorization", "")
            if bedrock and not (_SIGNED.fullmatch(allowed) or allowed == "Bearer bedrock-fake"):
                return self._json(403, {"message": "The security token included in the request is invalid."})
            if vertex and allowed != "Bearer ya29.fake":
                return self._json(
                    401, {"error": {"code": 401, "message": "Invalid credentials", "status": "UNAUTHENTICATED"}}
                )
            known = bedrock or vertex
            if not known or "model" in body or "anthropic_version" not in body or "cache_control" in body:
                return self._json(400, {"message": "cache_control: Extra inputs are not permitted"})
            turn = server.script.pop(0)
            if "status" in turn:
                return self._json(turn["status"], turn["error"])
            model = unquote(bedrock[1] if bedrock else vertex[3])  # type: ignore[index]
            return self._stream(turn, list(server.events(turn, model)), binary=bool(bedrock))

        def _json(self, status: int, told: Any) -> None:
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, turn: dict[str, Any], events: list[dict[str, Any]], *, binary: bool) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/vnd.amazon.eventstream" if binary else "text/event-stream")
            self.end_headers()
            for n, event in enumerate(events):
                if n == turn.get("fails_after"):
                    kind, said = turn["exception"]
                    told = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
                    self.wfile.write(message(told, json.dumps({"message": said}).encode()))
                    return
                if n == turn.get("cut_after"):
                    self.wfile.write(chunk(event)[:20] if binary else b"event: ping\n")
                    return
                if n == turn.get("garbled_at"):
                    self.wfile.write(chunk(event)[:-1] + b"\x00")
                    return
                sse = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
                self.wfile.write(chunk(event) if binary else sse)

    return Handler
