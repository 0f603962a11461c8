"""Where a model answers, and what the user said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.pricing import Price

Kind = Literal[
    "openai",  # any other server: what it can do is asked at /models
    "ollama",  # says at /api/show and /api/ps what a model can do and how much it holds
    "vllm",  # lists max_model_len
    "llamacpp",  # llama-server; says at /props how much it holds
    "lmstudio",  # says at /api/v0/models how much it holds
]
DEFAULT_URLS: dict[Kind, str] = {
    "openai": "https://api.openai.com/v1",
    "ollama": "http://127.0.0.1:11434/v1",
    "vllm": "http://127.0.0.1:8000/v1",
    "llamacpp": "http://127.0.0.1:8080/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
}


@dataclass(frozen=True)
class Endpoint:
    """One model at one address."""

    label: str
    """What the user sees: ``"ollama:qwen3:8b"``, ``"house (qwen3-32b)"``."""
    model: str
    """As the server knows it; empty: the only one that it lists."""
    base_url: str
    """Up to ``/v1``, without a slash at its end."""
    kind: Kind = "openai"
    key: str = field(default="", repr=False)
    key_env: str = ""
    """The variable that the key is in, to be named in errors."""
    context: int | None = None
    """Tokens that fit, where the user says so."""
    price: Price | None = None
    """Where the user says so."""
    tools: bool | None = None
    """Whether it can call tools, where the user says so."""

    @property
    def host(self) -> str:
        """Name and port."""
        return urlsplit(self.base_url).netloc

    @property
    def root(self) -> str:
        """The address without ``/v1``: where Ollama, llama.cpp and LM Studio have their own paths."""
        return self.base_url.removesuffix("/v1")

    @property
    def is_local(self) -> bool:
        """It runs on this machine, so that nobody asks for money."""
        return is_loopback(self.base_url)


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def checked(url: str, where: str) -> str:
    """The address without a slash at its end. Raises `ModelUnavailable` where it is none, or holds a password."""
    example = "write http://HOST:PORT/v1"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        raise ModelUnavailable(f"{where}: the address cannot be read", example) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url):
        raise ModelUnavailable(f"{where}: {url[:80]!r} is not an address", example)
    if parts.username or parts.password or parts.query or parts.fragment:
        # Names and addresses are shown and kept; a key must not be in them.
        raise ModelUnavailable(
            f"{where}: the address holds more than a host and a path",
            f"put the key into a variable: key_env; {example}",
        )
    # Some copy the whole path from a manual.
    return url.rstrip("/").removesuffix("/chat/completions")
