"""How well and how fast log lines are grouped, side by side with drain3: `python tests/benchmarks/logs.py [FOLDER]`.

FOLDER holds one folder a system with a ``*_structured.csv`` that has the columns Content and EventId, as loghub has.
Grouping Accuracy is the share of lines whose group is exactly the true set of lines (Zhu et al., "Tools and benchmarks
for automated log parsing", ICSE-SEIP 2019). Both read the same lines in the same run with one set of masks or none for
all systems. Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

LOGHUB = Path(__file__).parents[3] / "shared" / "data" / "loghub"
LENGTH = 540
_MASKS = (
    (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", "UUID"),
    (r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b", "IP"),
    (r"\b(?=[0-9a-fA-F]*\d)(?=[0-9]*[a-fA-F])[0-9a-fA-F]{6,64}\b", "HEX"),
    (r"(?<![A-Za-z_])[-+]?\d+(?:[.,:]\d+)*", "NUM"),
)
_WORDS = (
    "order", "cart", "user", "payment", "stock", "queue", "worker", "request", "response", "cache", "session",
    "token", "index", "shard", "leader", "replica", "offset", "batch", "timeout", "retry", "connection", "stream",
    "snapshot", "segment", "lease", "lock", "event", "handler", "filter", "plan", "query", "table", "row", "page",
    "block", "quota", "budget", "limit", "route", "proxy", "signal", "opened", "closed", "accepted", "rejected",
    "started", "finished", "expired", "committed",
)  # fmt: skip


def ours(lines: Sequence[str]) -> list[int]:
    """The pattern of each line by the assistant's miner."""
    import pandas as pd

    from aisre_nb.analysis.logs.miner import mine

    found: list[int] = mine(pd.Series(lines, dtype="str")).ids.tolist()
    return found


def drain3(lines: Sequence[str]) -> list[int]:
    """The cluster of each line by drain3, with the masks."""
    from drain3 import TemplateMiner
    from drain3.masking import MaskingInstruction
    from drain3.template_miner_config import TemplateMinerConfig

    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(pattern, name) for pattern, name in _MASKS]
    miner = TemplateMiner(config=config)
    return [miner.add_log_message(line)["cluster_id"] for line in lines]


def accuracy(found: Sequence[Hashable], true: Sequence[Hashable]) -> float:
    """Grouping Accuracy."""

    def groups(labels: Sequence[Hashable]) -> set[tuple[int, ...]]:
        members: dict[Hashable, list[int]] = {}
        for n, label in enumerate(labels):
            members.setdefault(label, []).append(n)
        return {tuple(each) for each in members.values()}

    return sum(map(len, groups(found) & groups(true))) / len(true)


def service_lines(count: int, statements: int = 60, seed: int = 1) -> list[str]:
    """As services write them: a message, key=value pairs and JSON, with values of their own in each line."""
    chance = random.Random(seed)
    values = _values(chance)
    kinds = list(values)
    made = []
    for _ in range(statements):
        message = [chance.choice(_WORDS) for _ in range(chance.randint(3, 9))]
        for _ in range(chance.randint(1, 3)):
            message.insert(chance.randint(1, len(message)), "{" + chance.choice(kinds) + "}")
        keys = chance.sample(_WORDS, 16)
        made.append((message, [(key, chance.choice(kinds)) for key in keys]))
    lines = []
    for _ in range(count):
        # A few statements write most lines.
        message, fields = made[min(int(chance.expovariate(0.08)), statements - 1)]
        text = " ".join(values[word[1:-1]]() if word[0] == "{" else word for word in message)
        pairs = " ".join(f"{key}={values[kind]()}" for key, kind in fields[:8])
        lines.append(_padded(f"{text} {pairs} " + json.dumps({k: values[kind]() for k, kind in fields[8:]}), chance))
    return lines


def padded_lines(contents: Sequence[str], count: int, seed: int = 2) -> list[str]:
    """Real lines, each with pairs and JSON behind it until it is long enough."""
    chance = random.Random(seed)
    values = _values(chance)
    fields = [(word, chance.choice(list(values))) for word in _WORDS[:12]]
    lines = []
    for _ in range(count):
        pairs = " ".join(f"{key}={values[kind]()}" for key, kind in fields[:6])
        rest = json.dumps({key: values[kind]() for key, kind in fields[6:]})
        lines.append(_padded(f"{chance.choice(contents)} {pairs} {rest}", chance))
    return lines


