"""A sentence is read against the evidence that it cites: what it states and the evidence lacks contradicts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks.instants import SAME_INSTANT
from aisre_nb.report.checks.values import found_share, found_value
from aisre_nb.report.facts import fact
from aisre_nb.report.holdings import Holdings
from aisre_nb.report.instants import at_clock, nearest
from aisre_nb.report.report import Check
from aisre_nb.report.rows import number as as_number
from aisre_nb.report.sentence import Clock, Number, Sentence, read
from aisre_nb.report.topics import missing, spoken_of
from aisre_nb.times import instant

_SECONDS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_CODES = (
    "http",
    "status",
    "code",
    "line",
    "lines",
    "port",
    "exit",
    "signal",
    "pod",
    "instance",
    "partition",
    "answers",
)
"""A number behind one of these is a name."""
_SIGNALS = {
    "error_rate": re.compile(r"\b(?:error rate|5xx(?: rate)?|errors?)\b", re.IGNORECASE),
    "latency_p50": re.compile(r"\b(?:p50|median latency)\b", re.IGNORECASE),
    "latency_p95": re.compile(r"\b(?:p95|latency)\b", re.IGNORECASE),
    "latency_p99": re.compile(r"\bp99\b", re.IGNORECASE),
    "request_rate": re.compile(r"\b(?:request rate|traffic|requests a second)\b", re.IGNORECASE),
}


class Reader:
    """Reads the sentences of one report; what an evidence holds is made ready once."""

    def __init__(self, evidence: Mapping[str, Evidence]) -> None:
        self._evidence = evidence
        self._holdings = {number: Holdings(one) for number, one in evidence.items()}

    @property
    def services(self) -> set[str]:
        """Every service that any evidence names."""
        return {service for one in self._holdings.values() for service in one.services}

    def holdings(self, cited: Iterable[str]) -> list[Holdings]:
        """Of those that exist."""
        return [self._holdings[one] for one in dict.fromkeys(cited) if one in self._holdings]

    def problems(
        self, text: str, cited: Sequence[str], check: Check | None = None, *, claims: bool = True
    ) -> list[str]:
        """What the text states and its evidence lacks, the plainest first; empty where nothing speaks against it.

        ``claims``: it is put forward as true, so that what only a check could show needs one; a hypothesis is not.
        """
        try:
            return self._problems(read(text), self.holdings(cited), check, claims)
        except Exception as error:
            # The evidence may be anybody's: what cannot be read against it is not believed, and ends nothing.
            return [f"it cannot be read against {', '.join(cited)} ({type(error).__name__})"]

    def _problems(self, sentence: Sentence, known: Sequence[Holdings], check: Check | None, claims: bool) -> list[str]:
        named = ", ".join(one.evidence.id for one in known)
        computed = self._computed(check)
        found = [f"{n.text} is not in {named}" for n in sentence.numbers if not _has_number(n, known, computed)]
        found += [f"{c.text} is not in {named}" for c in sentence.clocks if not _has_clock(c, known)]
        found += [f"{d} is not in {named}" for d in sentence.dates if not any(d in k.haystack for k in known)]
        absent = _looked_for_in_vain(check)
        names = [n for n in sentence.names if n.lower() not in absent]
        found += [f"{n[:60]} is not in {named}" for n in names if not _has_name(n, known)]
        services = [s for s in self._services_of(sentence) if s.lower() not in absent]
        found += [f"{named} does not speak of {s}" for s in services if not any(k.spells(s) for k in known)]
        found += [f"{a} → {b} is not in {named}" for a, b in sentence.pairs if not any(k.became(a, b) for k in known)]
        haystack = " ".join(one.haystack for one in known)
        found += [f"{named} does not speak of any {word}" for word in missing(spoken_of(sentence.plain), haystack)]
        found += _moved_otherwise(sentence, known, check)
        if claims and not found:
            found += self._unshown(sentence, check)
        return found

    def causal(self, text: str) -> bool:
        """It says what caused what."""
        return read(text).causal

    def held_by_one(self, text: str) -> bool:
        """Some one evidence holds all that the text states."""
        return any(not self.problems(text, [number], claims=False) for number in self._evidence)

    def unseen_figures(self, text: str) -> list[str]:
        """Its numbers with a unit, and its times, that no evidence at all has."""
        sentence, known = read(text), self.holdings(self._evidence)
        figures = [n.text for n in sentence.numbers if n.unit not in ("", "word") and not _has_number(n, known, ())]
        return figures + [c.text for c in sentence.clocks if not _has_clock(c, known)]

    def _unshown(self, sentence: Sentence, check: Check | None) -> list[str]:
        """What no look-up can show, and only a check that holds."""
        if check is not None:
            return []
        if sentence.causal:
            return ["it says what caused what, and carries no check that shows it"]
        if sentence.sweeping:
            return [f"it says “{sentence.sweeping}”, and carries no check that shows it"]
        # The look-up before held what there is of these.
        if not (sentence.numbers or sentence.clocks or sentence.dates or sentence.names or self._services_of(sentence)):
            return ["nothing in it can be looked up, and it carries no check"]
        return []

    def _services_of(self, sentence: Sentence) -> list[str]:
        words = set(re.findall(r"[\w-]+", sentence.plain))
        return [service for service in sorted(self.services) if service in words]

    def _computed(self, check: Check | None) -> list[float]:
        """What the check itself finds: a sentence may state it."""
        one = self._evidence.get(check.evidence) if check else None
        if check is None or one is None:
            return []
        try:
            value: Any = found_share(check, one) if check.kind == "share" else found_value(check, one)
        except Exception:
            # The check's own run says why.
            return []
        found = as_number(value)
        return [] if found is None else [found]


def _looked_for_in_vain(check: Check | None) -> set[str]:
    """The names that the check shows not to be there: the sentence says just that."""
    if check is None or not (check.kind == "absent" or (check.aggregate == "count" and check.expected in (0, "0"))):
        return set()
    return {str(value).lower() for value in (*check.where.values(), check.expected)}


def _has_number(stated: Number, known: Sequence[Holdings], computed: Sequence[float]) -> bool:
    if stated.before.lower() in _CODES or stated.before.endswith("#"):
        return any(one.spells(f"{stated.value:g}") for one in known)
    for one in known:
        held = one.numbers
        if stated.counts and stated.counts not in one.haystack:
            continue
        if any(abs(value - stated.value) <= stated.slack for value in _candidates(stated.unit, held)):
            return True
    scale = {"%": 100.0, **{unit: 1 / seconds for unit, seconds in _SECONDS.items()}}.get(stated.unit, 1.0)
    return any(abs(value * factor - stated.value) <= stated.slack for value in computed for factor in {1.0, scale})


def _candidates(unit: str, held: Mapping[str, list[float]]) -> list[float]:
    if unit == "%":
        return held["%"]
    if unit == "x":
        # "41 times" counts, "3 times" may compare.
        return [*held["x"], *held[""]]
    if unit in _SECONDS:
        return [value / _SECONDS[unit] for value in held["s"]]
    if unit.lower() in _BYTES:
        return [value / _BYTES[unit.lower()] for value in held[""]] + held[""]
    return [*held[""], *held["x"], *held["s"], *held["%"]]


def _has_clock(stated: Clock, known: Sequence[Holdings]) -> bool:
    evidence = [one.evidence for one in known]
    if not stated.instant:
        # A minute as it is said, or rounded; with seconds, to a second or two.
        within = timedelta(seconds=2) if stated.second is not None else SAME_INSTANT
        return at_clock(stated.hour, stated.minute, stated.second, evidence, within)
    try:
        at = instant(stated.instant)
    except Exception:
        return False
    found = nearest(at, evidence)
    return found is not None and abs(found - at) <= SAME_INSTANT


def _has_name(name: str, known: Sequence[Holdings]) -> bool:
    place = re.fullmatch(r"([\w./-]+\.[A-Za-z]{1,5}):(\d+)", name)
    if place is None:
        return any(one.spells(name) for one in known)
    # A stack trace knows the file by where it was deployed to, the repository by where it is kept.
    file = "/".join(place[1].split("/")[-2:])
    return any(one.spells(file) and _has_line(one, place[2]) for one in known)


def _has_line(one: Holdings, line: str) -> bool:
    frame = one.evidence.frame
    if frame is not None and "line" in frame and (frame["line"].astype(str) == line).any():
        return True
    return re.search(rf"(?:line\s|:){line}\b", one.haystack) is not None or float(line) in one.numbers[""]


def _moved_otherwise(sentence: Sentence, known: Sequence[Holdings], check: Check | None) -> list[str]:
    """A signal that is said to rise, fall or stay, and did otherwise by what the tool or the check found."""
    said = sentence.movement
    if not said:
        return []
    if check is not None and check.kind in ("changed", "onset") and said != check.direction:
        return [f"it says {_WORD[said]}, and its check looks for {_WORD[check.direction]}"]
    metrics = [one.evidence for one in known if one.evidence.kind == "metrics"]
    named = [one for one in metrics if re.search(rf"\b{re.escape(str(one.facts.get('service')))}\b", sentence.text)]
    if len(named or metrics) != 1:
        return []
    one = (named or metrics)[0]
    signals = [name for name, pattern in _SIGNALS.items() if pattern.search(sentence.text)]
    signals = [s for s in signals if s != "latency_p95" or not {"latency_p50", "latency_p99"} & set(signals)]
    if len(signals) != 1:
        return []
    real = fact(one.facts, f"signals.{signals[0]}.direction")
    # What fell did not rise either.
    if not isinstance(real, str) or real == said or (said == "flat" and real == "down"):
        return []
    return [f"{signals[0]} of {one.facts.get('service')} is {_WORD.get(real, real)} in {one.id}"]


_WORD = {"up": "a rise", "down": "a fall", "flat": "no change"}
