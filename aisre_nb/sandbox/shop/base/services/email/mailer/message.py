"""Mails, as a server takes them: headers in ASCII, the text in UTF-8."""

from base64 import b64encode
from dataclasses import dataclass, field

FROM = "The shop <orders@shop.example>"


def encoded(text: str) -> str:
    """A header's text; what is not ASCII as an encoded word (RFC 2047)."""
    return text if text.isascii() else f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


@dataclass(frozen=True)
class Message:
    to: str
    """The bare address."""
    name: str
    subject: str
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """Headers, an empty line and the text."""
        lines = {
            "From": FROM,
            "To": f"{encoded(self.name)} <{self.to}>",
            "Subject": encoded(self.subject),
            "Content-Type": "text/plain; charset=utf-8",
            **self.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{head}\r\n".encode("ascii") + f"{self.text}\r\n".encode()