def _values(chance: random.Random) -> dict[str, Callable[[], str]]:
    names = ["".join(chance.choices("bcdfgklmnprstaeiou", k=chance.randint(4, 9))) for _ in range(400)]

    def hexadecimal(digits: int) -> str:
        return f"{chance.getrandbits(4 * digits):0{digits}x}"

    return {
        "number": lambda: str(chance.randrange(10 ** chance.randint(1, 9))),
        "seconds": lambda: f"{chance.random() * 100:.2f}",
        "address": lambda: f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}:8080",
        "uuid": lambda: "-".join(hexadecimal(n) for n in (8, 4, 4, 4, 12)),
        "name": lambda: chance.choice(names),
        "path": lambda: "/" + "/".join(chance.choice(_WORDS) for _ in range(chance.randint(2, 4))),
        "pod": lambda: f"{chance.choice(_WORDS)}-{hexadecimal(8)}-{chance.choice(names)[:5]}{chance.randrange(10)}",
        "flag": lambda: chance.choice(("true", "false")),
    }


def _padded(line: str, chance: random.Random) -> str:
    missing = LENGTH - len(line) - len(" payload=")
    return f"{line} payload={chance.getrandbits(4 * missing):0{missing}x}" if missing > 0 else line[:LENGTH]


def rate(run: Callable[[Sequence[str]], object], lines: Sequence[str], repeats: int) -> float:
    """Lines a second of processor time, so that others on the machine do not count; the median."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run(lines)
        times.append(time.process_time() - start)
    return len(lines) / statistics.median(times)


def grouping(folder: Path) -> list[str]:
    """Prints the accuracy of both on each system; the contents of all."""
    import pandas as pd

    from aisre_nb.bench.bootstrap import interval

    contents: list[str] = []
    by_system: dict[str, dict[str, float]] = {"ours": {}, "drain3": {}}
    print(f"{'Grouping Accuracy':24}{'ours':>8}{'drain3':>8}   lines  groups")
    for file in sorted(folder.glob("*/*_structured.csv")):
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        lines, true = frame["Content"].tolist(), frame["EventId"].tolist()
        contents += lines
        for name, run in (("ours", ours), ("drain3", drain3)):
            by_system[name][file.parent.name] = accuracy(run(lines), true)
        here = [by_system[name][file.parent.name] for name in by_system]
        print(f"{file.parent.name:24}{here[0]:8.3f}{here[1]:8.3f}{len(lines):8}{len(set(true)):8}")
    for name, found in by_system.items():
        low, high = interval(found) or (0.0, 0.0)
        mean = statistics.mean(found.values())
        print(f"mean of {len(found)} systems, {name}: {mean:.3f}, 95 % interval {low:.3f} to {high:.3f}")
    return contents


def speed(name: str, lines: list[str], repeats: int) -> None:
    """Prints the rate of both and their ratio; drain3, which keeps its rate, reads a tenth of the lines."""
    few = lines[: max(1000, len(lines) // 10)]
    own, other = rate(ours, lines, repeats), rate(drain3, few, 1)
    length, different = statistics.mean(map(len, lines)), len(set(lines)) / len(lines)
    print(
        f"{name}: {len(lines):,} lines of {length:.0f} characters, {different:.0%} of them different: "
        f"ours {own:,.0f} lines/s, drain3 {other:,.0f} lines/s, ratio {own / other:.1f}"
    )


def main() -> None:
    """Accuracy where there are labelled logs, then speed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path, default=LOGHUB)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    contents: list[str] = []
    if given.folder.is_dir():
        contents = grouping(given.folder)
    else:
        print(f"{given.folder} is absent: no accuracy")
    speed("as services write", service_lines(given.lines), given.repeats)
    if contents:
        speed("real ones, padded", padded_lines(contents, given.lines), given.repeats)


if __name__ == "__main__":
    main()
