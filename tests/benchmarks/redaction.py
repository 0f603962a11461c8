"""What masking secrets costs: `python tests/benchmarks/redaction.py`. Prints; asserts nothing.

The limit is the first issue's: at least 50,000 lines a second. Real logs where they are, else generated ones; each
line is another one, for what repeats itself is looked at once.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOGHUB = Path(__file__).parents[3] / "shared" / "data" / "loghub"
LIMIT = 50_000
LINES = 20_000
SECRETS = ("password=Tr0ub4dor-{}", "Authorization: Bearer abc.{}.Def1234567890", "AKIAIOSFODNN7{:07}")


def real_lines() -> list[str]:
    """Distinct ones, of the logs and then of the structured files."""
    files = [*sorted(LOGHUB.glob("*/*.log")), *sorted(LOGHUB.glob("*/*.csv"))]
    lines = (line for f in files for line in f.read_bytes().decode("utf-8", "replace").splitlines())
    return list(dict.fromkeys(lines))[:LINES]


def generated_lines() -> list[str]:
    """As a web service writes them."""
    chance = random.Random(1)
    return [
        f"2026-11-23T10:{n // 1000:02}:{n % 60:02}.{n % 1000:03}Z INFO [worker-{n % 16}] c.shop.cart.Handler - GET "
        f"/cart/u-{chance.randrange(10**6)}/items?page={n % 7} 200 in {chance.random() * 100:.2f} ms "
        f"trace_id={chance.getrandbits(128):032x} key_count={n}"
        for n in range(LINES)
    ]


def with_secrets(lines: list[str]) -> list[str]:
    """A secret in every hundredth line."""
    return [f"{line} {SECRETS[n % 3].format(n)}" if n % 100 == 0 else line for n, line in enumerate(lines)]


def rate(run: Callable[[], Any], lines: int) -> float:
    """Lines a second of processor time, so that others on the machine do not count; the median of five runs."""
    times = []
    for _ in range(5):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return lines / statistics.median(times)


def main() -> None:
    """Print each way in which lines come."""
    import pandas as pd

    from aisre_nb.evidence.redaction import Redactor

    lines = real_lines() if LOGHUB.is_dir() else generated_lines()
    kind = "of loghub" if LOGHUB.is_dir() else "generated"
    print(f"{len(lines):,} distinct lines, {kind}, {statistics.mean(map(len, lines)):.0f} characters each")
    for name, given in (("clean", lines), ("1% with a secret", with_secrets(lines))):
        strings = pd.DataFrame({"body": given})
        spans = pd.DataFrame(
            {
                "attributes": [
                    {"log.body": t, "http.route": "/cart", "status": 200, "tags": ["a", t[:20]]} for t in given
                ]
            }
        )
        ways: dict[str, Callable[[], Any]] = {
            "texts, one by one": lambda given=given: [*map(Redactor().text, given)],
            "the same with e-mail addresses": lambda given=given: [*map(Redactor(emails=True).text, given)],
            "a frame's column": lambda strings=strings: Redactor().frame(strings),
            "a frame's nested attributes": lambda spans=spans: Redactor().frame(spans),
            "one long text": lambda given=given: Redactor().text("\n".join(given)),
        }
        for way, run in ways.items():
            found = rate(run, len(given))
            print(f"{name}, {way}: {found:,.0f} lines/s (limit {LIMIT:,}, ratio {found / LIMIT:.1f})")


if __name__ == "__main__":
    main()
