"""What a sentence states that code can look for: numbers, times, names, and words that need a check to be believed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aisre_nb.report.vocabulary import COUNTED, FIRST, LAST, NUMBERS, PARTS, PROPER, RATIOS

_QUOTED = re.compile(r"`([^`]{2,300})`|“([^”]{2,300})”|\"([^\"]{2,300})\"")
_REFERENCE = re.compile(r"\[?\bE[1-9]\d{0,6}\b\]?")
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_CLOCK = re.compile(r"(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:])")
_VERSION = re.compile(r"(?<![\w.])v?\d+\.\d+\.\d+(?:[-+.][\w.]+)?")
_PLACE = re.compile(r"(?<![\w/.])([\w./-]+\.[A-Za-z]{1,5}):(\d+)\b")
_JOINED = re.compile(r"(?<![\w/.-])/?[A-Za-z_][\w]*(?:[-./_][\w{}<>*]+)+|(?<![\w/.-])/[\w{}-]+(?:/[\w{}-]+)*")
_HUMPS = re.compile(
    r"\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\b|\b[a-z]+[A-Z]\w+\b|\b[A-Za-z]+\d\w*\b|\b[0-9a-f]{8,64}\b"
    r"|\b\d[\d.]*(?!(?:%|percent|ms|milliseconds?|µs|s|secs?|seconds?|min|minutes?|h|hours?|d|days?|x|times|e[+-]?\d+)\b)"
    r"[A-Za-z]\w*\b"
)
_CAPITAL = re.compile(r"(?<![.!?:;]\s)(?<!^)(?<![\w“\"'(])[A-Z][A-Za-z]{2,}\b")
_NUMBER = re.compile(
    r"(?P<about>\b(?:about|around|roughly|some|nearly|almost|over|under|more than|less than|at least|at most|up to)\s+"
    r"|~\s?|≈\s?)?(?P<times>×\s?)?(?<![\w.])(?P<sign>[-−+])?(?P<number>\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)"
    r"\s?(?P<unit>%|percent(?:age points?)?\b|points?\b|ms\b|milliseconds?\b|µs\b|s\b|secs?\b|seconds?\b|min\b"
    r"|minutes?\b|h\b|hours?\b|days?\b|×|x\b|times\b|fold\b|[KMG]i?B\b)?",
    re.IGNORECASE,
)
_UNITS = {
    "%": "%", "percent": "%", "ms": "ms", "millisecond": "ms", "µs": "µs", "s": "s", "sec": "s", "second": "s",
    "min": "min", "minute": "min", "h": "h", "hour": "h", "day": "d", "×": "x", "x": "x", "time": "x", "fold": "x",
}  # fmt: skip
_PAIR = re.compile(r"(?P<from>[\w.%:*/-]+(?: %)?)\s*(?:→|->|⟶)\s*(?P<to>[\w.%:*/-]+(?: %)?)")
_PAUSE = re.compile(r"[.,;:()→]")
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_PLAIN_NAMES = re.compile(r"^(?:p\d{2,3}|[2345]xx|k8s|24h|e2e|http[12s]?|utf8|ipv[46])$", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:caus(?:e[sd]?|ing)|because|due to|led to|leads to|trigger(?:s|ed)?|brought|broke|breaks|to blame|at fault"
    r"|responsible|result(?:s|ed) in|made it|makes it|introduced|stems? from|explains?)\b",
    re.IGNORECASE,
)
_UNIVERSAL = re.compile(
    r"\b(?:all|every|everything|everyone|always|only|none|nobody|no one|nothing|never|any|entire(?:ly)?|complete(?:ly)?"
    r"|total(?:ly)?|full outage|each)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:no|not|never|without|neither|nor|cannot|lacks?|lacking|missing)\b|n't\b", re.IGNORECASE)
_RISES = re.compile(
    r"\b(?:rose|rises|jumped|increased|climbed|grew|went up|surged|spiked|doubled|tripled|higher)\b", re.I
)
_FALLS = re.compile(
    r"\b(?:fell|falls|dropped|decreased|declined|sank|went down|collapsed|halved|lower)\b", re.IGNORECASE
)
_STEADY = re.compile(
    r"\b(?:did(?: not|n't) (?:rise|change|increase|fall|move)|unchanged|flat|steady|stayed|stable)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Number:
    """As it is written."""

    text: str
    value: float
    unit: str
    """``"%"``, ``"ms"``, ``"s"``, ``"x"``, …; empty for a plain one."""
    slack: float
    """Half a unit of the last digit that is written; a tenth of the value where it says *about*."""
    before: str = ""
    """The word before it."""
    counts: str = ""
    """What it counts, without its plural: ``pod``; empty where that is not plain."""


@dataclass(frozen=True)
class Clock:
    """A time of day, or an instant."""

    text: str
    hour: int
    minute: int
    second: int | None = None
    instant: str = ""


@dataclass(frozen=True)
class Sentence:
    """What a text states."""

    text: str
    numbers: list[Number] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Quoted texts, identifiers, versions, paths, proper names: they must stand in the evidence as they are."""
    dates: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """What was one thing and became another: ``0.1.0 → 0.2.0``."""
    plain: str = ""
    """What is left without all of them."""

    @property
    def causal(self) -> bool:
        """It says that something made something else happen."""
        return bool(_CAUSE.search(self.plain))

    @property
    def sweeping(self) -> str:
        """The word by which it speaks of all or none; empty where it does not."""
        found = _UNIVERSAL.search(self.plain) or _NEGATION.search(self.plain)
        return found[0] if found else ""

    @property
    def movement(self) -> str:
        """``up``, ``down`` or ``flat``; empty where it says none, or more than one."""
        steady = bool(_STEADY.search(self.plain))
        rest = _STEADY.sub(" ", self.plain)
        said = [
            n for n, found in (("flat", steady), ("up", _RISES.search(rest)), ("down", _FALLS.search(rest))) if found
        ]
        return said[0] if len(said) == 1 else ""


