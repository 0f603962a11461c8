"""From what a user writes to an endpoint: a name, or a table ``[models.NAME]`` of aisre.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aisre_nb.errors import ConfigurationError, ModelUnavailable
from aisre_nb.models.openai.endpoint import DEFAULT_URLS, Endpoint, Kind, checked, is_loopback
from aisre_nb.models.pricing import Price

KEYS: dict[Kind, str] = {
    "openai": "OPENAI_API_KEY",
    "ollama": "OLLAMA_API_KEY",
    "vllm": "VLLM_API_KEY",
    "llamacpp": "LLAMA_API_KEY",
    "lmstudio": "LM_API_TOKEN",
}
"""The variables that these servers' own tools read."""
_NAME = re.compile(r"(openai|ollama|vllm|llamacpp|lmstudio):(.*?)(?:@(https?://.*))?", re.DOTALL)
_OTHERS = re.compile(r"(ANTHROPIC|AWS|GOOGLE|GCP|AZURE|GITHUB|GH|GITLAB|KUBE|SSH|AISRE)_")
_FIELDS: dict[str, tuple[type, ...]] = {
    "type": (str,), "base_url": (str,), "model": (str,), "key_env": (str,), "context": (int,), "tools": (bool,),
    "usd_per_million_input": (int, float), "usd_per_million_output": (int, float),
}  # fmt: skip


def named(name: str, environ: Mapping[str, str]) -> Endpoint | None:
    """The endpoint of ``openai:MODEL@URL``, ``ollama:MODEL`` and the like; None where it is another kind of name.

    Raises `ModelUnavailable` where no such endpoint can be.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    kind: Kind = match[1]  # type: ignore[assignment]
    model, url = match[2].strip(), match[3]
    base = checked(url, f"{kind}:{model}") if url else default_url(kind, environ)
    key = key_in(KEYS[kind], environ)
    if kind == "openai" and not key and urlsplit(base).hostname == "api.openai.com":
        raise ModelUnavailable(
            f"there is no key for {base}", "set OPENAI_API_KEY, or OPENAI_BASE_URL for another server"
        )
    return Endpoint(name, model, base, kind, key, KEYS[kind])


def default_url(kind: Kind, environ: Mapping[str, str]) -> str:
    """Where such a server is looked for when no address is given."""
    if kind == "openai" and environ.get("OPENAI_BASE_URL"):
        return checked(environ["OPENAI_BASE_URL"], "OPENAI_BASE_URL")
    if kind == "ollama" and environ.get("OLLAMA_HOST"):
        return _ollama(environ["OLLAMA_HOST"])
    return DEFAULT_URLS[kind]


def configured(name: str, table: Mapping[str, Any], environ: Mapping[str, str]) -> Endpoint:
    """The endpoint of ``[models.NAME]``. Raises `ConfigurationError` that names the table and the key."""
    where = f"[models.{name}]"
    for key, value in table.items():
        if key not in _FIELDS:
            raise ConfigurationError(f"{where}: {key!r} is not known", f"there are {', '.join(_FIELDS)}")
        if not isinstance(value, _FIELDS[key]) or (isinstance(value, bool) and _FIELDS[key] != (bool,)):
            raise ConfigurationError(
                f"{where}: {key} = {value!r} is not a {_FIELDS[key][-1].__name__}", "mend that line"
            )
        if isinstance(value, int | float) and not isinstance(value, bool) and not 0 <= value < 1e9:
            raise ConfigurationError(f"{where}: {key} = {value!r} cannot be", "give a number above zero")
    kind: Kind = table.get("type", "openai")
    if kind not in DEFAULT_URLS:
        raise ConfigurationError(f"{where}: there is no type {kind!r}", f"there are {', '.join(DEFAULT_URLS)}")
    model = table.get("model", "")
    try:
        base = checked(table["base_url"], where) if "base_url" in table else default_url(kind, environ)
    except ModelUnavailable as error:
        raise ConfigurationError(error.message, error.next_step) from None
    variable = table.get("key_env", "")
    if variable or "base_url" not in table:
        variable = variable or KEYS[kind]
        _guard(variable, base, where, environ)
    key = key_in(variable, environ) if variable else ""
    if table.get("key_env") and not key:
        raise ModelUnavailable(f"{where}: {variable} is not set", f"set {variable}, or leave out key_env")
    label = f"{name} ({model})" if model else name
    price = _price(table, where)
    return Endpoint(label, model, base, kind, key, variable, table.get("context"), price, table.get("tools"))


def key_in(variable: str, environ: Mapping[str, str]) -> str:
    """The key in a variable; empty where it is not set. Raises `ModelUnavailable` where it cannot be one."""
    key = environ.get(variable, "").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelUnavailable(
            f"{variable} holds no key: there are characters in it that no header takes", "set it anew"
        )
    return key


def _price(table: Mapping[str, Any], where: str) -> Price | None:
    read, written = table.get("usd_per_million_input"), table.get("usd_per_million_output")
    if read is None and written is None:
        return None
    if read is None or written is None:
        raise ConfigurationError(f"{where}: one of two prices is missing", "give usd_per_million_input and …_output")
    return Price(float(read), float(written), float(read), float(read))


def _guard(variable: str, base: str, where: str, environ: Mapping[str, str]) -> None:
    """A file comes along with a repository that somebody cloned: it must not send other systems' keys away."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*(KEY|TOKEN|SECRET)", variable) or _OTHERS.match(variable):
        raise ConfigurationError(
            f"{where}: key_env = {variable[:60]!r} is no variable for a model's key",
            "name one such as GATEWAY_API_KEY: capitals, ending in KEY, TOKEN or SECRET",
        )
    own = {urlsplit(default_url("openai", environ)).hostname, "api.openai.com"}
    if variable == KEYS["openai"] and not is_loopback(base) and urlsplit(base).hostname not in own:
        raise ConfigurationError(
            f"{where}: OPENAI_API_KEY goes to api.openai.com and to OPENAI_BASE_URL alone",
            "put this server's key into a variable of its own",
        )


def _ollama(host: str) -> str:
    """OLLAMA_HOST as Ollama reads it: scheme and port may be missing, and 0.0.0.0 is where a server listens."""
    text = host.strip().rstrip("/")
    scheme, found, rest = text.partition("://")
    scheme, rest = (scheme, rest) if found else ("http", text)
    port = {"http": ":80", "https": ":443"}.get(scheme, "") if found else ":11434"
    rest = rest if re.search(r":\d+$", rest.partition("/")[0]) else rest.partition("/")[0] + port
    rest = re.sub(r"^(0\.0\.0\.0|\[::\])", "127.0.0.1", rest)
    return checked(f"{scheme}://{rest}/v1", "OLLAMA_HOST")
