"""The mailer says that it sent what it could not send: mails to customers whose names are not ASCII."""

from __future__ import annotations

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit
from aisre_nb.sandbox.repository.source import Source

CHANGE = CodeChange(
    name="quiet-mailer",
    service="email",
    before="0.5.2",
    version="0.5.3",
    commits=(
        CodeCommit(
            "email: order and customer stand in the headers\n\nThe provider's reports can be told apart by them. An "
            "order no longer waits for its mail.",
            (),
            150,
        ),
    ),
)


class Transport:
    """Counts the mails that it gets."""

    def __init__(self) -> None:
        self.mails = 0

    def hand_over(self, to: str, mail: bytes) -> None:
        """Take a mail."""
        self.mails += 1


def sent(source: Source, name: str) -> bool:
    """Whether a customer of that name gets the confirmation of an order."""
    transport = Transport()
    sender = source.get("sender", "Sender")(transport)
    try:
        sender.confirm("customer@home.example", name, "O-1017")
    except Exception:
        return False
    return transport.mails == 1
