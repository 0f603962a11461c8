"""The rules that tell a secret in a text: formats first, then the words around it. Every pattern is linear."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aisre_nb.evidence.invisible import INVISIBLE
from aisre_nb.evidence.secret_checks import (
    begins,
    is_address,
    is_basic,
    is_bearer,
    is_card,
    is_credential,
    is_flag,
    is_named,
)
from aisre_nb.evidence.secret_formats import CARD, CARD_HINT, EMAIL, FORMATS, Format
from aisre_nb.evidence.secret_names import STEMS

MASK = re.compile(r"\[redacted:[a-z0-9_]+(?::\d+)?\]")
"""What stands in a secret's place."""
RUN = re.compile(r"[0-9A-Za-z_-]{16}")


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


def _of(known: Format) -> Rule:
    telling = not known.starts and "(?P<a>" not in known.pattern and min(map(len, known.needles)) > 3
    # A prefix is hint enough, and keeps RE2's automaton small; else what is matched, with open repeats.
    open_ended = re.sub(r"\{(\d+),\d+\}", r"{\1,}", re.sub(r"\(\?<?!\S+?\)", "", known.pattern))
    hint = "|".join(map(re.escape, known.needles)) if telling else open_ended
    pattern = re.compile(known.pattern, re.ASCII)
    return Rule(known.kind, known.needles, pattern, begins if known.starts else _any, hint, known.run)


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
    Rule("card", ("",), CARD, is_card, hint=CARD_HINT),
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
        is_credential,
    ),
    Rule("authorization", ("bearer",), re.compile(
        r"\bBearer[ \t]+(?P<a>[0-9A-Za-z._~+/-]{16,4000}=*)", _I), is_bearer),
    Rule("authorization", ("basic",), re.compile(r"\bBasic[ \t]+(?P<a>[0-9A-Za-z+/]{8,4000}={0,2})", _I), is_basic),
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
        is_flag,
        hint=rf"--[\w.\-]*(?:{_STEM})[\w.\-]* ",
    ),
    Rule(
        "secret",
        ("</",),
        re.compile(r"<(?P<name>[A-Za-z][\w.-]{2,60})>(?P<a>[^<\n]{1,2000})</", re.ASCII),
        is_flag,
        hint=rf"(?:{_STEM})[\w.\-]*>[^<]+</",
    ),
    Rule(
        "secret",
        ("value",),
        re.compile(
            r"name\\{0,3}\"[ \t]*:[ \t]*\\{0,3}\"(?P<name>[\w.-]{3,80})\\{0,3}\"[ \t]*,[ \t]*"
            r"\\{0,3}\"value\\{0,3}\"[ \t]*:[ \t]*\\{0,3}\"(?P<a>[^\"\\\n]+)", _I
        ),
        is_flag,
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
        is_named,
        hint=_NAMED_HINT,
    ),
)  # fmt: skip

EMAILS = Rule("email", ("@",), EMAIL, is_address, hint=r"@[0-9A-Za-z\-]+\.")
"""Only where it is asked for."""


def hint_of(rules: Iterable[Rule]) -> str:
    """For RE2: found in every text that holds anything to mask or to take out."""
    return "(?i)" + "|".join([f"[{INVISIBLE}]", *(rule.hint or "|".join(rule.needles) for rule in rules)])
