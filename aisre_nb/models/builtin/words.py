"""Numbers, times and signals, as sentences have them."""

from __future__ import annotations

from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.symptom import Symptom, family


def share(value: float) -> str:
    """0.1234 as ``"12.3 %"``."""
    return f"{value * 100:.3g} %"


def clock(time: str) -> str:
    """``"10:32 UTC"``, with seconds where the instant has any."""
    at = facts.time(time)
    return at.strftime("%H:%M:%S UTC" if at.second else "%H:%M UTC") if at else time


def signal(name: str) -> str:
    """``"error rate"``, ``"latency p95"``."""
    return name.replace("_", " ").replace(".", " ")


def amount(name: str, value: float) -> str:
    """A signal's value with its unit."""
    kind = family(name)
    if kind == "errors":
        return share(value)
    return f"{value * 1000:.0f} ms" if kind == "latency" else f"{value:.3g}"


def rose(symptom: Symptom) -> str:
    """``"its error rate rose from 0.1 % to 12 % at 10:32 UTC"``; what hurts by falling fell."""
    name = symptom.signal
    verb = "fell" if symptom.after < symptom.before else "rose"
    values = f"from {amount(name, symptom.before)} to {amount(name, symptom.after)}"
    return f"its {signal(name)} {verb} {values} at {clock(symptom.onset)}"


def listed(names: list[str]) -> str:
    """``"a, b and c"``."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def short(text: str, limit: int = 200) -> str:
    """On one line, and not longer than this."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def code(text: str) -> str:
    """As code in Markdown; what systems wrote cannot end it."""
    return f"`{short(text).replace('`', chr(39))}`"
