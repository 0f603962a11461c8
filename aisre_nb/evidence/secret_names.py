"""Which names hold secrets, and which values under them are none."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Strength = Literal[
    "",  # the name holds no secret
    "weak",  # it may: prose says "unexpected token: end" too
    "strong",  # it does: passwords
]

STEMS = (
    "pass", "pwd", "secret", "token", "key", "cred", "cookie", "auth", "sessionid", "session_id", "session-id",
    "cvv", "cvc",
)  # fmt: skip
"""Every name that `strength` recognises contains one of them, in lower case."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_STRONG = ("password", "passwords", "passwd", "passphrase", "passcode", "pwd", "cvv", "cvc")
_WEAK = (
    "secret", "secrets", "token", "apikey", "accesskey", "secretkey", "privatekey", "credential", "credentials",
    "authorization", "sessionid",
)  # fmt: skip
_EXACT = frozenset({"pass", "creds", "cookie", "cookies", "setcookie"})
_KEYS = frozenset({
    "api", "access", "private", "secret", "signing", "encryption", "master", "ssh", "account", "shared", "storage",
    "subscription", "auth", "service", "hmac", "jwt", "session", "license", "client", "server", "tls", "ssl",
    "deploy", "webhook", "app", "application", "aes", "rsa", "consumer",
})  # fmt: skip
"""A *key* is a secret after one of these words: ``api_key``, and not ``routing_key``."""
_TOKENS = frozenset({"access", "api", "auth", "bearer", "refresh"})
"""After any other word *tokens* are counted."""
_ABOUT = frozenset({
    "name", "names", "ref", "refs", "id", "ids", "type", "types", "path", "paths", "file", "files", "filename", "dir",
    "url", "uri", "endpoint", "length", "len", "count", "counts", "size", "policy", "policies", "expiry", "expires",
    "expiration", "expire", "expired", "ttl", "seconds", "ms", "version", "status", "provider", "manager", "store",
    "class", "arn", "limit", "limits", "usage", "enabled", "required", "valid", "invalid", "validity", "age", "hint",
    "prompt", "field", "label", "format", "algorithm", "alg", "mode", "reset", "rotation", "rotated", "changed",
    "created", "updated", "at", "scope", "scopes", "source", "index", "bucket", "buckets", "per", "rate", "budget",
    "error", "errors", "failed", "failures", "retries", "mount", "mounts", "namespace", "kind", "issuer", "audience",
    "address", "host", "port", "username", "user",
})  # fmt: skip
"""After a secret's word these make it a name *about* a secret: ``secretName``, ``token_ttl``."""

_NOTHING = frozenset({
    "null", "none", "nil", "true", "false", "yes", "no", "on", "off", "empty", "set", "unset", "undefined", "missing",
    "invalid", "incorrect", "wrong", "expired", "required", "failed", "denied", "unknown", "unexpected", "redacted",
    "hidden", "masked", "filtered", "removed", "omitted", "and", "or", "not", "for", "from", "is", "was", "in", "str",
    "string", "bytes", "int", "bool", "any", "object", "optional", "text", "varchar", "float", "dict", "list",
})  # fmt: skip
_REFERENCE = re.compile(
    r"\$\{[^}]*\}?|\{\{.*|\$\(.*|\$[A-Z_][A-Z0-9_]*|%\(?\w*\)?s|<[\w. -]*>?|\*+|[xX]{3,}|\.{3,}|…|[\W_]*", re.DOTALL
)
_EXPRESSION = re.compile(
    r"(?:self|cls|this|os|env|settings|config|cfg|conf|request|req|args|params|ctx|context|app|options|opts|process|"
    r"kwargs|data)[.\[]|(?:await|lambda|new|def|return)\b|(?:[a-z_]+\.)*[a-z_]+[(\[]|(?:Optional|Union|List|Dict)\["
)
_CALL = re.compile(r"[A-Za-z_][\w.]*[(\[{]|(?:[a-z_]\w*\.)+[A-Z]\w*(?:@[0-9a-f]+)?$|\.{0,2}/")
_OBJECT = re.compile(r"_?[a-z][a-z_.]*[._][a-z_]+$")
"""More of what source code and printed objects put after a name: ``f(x)``, ``os.Proxy@2bd79ce``; ``a.variable``."""


@lru_cache(maxsize=4096)
def strength(name: str) -> Strength:
    """Whether values under this name are secrets: ``DB_PASSWORD``, ``x-api-key``, ``clientSecret``."""
    words = [word.lower() for word in _WORD.findall(name[-200:])]
    found: Strength = ""
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if _ABOUT.intersection(words[place + 1 :]) and not (before == "session" and word == "id"):
            continue
        if word.endswith(_STRONG):
            return "strong"
        keyed = (word in ("key", "keys") and before in _KEYS) or (word == "tokens" and before in _TOKENS)
        if keyed or word.endswith(_WEAK) or word in _EXACT or (word == "id" and before == "session"):
            found = "weak"
    return found


def is_value(value: str) -> bool:
    """False for what stands where a secret would, and is none: nothing, a reference, a word about it."""
    bare = value.strip()
    return not (bare.lower() in _NOTHING or _REFERENCE.fullmatch(bare))


def in_prose(name: str, value: str, assigned: bool = False) -> bool:
    """Whether an unquoted value after a name is a secret: names may be prose, and source code assigns expressions.

    ``assigned``: the two stand as ``name=value``, or alone in their line; that is no prose.
    """
    how = strength(name)
    if not how or not is_value(value) or _EXPRESSION.match(value) or name.lower().endswith(value.lower()):
        return False
    if how == "strong":
        return not (name.lower().endswith("pwd") and value.startswith(("/", "~"))) and not value.startswith("/")
    if name.lower().endswith(("cookie", "cookies")):
        # A cookie is told by its own pair.
        return False
    if assigned:
        return (len(value) >= 8 or (len(value) >= 4 and not value.isdigit())) and not _CALL.match(value)
    return _random(value) and not _OBJECT.match(value) and not _CALL.match(value)


def _random(value: str) -> bool:
    """Made by a machine rather than written by a person."""
    digits, letters = any(c.isdigit() for c in value), any(c.isalpha() for c in value)
    if value.startswith(("/", "./", "http")):
        return False
    return len(value) >= 6 and letters and (digits or len(value) >= 20 or not value.isalpha() or _mixed(value))


def _mixed(value: str) -> bool:
    return not (value.islower() or value.isupper() or value.istitle())
