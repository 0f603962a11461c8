"""Sends mails."""

import logging

from .mails import confirmation
from .message import Message
from .transport import Transport

log = logging.getLogger("mailer")


class Sender:
    """Who asks for a mail learns whether it went out: a failure is raised, and the request tried again."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def confirm(self, to: str, name: str, order: str) -> None:
        """Send the confirmation of an order."""
        message = Message(to, name, f"Your order {order}", confirmation(name, order))
        self._transport.hand_over(to, message.as_bytes())
        log.info("sent the confirmation of %s", order)
