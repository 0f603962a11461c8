"""Where a source over HTTP is, and what it is told of us: address, headers, certificates, limits."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from aisre_nb.errors import ConfigurationError
from aisre_nb.sources.http.credentials import Hidden, secret
from aisre_nb.sources.options import Link, Options

_SECRET_NAME = re.compile(r"auth|cookie|token|secret|passw|key|credential", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_PLACE = re.compile(r"[^/\s][^\s]*/[^/\s]+")


class HttpOptions(Options):
    """What ``[sources.NAME]`` of any type over HTTP may hold."""

    url: str = Field(examples=["https://HOST/…"])
    """With a path where it stands behind one; a page's own parameters, users and passwords do not belong here."""
    token_env: str | None = None
    """The environment variable with a bearer token."""
    token_keyring: str | None = None
    """The same in the system's keyring, as ``"SERVICE/USER"``."""
    username: str | None = None
    password_env: str | None = None
    password_keyring: str | None = None
    tenant: str | None = None
    """Sent as ``X-Scope-OrgID``: Mimir, Cortex, Loki, Tempo."""
    headers: dict[str, str] = Field(default_factory=dict)
    headers_env: dict[str, str] = Field(default_factory=dict)
    """By header: the environment variable that holds its value."""
    verify: bool = True
    """False: certificates are not looked at. Better name the authority with ``ca_file``."""
    ca_file: str | None = None
    timeout_seconds: float = Field(60.0, gt=0, le=600, strict=False)
    """For one question in all, its retries among it."""
    max_mb: float = Field(64.0, gt=0, le=4096, strict=False)
    """A longer answer is cut, which is an error."""
    link: Link = ""
    """The house's own page, as `link_template` has it, instead of the backend's."""

    @model_validator(mode="before")
    @classmethod
    def _no_literal_secret(cls, data: dict[str, object]) -> dict[str, object]:
        for name in ("token", "password", "api_key", "bearer_token"):
            if name in data:
                kept = "password" if name == "password" else "token"
                raise ValueError(
                    f'{name} is a secret, and this file is shared → write {kept}_env = "VARIABLE" or '
                    f'{kept}_keyring = "SERVICE/USER"'
                )
        return data

    @field_validator("url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url.strip())
            fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            fine = False
        if not fine:
            raise ValueError('url is no address → write url = "https://HOST/…"')
        if "@" in parts.netloc:
            raise ValueError('url holds a user or a password → write username = "…" and password_env = "VARIABLE"')
        if parts.query or parts.fragment or re.search(r"\s", url.strip()):
            raise ValueError("url holds parameters or a blank → write the address up to the path alone")
        return url.strip().rstrip("/")

    @field_validator("headers", "headers_env")
    @classmethod
    def _plain_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER.fullmatch(name) or not value.isascii() or not value.isprintable():
                raise ValueError(f"{name[:40]!r} is no header → names and values of plain characters on one line")
        return headers

    @field_validator("headers")
    @classmethod
    def _no_secret_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if _SECRET_NAME.search(name):
                raise ValueError(
                    f'{name} is a secret, and this file is shared → headers_env = {{ {name} = "VARIABLE" }}'
                )
        return headers

    @field_validator("token_keyring", "password_keyring")
    @classmethod
    def _a_place(cls, place: str | None) -> str | None:
        if place is not None and not _PLACE.fullmatch(place):
            raise ValueError('it is no place in a keyring → write "SERVICE/USER"')
        return place

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        token, password = self.token_env or self.token_keyring, self.password_env or self.password_keyring
        if token and (self.username or password):
            raise ValueError("it has a token and a password → leave one of them out")
        if bool(self.username) != bool(password):
            raise ValueError("a username needs a password, and a password a username → password_env, username")
        return self

    def access(self, name: str, base: Path, environ: Mapping[str, str]) -> Access:
        """With the secrets read. Raises `ConfigurationError` where one is not there."""
        where = f"[sources.{name}]"
        told: dict[str, str] = dict(self.headers)
        token = secret(where, "token", self.token_env, self.token_keyring, environ)
        password = secret(where, "password", self.password_env, self.password_keyring, environ)
        secrets = [value for value in (token, password) if value]
        if token:
            told["Authorization"] = Hidden(f"Bearer {token}")
        elif password:
            pair = base64.b64encode(f"{self.username}:{password}".encode()).decode()
            secrets.append(Hidden(pair))
            told["Authorization"] = Hidden(f"Basic {pair}")
        for header, variable in self.headers_env.items():
            value = secret(where, f"headers {header}", variable, None, environ)
            if value:
                secrets.append(value)
                told[header] = value
        if self.tenant:
            told["X-Scope-OrgID"] = self.tenant
        ca_file = base / Path(self.ca_file).expanduser() if self.ca_file else None
        if ca_file is not None and not ca_file.is_file():
            raise ConfigurationError(f"{where}: there is no ca_file {ca_file}", "name a file of certificates (PEM)")
        return Access(
            name, self.url, told, tuple(secrets), self.verify, ca_file, self.timeout_seconds, int(self.max_mb * 1e6)
        )


@dataclass(frozen=True)
class Access:
    """A source's address and what goes with each request. Its ``repr`` shows no secret."""

    name: str
    """The source's, as errors say it."""
    url: str
    """Without a slash at its end."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Texts that no error may hold, should a server send one back."""
    verify: bool = True
    ca_file: Path | None = None
    seconds: float = 60.0
    """For one question in all, its retries among it."""
    largest: int = 64_000_000
    """Bytes of an answer."""

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    def hidden(self, text: str) -> str:
        """The text without the secrets."""
        for value in self.secrets:
            text = text.replace(value, "***")
        return text
