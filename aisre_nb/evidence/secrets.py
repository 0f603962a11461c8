"""The rules that tell a secret in a text: formats first, then the words around it. Every pattern is linear."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aisre_nb.evidence.invisible import INVISIBLE
from aisre_nb.evidence.secret_formats import CARD, CARD_HINT, EMAIL, FORMATS, Format, is_card_number
from aisre_nb.evidence.secret_names import STEMS, in_prose, is_value, strength

MASK = re.compile(r"\[redacted:[a-z0-9_]+(?::\d+)?\]")
"""What stands in a secret's place."""
RUN = re.compile(r"[0-9A-Za-z_-]{16}")
_ESCAPE = re.compile(r"(?:\\[nrtbfv]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|\x1b\[[0-9;]{0,8}m)$")


def _any(match: re.Match[str], secret: str) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """One kind of secret."""

    kind: str
    """The middle of ``[redacted:aws_key:1]``."""
    needles: tuple[str, ...]
    """In lower case; a text that contains none of them is not searched."""
    pattern: re.Pattern[str]
    """The groups ``a``, ``b``, … are masked, the one that matched; without groups the whole match is."""
    holds: Callable[[re.Match[str], str], bool] = _any
    """A second look at the match and the secret in it."""
    hint: str = ""
    """An expression that is found wherever the pattern is, for RE2 too; empty: any needle."""
    run: bool = False
    """Whether every such text holds what `RUN` matches."""


def _name(match: re.Match[str]) -> str:
    """The whole name of which the match holds the end."""
    before = re.search(r"[\w.$-]{0,60}$", match.string[max(0, match.start() - 60) : match.start()])
    word = (before.group(0) if before else "") + match.group("name")
    spaced = re.search(r"\b(api|access|secret|private|auth|signing|session) $", match.string[: match.start()][-12:])
    return f"{spaced.group(1)}_{word}" if spaced and not word[:1].isspace() else word


def _is_named(match: re.Match[str], secret: str) -> bool:
    if match.group("d") is not None:
        return in_prose(_name(match), secret, _is_assigned(match))
    return bool(strength(_name(match))) and is_value(secret)


def _is_assigned(match: re.Match[str]) -> bool:
    between = match.string[match.end("name") : match.start("d")]
    if between == "=":
        return True
    start = match.string.rfind("\n", 0, match.start()) + 1
    rest = match.string[match.end("d") : match.end("d") + 80].partition("\n")[0]
    return not rest.strip() and re.fullmatch(r"[-+\s]*[\w.$-]*", match.string[start : match.start()][-120:]) is not None


def _is_flag(match: re.Match[str], secret: str) -> bool:
    return bool(strength(match.group("name"))) and is_value(secret)


def _is_credential(match: re.Match[str], secret: str) -> bool:
    return in_prose("authorization", secret) or (is_value(secret) and match.group(0).count(" ") > 1)


def _is_bearer(match: re.Match[str], secret: str) -> bool:
    return any(c.isdigit() for c in secret) or not (secret.islower() or secret.istitle() or "-" in secret)


def _is_basic(match: re.Match[str], secret: str) -> bool:
    """``user:password`` in Base64 (RFC 7617)."""
    try:
        return b":" in base64.b64decode(secret + "=" * (-len(secret) % 4))
    except (binascii.Error, ValueError):
        return False


