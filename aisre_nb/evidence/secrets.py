"""The rules that tell a secret: one name a kind, one pattern. Patterns are linear: no nested repeats."""

from __future__ import annotations

import re

KEY = (
    r"(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|client[_-]?secret|"
    r"auth[_-]?token|credential|signing[_-]?key|encryption[_-]?key)"
)
"""Names of things that hold secrets, as part of a key: ``DB_PASSWORD``, ``client-secret``."""

RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, flags))
    for kind, pattern, flags in (
        ("pem", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)", re.DOTALL),
        ("aws_key", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}\b", 0),
        ("google_key", r"\bAIza[0-9A-Za-z_-]{35}", 0),
        ("github_token", r"\b(?:gh[pousr]_[0-9A-Za-z]{30,255}|github_pat_[0-9A-Za-z_]{22,255})", 0),
        ("gitlab_token", r"\bgl(?:pat|dt|rt|cbt|ptt)-[0-9A-Za-z_-]{20,64}", 0),
        ("slack_token", r"\bxox[abeoprs]-[0-9A-Za-z-]{10,255}", 0),
        ("slack_webhook", r"https://hooks\.slack\.com/services/[0-9A-Za-z/]{20,120}", 0),
        ("anthropic_key", r"\bsk-ant-[0-9A-Za-z_-]{16,255}", 0),
        ("openai_key", r"\bsk-(?:proj-)?[0-9A-Za-z_-]{32,255}", 0),
        ("stripe_key", r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,255}", 0),
        ("sendgrid_key", r"\bSG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16,64}", 0),
        ("npm_token", r"\bnpm_[0-9A-Za-z]{36}", 0),
        ("jwt", r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*", 0),
        ("azure_key", r"\bAccountKey=[0-9A-Za-z+/=]{40,}", 0),
        ("url_password", r"(?<=://)[^\s/:@'\"]{0,100}:[^\s/@'\"]{1,200}(?=@)", 0),
        ("authorization", r"\b(?:Bearer|Basic)\s+[0-9A-Za-z._~+/=-]{8,}", re.IGNORECASE),
        (
            "secret",
            r"(?<![0-9A-Za-z])[\w.-]{0,40}"
            + KEY
            + r"[\w.-]{0,20}[\"']?\s{0,3}[:=]\s{0,3}(?:\"[^\"\n]{3,500}\"|'[^'\n]{3,500}'|[^\s,;&\"'{}()\[\]]{6,500})",
            re.IGNORECASE,
        ),
    )
)

HINT = re.compile(
    r"-----BEGIN|AKIA|ASIA|AGPA|AIDA|AROA|AIza|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt)-|xox|hooks\.slack|sk-|[rs]k_|"
    r"SG\.|npm_|eyJ|AccountKey|://[^\s/]*@|bearer|basic|pass|secret|token|key|credential",
    re.IGNORECASE,
)
"""A cheap test that every text with a secret passes: what fails it is not looked at further."""

SECRET_KEY = re.compile(KEY, re.IGNORECASE)
"""A column or a JSON key whose value is masked whatever it looks like."""
