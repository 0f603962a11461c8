"""What is in fulfilment from the beginning: an order whose address has no postcode gets no label."""

from __future__ import annotations

import json
import sys

from aisre_nb.sandbox.repository.source import Source

_ADDRESS = {"name": "Aoife Byrne", "street": "3 Quay Street", "city": "Galway", "postcode": None, "country": "IE"}


def label_without_postcode(source: Source) -> BaseException | None:
    """Deliver such an order; what the worker raises or logs."""
    logged: list[BaseException] = []

    class Log:
        def exception(self, *_: object) -> None:
            error = sys.exc_info()[1]
            if error is not None:
                logged.append(error)

        def __getattr__(self, name: str) -> object:
            return lambda *_: None

    def done(*_: object) -> None:
        return None

    source.module("worker").log = Log()
    body = json.dumps({"number": "O-1017", "pieces": {"SKU-1001": 1}, "address": _ADDRESS}).encode()
    try:
        source.get("worker", "Worker")(done, done, done).take(body)
    except Exception as error:
        return error
    return logged[0] if logged else None
