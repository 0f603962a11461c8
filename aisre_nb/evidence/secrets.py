"""The rules that tell a secret in a text: formats first, then the words around it. Every pattern is linear."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from aisre_nb.evidence.invisible import INVISIBLE
from aisre_nb.evidence.secret_names import STEMS, in_prose, is_value, strength

MASK = re.compile(r"\[redacted:[a-z0-9_]+(?::\d+)?\]")
"""What stands in a secret's place."""


@dataclass(frozen=True)
class Rule:
    """One kind of secret."""

    kind: str
    """The middle of ``[redacted:aws_key:1]``."""
    needles: tuple[str, ...]
    """In lower case; a text that contains none of them is not searched."""
    pattern: re.Pattern[str]
    """The groups ``a``, ``b``, … are masked, the one that matched; without groups the whole match is."""
    holds: Callable[[re.Match[str], str], bool] = lambda match, secret: True
    """A second look at the match and the secret in it."""
    hint: str = ""
    """An expression that is found wherever the pattern is, for RE2 too; empty: any needle."""


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


def _format(kind: str, pattern: str, *needles: str) -> Rule:
    # What is matched is its own hint; open repeats keep RE2's automaton small.
    return Rule(kind, needles, re.compile(pattern, re.ASCII), hint=re.sub(r"\{(\d+),\d+\}", r"{\1,}", pattern))


SCHEME = "(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey|AWS4-HMAC-SHA256)"
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
    _format("aws_key", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[0-9A-Z]{16}\b", "akia", "asia", "agpa", "aida", "aroa", "abia", "acca"),  # noqa: E501
    _format("google_key", r"\bAIza[0-9A-Za-z_-]{35}", "aiza"),
    _format("google_token", r"\bya29\.[0-9A-Za-z_-]{20,1000}", "ya29."),
    _format("github_token", r"\b(?:gh[pousr]_[0-9A-Za-z]{30,255}|github_pat_[0-9A-Za-z_]{22,255})", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),  # noqa: E501
    _format("gitlab_token", r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[0-9A-Za-z_-]{20,64}", "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"),  # noqa: E501
    _format("slack_token", r"\b(?:xox[abeoprsc]|xapp)-[0-9A-Za-z-]{10,255}", "xox", "xapp-"),
    _format("slack_webhook", r"https://hooks\.slack\.com/(?:services|workflows)/[0-9A-Za-z/_-]{20,200}", "hooks.slack.com"),  # noqa: E501
    _format("anthropic_key", r"\bsk-ant-[0-9A-Za-z_-]{16,255}", "sk-ant-"),
    _format("openai_key", r"\bsk-(?:(?:proj|svcacct|admin|None)-[0-9A-Za-z_-]{20,255}|[0-9A-Za-z]{32,255})", "sk-"),
    _format("huggingface_token", r"\bhf_[0-9A-Za-z]{30,64}\b", "hf_"),
    _format("stripe_key", r"\b(?:[rs]k_(?:live|test)|whsec)_[0-9A-Za-z]{16,255}", "k_live_", "k_test_", "whsec_"),
    _format("sendgrid_key", r"\bSG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16,64}", "sg."),
    _format("npm_token", r"\bnpm_[0-9A-Za-z]{36}\b", "npm_"),
    _format("pypi_token", r"\bpypi-AgE[0-9A-Za-z_-]{40,500}", "pypi-age"),
    _format("vault_token", r"\bhv[sbr]\.[0-9A-Za-z_-]{20,300}", "hvs.", "hvb.", "hvr."),
    _format("digitalocean_token", r"\bdo[opr]_v1_[0-9a-f]{64}", "doo_v1_", "dop_v1_", "dor_v1_"),
    _format("grafana_token", r"\bgl(?:sa|c)_[0-9A-Za-z_+/=]{20,300}", "glsa_", "glc_"),
    _format("new_relic_key", r"\bNRAK-[0-9A-Z]{20,40}\b", "nrak-"),
    _format("twilio_key", r"\bSK[0-9a-f]{32}\b", "sk"),
    _format("age_key", r"\bAGE-SECRET-KEY-1[0-9A-Z]{50,80}", "age-secret-key-1"),
    _format("jwt", r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*", "eyj"),
    _format("azure_key", r"\b(?:AccountKey|SharedAccessKey)=(?P<a>[0-9A-Za-z+/]{40,}={0,2})", "accountkey=", "sharedaccesskey="),  # noqa: E501
    _format("azure_signature", r"[?&]sig=(?P<a>[0-9A-Za-z%+/]{30,200}={0,2})", "sig="),
    Rule(
        "url_password",
        ("@",),
        re.compile(
            r"://[^\s/:@\"'<>]{0,100}:(?!\d{1,5}(?:[/?#\s\"']|$))"
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
    Rule("sql_password", ("identified", "password"), re.compile(r"\b(?:IDENTIFIED[ \t]+BY|PASSWORD)[ \t]+'(?P<a>[^'\n]{1,500})'", _I)),  # noqa: E501
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

HINT = "(?i)" + "|".join([f"[{INVISIBLE}]", *(rule.hint or "|".join(rule.needles) for rule in RULES)])
"""For RE2: found in every text that holds anything to mask or to take out."""
