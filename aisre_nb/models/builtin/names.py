"""Which of the known services a text means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_COMMON = {"service", "services", "svc", "server", "app", "application", "api", "ms", "microservice"}
"""Parts of names that people leave out or add."""
_ANYBODY = {"users", "requests", "errors", "alerts", "logs", "services", "pods", "changes", "events"}
"""Words of every question, which are not taken for the plural of a service's name."""
_SAID = re.compile(r"\b(?:the\s+)?([A-Za-z][\w.-]{1,60})\s+(?:micro)?service\b", re.IGNORECASE)
_NO_NAME = {
    "a", "an", "the", "this", "that", "which", "any", "my", "our", "other", "another", "each", "every", "same", "whole",
    "upstream", "downstream", "dependent", "external", "internal", "backend", "affected", "failing", "slow", "broken",
    "new", "old", "customer", "web", "main", "single", "one", "of", "and", "or", "no", "what", "whose", "in",
}  # fmt: skip
"""What stands before the word *service* and names none."""
_LIKE_A_NAME = re.compile(
    r"\b((?:[A-Za-z]\w*-)+(?:service|svc|api|app|server|worker|job|db)|[A-Za-z]\w{2,}(?:service|svc))\b", re.I
)
"""What can hardly be anything but a name: ``billing-api``, ``ratesservice``."""
_NEAR = 0.85
"""How alike two words must be for a slip of the pen; by `difflib.SequenceMatcher.ratio`."""


def mentioned(text: str, services: Iterable[str]) -> list[str]:
    """The services that a text names, the best match first, then in the order of the text.

    A service's name counts whole, or without parts such as *service* and *api*, or with its parts written as one.
    """
    words = [w.lower() for w in _PARTS.findall(text)]
    raw = re.findall(r"[\w.-]+", text.lower())
    found = []
    for service in dict.fromkeys(services):
        place, weight = _place(service, words, raw)
        if weight:
            found.append((-weight, place, service))
    found.sort()
    return [service for _, _, service in found]


def said(text: str) -> str:
    """What stands before the word *service*, for a system that cannot list its services."""
    names = [n for n in _SAID.findall(text) if n.lower() not in _NO_NAME]
    return str(names[0]) if names else ""


def unknown(text: str, services: Iterable[str]) -> str:
    """What a text calls a service and nobody knows as one; empty where there is none, or it names one that is known."""
    services = list(services)
    if not services or mentioned(text, services):
        return ""
    alike = _LIKE_A_NAME.search(text)
    return alike[1] if alike else said(text)


def _place(service: str, words: list[str], raw: list[str]) -> tuple[int, float]:
    """Where in the text it is named, and how surely; weight 0 where it is not."""
    if service.lower() in raw:
        return raw.index(service.lower()), 100.0 + len(service)
    whole = [p.lower() for p in _PARTS.findall(service)]
    core = _core(whole)
    for parts, weight in ((whole, 80.0), (core, 60.0)):
        for n in range(len(words) - len(parts) + 1):
            if parts and words[n : n + len(parts)] == parts:
                named = words[n + len(parts) : n + len(parts) + 1] == ["service"] or words[max(0, n - 1) : n] == [
                    "service"
                ]
                return n, weight + 10.0 * named + sum(map(len, parts))
    joined = "".join(core)
    for n, word in enumerate(words):
        if len(joined) >= 3 and "".join(_core([word])) == joined:
            return n, 50.0
        if word == f"{joined}s" and word not in _ANYBODY:
            return n, 40.0
        one = word.removesuffix("s")
        slip = min(len(word), len(joined)) >= 5 and word not in _COMMON | _ANYBODY
        if slip and SequenceMatcher(None, word, joined).ratio() >= _NEAR:
            return n, 20.0
        # "mails" are what an email service sends.
        if len(one) >= 4 and one not in _COMMON | _ANYBODY and len(joined) - len(one) == 1 and joined.endswith(one):
            return n, 20.0
    return 0, 0.0


def _core(parts: list[str]) -> list[str]:
    """Without what people leave out; *billingservice* becomes *billing*."""
    kept = [p for p in parts if p not in _COMMON] or parts
    cut = [re.sub(r"(?<=\w{2})(?:microservice|service|svc)$", "", p) for p in kept]
    return [p for p in cut if p]