def read(text: str) -> Sentence:
    """Take it apart. Never raises."""
    names: list[str] = []
    clocks: list[Clock] = []
    dates: list[str] = []
    rest = text

    def taken(pattern: re.Pattern[str], keep: bool = True) -> list[re.Match[str]]:
        nonlocal rest
        found = list(pattern.finditer(rest))
        rest = pattern.sub(lambda m: " " * len(m[0]) if keep else " ", rest)
        return found

    names += [next(part for part in found.groups() if part) for found in taken(_QUOTED)]
    taken(_REFERENCE)
    clocks += [Clock(found[0], 0, 0, instant=found[0].replace(" ", "T")) for found in taken(_INSTANT)]
    dates += [found[0] for found in taken(_DATE)]
    clocks += [_clock(found) for found in taken(_CLOCK)]
    names += [found[0] for found in taken(_PLACE)]
    names += [found[0] for found in taken(_VERSION)]
    kept = [found for found in _JOINED.finditer(rest) if not _english(found[0])]
    names += [found[0] for found in kept]
    rest = _JOINED.sub(lambda m: m[0] if _english(m[0]) else " " * len(m[0]), rest)
    names += [found[0] for found in _HUMPS.finditer(rest) if not _PLAIN_NAMES.match(found[0])]
    rest = _HUMPS.sub(lambda m: " " * len(m[0]), rest)
    numbers = [_number(rest, found) for found in taken(_NUMBER)]
    names += [found[0] for found in _CAPITAL.finditer(rest) if found[0] not in PROPER]
    pairs = [(found["from"], found["to"]) for found in _PAIR.finditer(text)]
    return Sentence(text, [*numbers, *_in_words(rest)], clocks, list(dict.fromkeys(names)), dates, pairs, rest)


def _clock(found: re.Match[str]) -> Clock:
    return Clock(found[0], int(found[1]), int(found[2]), int(found[3]) if found[3] else None)


def _english(token: str) -> bool:
    """``follow-up`` and ``read-only`` are words; ``front-door`` is a name."""
    if not re.fullmatch(r"[A-Za-z]+(?:-[A-Za-z]+)+|[A-Za-z]+(?:/[A-Za-z]+)|e\.g|i\.e|and/or", token):
        return False
    parts = re.split(r"[-/]", token.lower())
    return parts[0] in FIRST or parts[-1] in LAST or "/" in token or token in ("e.g", "i.e")


def _number(text: str, found: re.Match[str]) -> Number:
    written = found["number"].replace(",", "").rstrip(".")
    mantissa, _, exponent = written.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    value = float(written)
    slack = 0.5000001 * 10.0 ** (int(exponent or 0) - digits)
    if found["about"]:
        slack = max(slack, 0.1 * abs(value))
    unit = (found["unit"] or "").strip()
    known = (
        _UNITS.get(unit.lower()) or _UNITS.get(unit.lower().rstrip("s")) or ("%" if "point" in unit.lower() else unit)
    )
    before = text[: found.start()].split()
    last = before[-1].strip("(,:") if before else ""
    counted = "" if known else _counted(text[found.end() :])
    return Number(found[0].strip(), value, "x" if found["times"] else known, slack, last, counted)


def _counted(after: str) -> str:
    """The first of the next words that names what can be counted."""
    words = (word.lower().removesuffix("s") for word in _WORD.findall(_PAUSE.split(after[:60])[0])[:3])
    return next((word for word in words if word in COUNTED), "")


def _in_words(text: str) -> list[Number]:
    """Numbers that are written as words; *one* is not counted."""
    found = []
    for match in _WORD.finditer(text):
        low = match[0].lower()
        if low in NUMBERS:
            found.append(Number(match[0], float(NUMBERS[low]), "word", 0.5, counts=_counted(text[match.end() :])))
        elif low in PARTS:
            found.append(Number(match[0], PARTS[low], "%", 5.0))
        elif low in RATIOS:
            found.append(Number(match[0], RATIOS[low], "x", 0.3))
    return found
