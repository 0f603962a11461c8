"""Serve on :8080."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .app import App
from .handlers import Request, Shop
from .prices import FixedPrices
from .store import MemoryStore

app = App(Shop(MemoryStore(), FixedPrices({})))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else {}
        response = app(Request(self.command, self.path, body))
        self.send_response(response.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(response.body).encode())

    do_POST = do_PUT = do_GET


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()
