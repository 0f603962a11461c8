"""Lines become tokens in bulk; what varies by nature is masked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.logs.hashing import line_hashes
from aisre_nb.analysis.logs.miner import masked
from aisre_nb.analysis.logs.tokens import tokenise


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("took 12 ms", "took <*>"),
        ("took 1.5 s, then <2 sec", "took <*>, then <*>"),
        ("from 10.1.2.3:8080 to [shop.example.org:443]", "from <*> to [<*>]"),
        ("at Fri Jun 17 07:07:00 2005", "at <*>"),
        ("May the source be with you", "May the source be with you"),
        ("job 7f3e1d2c-aaaa-4bbb-8ccc-0123456789ab is done", "job <*> is done"),
        ("mask=ffffffff facade=deadbeef", "mask=<*> facade=<*>"),
        ("seen FF:EE:DC:AB:CC:DD twice", "seen <*> twice"),
        ("open /var/log/app/x.log and read/write", "open <*> and read/write"),
        (r"load C:\Windows\System\x.dll now", "load C:<*> now"),
        ("retries [1, 2, 3] of (4-5)", "retries [<*>] of (<*>)"),
        ("boot node-[1-3] of group[4]", "boot <*> of group[<*>]"),
        ("peer () left f()", "peer (<*>) left f()"),
        ("value......7", "value......<*>"),
        ("speeds 35 **** 33 41", "speeds <*>"),
        ("user=bob id=u-17", "user=bob id=<*>"),
        ("  spaces   stay\there ", "spaces   stay\there"),
        ("", ""),
    ],
)
def test_what_varies_by_nature_is_masked(line: str, expected: str) -> None:
    assert masked(line) == expected


@pytest.mark.parametrize(
    "line", ["", " ", "a", "x=1, y=[2, 3] <4 ms", "<*> took <*>", "from shop.example.org:443", "()"]
)
def test_masking_what_was_masked_changes_nothing(line: str) -> None:
    assert masked(masked(line)) == masked(line)


def test_lines_have_one_hash_if_and_only_if_their_masked_tokens_are_the_same() -> None:
    lines = ["paid 12 EUR", "paid 99999 EUR", "paid  7  EUR", "EUR 12 paid", "paid 12 USD", "", "paid 12 EUR now"]
    tokens = tokenise(("\n".join(lines) + "\n").encode())
    hashes = line_hashes(tokens.values, tokens.first).tolist()
    assert hashes[0] == hashes[1] == hashes[2]
    assert len(set(hashes)) == 5


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=60).map(lambda t: t.replace("\n", " ")), min_size=1, max_size=8))
def test_a_line_has_the_same_hash_whatever_stands_around_it(lines: list[str]) -> None:
    def hashes(given: list[str]) -> list[int]:
        tokens = tokenise(("\n".join(given) + "\n").encode("utf-8", "replace"))
        found: list[int] = line_hashes(tokens.values, tokens.first).tolist()
        return found

    assert hashes(lines) == [hashes([line])[0] for line in lines]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_tokens_lie_in_their_line_and_in_order(line: str) -> None:
    text = line.replace("\n", " ").encode("utf-8", "replace") + b"\n"
    tokens = tokenise(text, places=True)
    assert tokens.starts is not None and tokens.ends is not None
    assert tokens.first.tolist() == [0, len(tokens.values)]
    assert (tokens.starts[1:] >= tokens.ends[:-1]).all() and int(tokens.ends[-1]) == len(text)