def _begins(match: re.Match[str], secret: str) -> bool:
    """Whether a word begins with the match; the ``n`` of an escaped ``\\n`` belongs to no word, nor does a colour."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    return not (before[-1:].isascii() and before[-1:].isalnum()) or _ESCAPE.search(before) is not None


def _is_card(match: re.Match[str], secret: str) -> bool:
    # A part of a longer number, or of a name such as blk_-4111, is none.
    before, after = match.string[max(0, match.start() - 2) : match.start()], match.string[match.end() :][:2]
    if before.endswith("_-") or re.search(r"\d[.-]$", before) or re.match(r"\w|[.-]\d", after, re.ASCII):
        return False
    return _begins(match, secret) and is_card_number(secret)


def _is_address(match: re.Match[str], secret: str) -> bool:
    # What a repository is cloned from is nobody's address.
    return not re.search(r"(?<!\w)git@", match.string[max(0, match.start() - 3) : match.end()])


def _of(known: Format) -> Rule:
    telling = not known.starts and "(?P<a>" not in known.pattern and min(map(len, known.needles)) > 3
    # A prefix is hint enough, and keeps RE2's automaton small; else what is matched, with open repeats.
    open_ended = re.sub(r"\{(\d+),\d+\}", r"{\1,}", re.sub(r"\(\?<?!\S+?\)", "", known.pattern))
    hint = "|".join(map(re.escape, known.needles)) if telling else open_ended
    pattern = re.compile(known.pattern, re.ASCII)
    return Rule(known.kind, known.needles, pattern, _begins if known.starts else _any, hint, known.run)


SCHEME = "(?:Bearer|Basic|Bot|Token|Digest|Negotiate|ApiKey|AWS4-HMAC-SHA256)"
_I = re.ASCII | re.IGNORECASE
_STEM = "|".join(STEMS)
_NAMED = rf"(?P<name>(?:{_STEM})[\w.-]{{0,40}})\\{{0,3}}[\"'`]?[\])]?[ \t]{{0,8}}(?:=>|->|:=|[:=])[ \t]{{0,8}}"
_NAMED_HINT = rf"(?:{_STEM})[\w.\-]*\\*[\"'`]?[\])]?[ \t]*(?:=|:|->)"

RULES: tuple[Rule, ...] = (
    Rule(
        "private_key",
        ("private key",),
        re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^\n]*?-----END [^-\n]*-----|[^\n]*)"),
        hint="PRIVATE KEY(?: BLOCK)?-----",
    ),
    *(_of(known) for known in FORMATS),
    Rule("card", ("",), CARD, _is_card, hint=CARD_HINT),
    Rule(
        "url_password",
        ("@",),
        re.compile(
            r"://[^\s/:@\"'<>\[]{0,100}:(?!\d{1,5}(?:[/?#\s\"']|$))"
            r"(?:(?P<a>[^\s/?#\"'<>]{1,300})@|(?P<b>[^\s\"'<>@]{1,300})@)(?=[\w\[])",
            re.ASCII,
        ),
        hint=r"://[^\s/]*:[^\s]*@",
    ),
    Rule(
        "authorization",
        ("authorization",),
        re.compile(
            r"authorization\\{0,3}[\"'`]?[\])]?[ \t]{0,8}"
            rf"(?:(?:=>|[:=])[ \t]{{0,8}}\\{{0,3}}[\"'`]?(?:{SCHEME}[ \t]+)?|,[ \t]*[\"']{SCHEME}[ \t]+)"
            r"(?P<a>[^\s\"'`\\;,]{3,4000})",
            _I,
        ),
        _is_credential,
    ),
    Rule("authorization", ("bearer",), re.compile(
        r"\bBearer[ \t]+(?P<a>[0-9A-Za-z._~+/-]{16,4000}=*)", _I), _is_bearer),
    Rule("authorization", ("basic",), re.compile(r"\bBasic[ \t]+(?P<a>[0-9A-Za-z+/]{8,4000}={0,2})", _I), _is_basic),
    Rule(
        "cookie",
        ("cookie",),
        re.compile(
            r"\bcookie\\{0,3}[\"'`]?[ \t]{0,4}[:=][ \t]{0,4}\\{0,3}[\"'`]?"
            r"(?P<a>[^\s=;\"'\\]{1,200}=[^\n\"'\\]{1,8000})", _I
        ),
    ),
    Rule("url_password", ("jdbc:oracle",), re.compile(r"jdbc:oracle:\w+:[^\s/:@]{1,100}/(?P<a>[^\s@\"']{1,300})@", _I)),
    Rule(
        "connection_password",
        (";",),
        # Between two semicolons a password may hold spaces; in braces, semicolons too.
        re.compile(
            r";[ \t]?(?:pwd|password)[ \t]?=[ \t]?(?:\{(?P<a>(?:[^}\n]|\}\}){1,300})\}|(?P<b>[^;\"'\n{\[]{1,300});)", _I
        ),
        hint=r";[ \t]?(?:pwd|password)[ \t]?=",
    ),
    Rule(
        "command_password",
        ("mysql", "mariadb", "sshpass", "redis-cli", "login "),
        re.compile(
            r"\b(?:(?:mysql|mariadb)\w{0,20}\b[^\n|;]{0,300}?[ \t]-p|sshpass[ \t]+-p[ \t]*|"
            r"redis-cli\b[^\n|;]{0,300}?[ \t]-a[ \t]+|login[ \t]+\S{1,100}[ \t]+password[ \t]+)"
            r"[\"']?(?P<a>[^\s\"']{3,300})",
            re.ASCII,
        ),
    ),
    Rule(
        "sql_password",
        ("identified", "password"),
        re.compile(r"\b(?:IDENTIFIED[ \t]+BY|PASSWORD)[ \t]+'(?P<a>[^'\n]{1,500})'", _I),
        hint=r"(?:IDENTIFIED[ \t]+BY|PASSWORD)[ \t]+'",
    ),
    Rule("curl_password", ("curl",), re.compile(r"\bcurl\b[^\n]{0,400}?[ \t](?:-u|--user)[ \t=]*[\"']?[^\s:\"']{1,100}:(?P<a>[^\s\"']{1,300})", re.ASCII)),  # noqa: E501
    Rule(
        "secret",
        ("--",),
        re.compile(r"--(?P<name>[A-Za-z][\w.-]{2,60}) {1,3}(?:\"(?P<a>[^\"\n]+)\"|'(?P<b>[^'\n]+)'|(?P<c>[^\s\"'-]\S*))", re.ASCII),  # noqa: E501
        _is_flag,
        hint=rf"--[\w.\-]*(?:{_STEM})[\w.\-]* ",
    ),
    Rule(
        "secret",
        ("</",),
        re.compile(r"<(?P<name>[A-Za-z][\w.-]{2,60})>(?P<a>[^<\n]{1,2000})</", re.ASCII),
        _is_flag,
        hint=rf"(?:{_STEM})[\w.\-]*>[^<]+</",
    ),
    Rule(
        "secret",
        ("value",),
        re.compile(
            r"name\\{0,3}\"[ \t]*:[ \t]*\\{0,3}\"(?P<name>[\w.-]{3,80})\\{0,3}\"[ \t]*,[ \t]*"
            r"\\{0,3}\"value\\{0,3}\"[ \t]*:[ \t]*\\{0,3}\"(?P<a>[^\"\\\n]+)", _I
        ),
        _is_flag,
        hint=r"value\\*\"[ \t]*:",
    ),
    Rule(
        "secret",
        STEMS,
        re.compile(
            _NAMED + r"(?:\"(?P<a>(?:\\.|[^\"\\\n])++)\"|'(?P<b>(?:\\.|[^'\\\n])++)'"
            r"|\\{1,3}[\"'](?P<c>[^\n]+?)\\{1,3}[\"']"
            r"|(?P<d>[^\s\"',;&\\][^\s\"',;&]*)|\\{0,3}[\"'](?P<e>[^\"'\n]+))",
            _I,
        ),
        _is_named,
        hint=_NAMED_HINT,
    ),
)  # fmt: skip

EMAILS = Rule("email", ("@",), EMAIL, _is_address, hint=r"@[0-9A-Za-z\-]+\.")
"""Only where it is asked for."""


def hint_of(rules: Iterable[Rule]) -> str:
    """For RE2: found in every text that holds anything to mask or to take out."""
    return "(?i)" + "|".join([f"[{INVISIBLE}]", *(rule.hint or "|".join(rule.needles) for rule in rules)])
