"""Secrets that are told by their own format, as their vendors document it; nothing needs to stand around them."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One vendor's secret."""

    kind: str
    pattern: str
    """The group ``a`` is masked, where there is one."""
    needles: tuple[str, ...]
    """In lower case; one of them is in every text that holds the secret."""
    starts: bool = False
    """It has to begin a word: its prefix is too short to be told within one."""
    run: bool = True
    """Whether it holds sixteen letters, digits, ``_`` and ``-`` in a row; Base64 need not."""


def _format(kind: str, pattern: str, *needles: str, starts: bool = False, run: bool = True) -> Format:
    return Format(kind, pattern, needles, starts, run)


_HEX = "[0-9a-f]"
_W = "[0-9A-Za-z_-]"
_AN = "[0-9A-Za-z]"

FORMATS: tuple[Format, ...] = (
    # Clouds.
    _format("aws_key", "(?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[0-9A-Z]{16}", "akia", "asia", "agpa", "aida", "aroa", "abia", "acca"),  # noqa: E501
    _format("aws_bedrock_key", "ABSK[0-9A-Za-z+/]{109,269}={0,2}", "absk", run=False),
    _format("google_key", f"AIza{_W}{{35}}", "aiza"),
    _format("google_token", rf"ya29\.{_W}{{20,1000}}", "ya29."),
    _format("google_client_secret", f"GOCSPX-{_W}{{28}}", "gocspx-"),
    _format("google_refresh_token", f"1//0{_W}{{40,200}}", "1//0"),
    _format("azure_key", "(?:AccountKey|SharedAccessKey)=(?P<a>[0-9A-Za-z+/]{40,}={0,2})", "accountkey=", "sharedaccesskey=", run=False),  # noqa: E501
    _format("azure_signature", "[?&]sig=(?P<a>[0-9A-Za-z%+/]{30,200}={0,2})", "sig=", run=False),
    _format("azure_client_secret", r"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}", "q~", run=False),
    _format("azure_devops_token", f"{_AN}{{76}}AZDO{_AN}{{4}}", "azdo"),
    _format("digitalocean_token", f"do[opr]_v1_{_HEX}{{64}}", "doo_v1_", "dop_v1_", "dor_v1_"),
    _format("heroku_key", f"HRKU-AA{_W}{{58}}", "hrku-aa"),
    _format("cloudflare_token", f"cf(?:k|ut|at)_{_AN}{{40,60}}", "cfk_", "cfut_", "cfat_"),
    _format("tailscale_key", f"tskey-(?:auth|api|client|scim|webhook)-{_AN}{{6,40}}-{_AN}{{16,80}}", "tskey-"),
    _format("vault_token", rf"hv[sbr]\.{_W}{{20,300}}", "hvs.", "hvb.", "hvr."),
    _format("terraform_token", rf"{_AN}{{14}}\.atlasv1\.{_W}{{60,70}}", ".atlasv1."),
    _format("pulumi_token", f"pul-{_HEX}{{40}}", "pul-"),
    _format("doppler_token", rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[0-9a-z_-]{{1,40}}\.)?{_AN}{{40,44}}", "dp.", starts=True),  # noqa: E501
    _format("onepassword_token", "ops_eyJ[0-9A-Za-z+/_-]{100,2000}={0,3}", "ops_eyj", run=False),
    _format("age_key", "AGE-SECRET-KEY-1[0-9A-Z]{50,80}", "age-secret-key-1"),
    # Code, packages, builds.
    _format("github_token", "gh[pousr]_[0-9A-Za-z]{30,255}|github_pat_[0-9A-Za-z_]{22,255}", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),  # noqa: E501
    _format("gitlab_token", f"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-{_W}{{20,64}}", "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-"),  # noqa: E501
    _format("npm_token", f"npm_{_AN}{{36}}", "npm_"),
    _format("pypi_token", f"pypi-AgE{_W}{{40,500}}", "pypi-age"),
    _format("rubygems_key", f"rubygems_{_HEX}{{48}}", "rubygems_"),
    _format("docker_token", f"dckr_(?:pat|oat)_{_W}{{24,64}}", "dckr_"),
    _format("jfrog_key", f"AKCp{_AN}{{60,80}}", "akcp"),
    _format("sonar_token", f"sq[pua]_{_HEX}{{40}}", "sqp_", "squ_", "sqa_"),
    _format("postman_key", f"PMAK-{_HEX}{{24}}-{_HEX}{{34}}", "pmak-"),
    _format("atlassian_token", "ATATT3[0-9A-Za-z_=-]{60,250}", "atatt3"),
    _format("linear_key", f"lin_(?:api|oauth)_{_AN}{{32,64}}", "lin_api_", "lin_oauth_"),
    _format("notion_token", f"ntn_{_AN}{{40,50}}", "ntn_"),
    _format("airtable_token", rf"pat{_AN}{{14}}\.{_HEX}{{64}}", "pat", starts=True),
    _format("figma_token", f"fig[dr]_{_W}{{40,60}}", "figd_", "figr_"),
    # Telemetry, alerts, chat.
    _format("grafana_token", "gl(?:sa|c)_[0-9A-Za-z_+/=]{20,300}", "glsa_", "glc_", run=False),
    _format("new_relic_key", "NRAK-[0-9A-Z]{20,40}", "nrak-"),
    _format("dynatrace_token", r"dt0[a-z][0-9]{2}\.[0-9A-Z]{8,24}\.[0-9A-Z]{64}", "dt0"),
    _format("pagerduty_key", r"(?i:(?:routing|integration|service)_?key)\\{0,3}[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,3}[\"']?(?P<a>[0-9A-Za-z]{32})(?![0-9A-Za-z])", "routing", "integration", "service"),  # noqa: E501
    _format("sentry_dsn", rf"https?://(?P<a>{_HEX}{{32}}(?::{_HEX}{{32}})?)@", "://"),
    _format("sentry_token", f"sntryu_{_HEX}{{64}}|sntrys_[0-9A-Za-z+/=_-]{{40,500}}", "sntryu_", "sntrys_", run=False),
    _format("slack_token", r"xoxe\.xox[bp]-[0-9A-Za-z-]{12,255}|(?:xox[abeoprsc]|xapp)-[0-9A-Za-z-]{12,255}", "xox", "xapp-"),  # noqa: E501
    _format("slack_webhook", r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[0-9A-Za-z/_-]{20,200}", "hooks.slack.com", run=False),  # noqa: E501
    _format("discord_webhook", rf"https://(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{{15,22}}/{_W}{{40,100}}", "/webhooks/"),  # noqa: E501
    _format("teams_webhook", r"https://[\w.-]{1,80}\.office(?:365)?\.com/webhook[\w@/-]{40,300}", "/webhook", run=False),  # noqa: E501
    _format("telegram_token", f"(?:bot)?(?P<a>[0-9]{{6,12}}:AA{_W}{{33}})", ":aa", starts=True),
    # Models, data.
    _format("anthropic_key", f"sk-ant-{_W}{{16,255}}", "sk-ant-"),
    _format("openai_key", f"sk-(?:(?:proj|svcacct|admin|None)-{_W}{{20,255}}|{_AN}{{32,255}})", "sk-", starts=True),
    _format("openrouter_key", f"sk-or-v1-{_HEX}{{64}}", "sk-or-v1-"),
    _format("groq_key", f"gsk_{_AN}{{50,56}}", "gsk_"),
    _format("perplexity_key", f"pplx-{_AN}{{40,64}}", "pplx-"),
    _format("xai_key", f"xai-{_W}{{70,90}}", "xai-"),
    _format("replicate_token", f"r8_{_AN}{{37}}", "r8_"),
    _format("huggingface_token", f"hf_{_AN}{{30,64}}", "hf_", starts=True),
    _format("databricks_token", f"dapi{_HEX}{{32}}(?:-[0-9])?", "dapi"),
    _format("planetscale_token", "pscale_(?:tkn|pw|oauth)_[0-9A-Za-z_.=-]{32,64}", "pscale_"),
    # Money, mail, customers.
    _format("stripe_key", f"(?:[rs]k_(?:live|test)|whsec)_{_AN}{{16,255}}", "k_live_", "k_test_", "whsec_"),
    _format("square_token", f"sq0(?:atp|csp|idp)-{_W}{{22,50}}", "sq0"),
    _format("shopify_token", "shp(?:at|ca|pa|ss|ua|tka)_[0-9A-Fa-f]{32}", "shp"),
    _format("twilio_key", f"SK{_HEX}{{32}}", "sk", starts=True),
    _format("sendgrid_key", rf"SG\.{_W}{{16,64}}\.{_W}{{16,64}}", "sg.", starts=True),
    _format("mailgun_key", rf"(?<!-)key-{_HEX}{{32}}", "key-", starts=True),
    _format("mailchimp_key", f"{_HEX}{{32}}-us[0-9]{{1,2}}", "-us", starts=True),
    _format("jwt", rf"eyJ{_W}{{13,}}\.eyJ{_W}{{8,}}\.{_W}*", "eyj", starts=True),
    _format("password_hash", r"\$(?:2[abxy]\$[0-9]{2}\$[0-9A-Za-z./]{53}|(?:1|5|6|y|7|apr1)\$[0-9A-Za-z./=$,]{16,200}|(?:argon2(?:id|i|d)|scrypt|pbkdf2-sha\d{1,3})\$[0-9A-Za-z./+=$,]{20,300})", "$2", "$1$", "$5$", "$6$", "$y$", "$7$", "$apr1$", "$argon2", "$scrypt", "$pbkdf2", run=False),  # noqa: E501
)  # fmt: skip

EMAIL = re.compile(r"[0-9A-Za-z_][0-9A-Za-z._+'-]{0,63}@(?:[0-9A-Za-z-]{1,63}\.){1,8}[A-Za-z]{2,24}", re.ASCII)
"""Masked where it is asked for: an address may be what an incident is about."""

CARD = re.compile(
    r"[2-6](?:(?<![0-9_].)|(?<=%[0-9A-Fa-f]{2}.))\d{3}([ -]?)(?:\d{4}\1\d{4}\1\d{4}|\d{6}\1\d{4,5})(?!\d)",
    re.ASCII | re.DOTALL,
)
"""Fourteen to sixteen digits, grouped as on a card."""
CARD_HINT = r"(?:^|[^0-9]|%[0-9A-F]{2})[2-6]\d{3}(?:\d{10}|[ \-]\d{4}[ \-]\d{4}[ \-]\d|[ \-]\d{6}[ \-]\d{4})"

_NETWORKS = re.compile(
    r"(?:4|5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|6011|64[4-9]|65|62|352[89]|35[3-8])\d*(?<=\d{16})|"
    r"3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}",
    re.ASCII,
)
"""The ranges of the great networks (ISO/IEC 7812)."""


def is_card_number(number: str) -> bool:
    """Whether it is in a network's range and its checksum, after Luhn, is right."""
    plain = number.replace(" ", "").replace("-", "")
    digits = [int(c) for c in reversed(plain)]
    total = sum(digits[0::2]) + sum(n * 2 - 9 * (n > 4) for n in digits[1::2])
    return total % 10 == 0 and _NETWORKS.fullmatch(plain) is not None
