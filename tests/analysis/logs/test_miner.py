"""Lines of one statement in a program have one pattern, without a rule for the program."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.logs.miner import Mined, mine

NAMES = ["alma", "bertil", "cesar", "david", "erik", "filip", "gustav", "harald"]


def _patterns(lines: list[str]) -> list[str]:
    mined = mine(lines)
    return [mined.patterns[n] for n in mined.ids.tolist()]


def _groups(mined: Mined) -> set[frozenset[int]]:
    found: dict[int, list[int]] = {}
    for line, pattern in enumerate(mined.ids.tolist()):
        found.setdefault(pattern, []).append(line)
    return {frozenset(lines) for lines in found.values()}


@pytest.mark.parametrize(
    ("make", "count"),
    [
        # Steps and their count; one message a method.
        (lambda n: f"onStepChanged {n}", 1),
        (lambda n: f"totals = {n}##{n * 7}##{n * 31}##8", 1),
        # A proxy: hosts with and without names, sizes in two units, times in two forms.
        (lambda n: f"{NAMES[n % 8]}.example.org:{n} close, {n} bytes sent, took {'<1 sec' if n % 3 else '00:17'}", 1),
        (lambda n: f"{NAMES[n % 8]}.example.org:80 close, {n} bytes ({n}.5 {'KB' if n % 2 else 'MB'}) sent", 1),
        (lambda n: f"10.0.0.{n}:443 {'open' if n % 2 else 'shut'} through proxy", 2),
        # Requests: paths of different depth, several peers.
        (lambda n: f'{"10.0.0.1," * (n % 2)}10.0.0.{n} "GET /v2/{"a/" * (n % 4)}list HTTP/1.1" status: 200', 1),
        (lambda n: f"[instance: {n:08x}-1111-2222-3333-444455556666] VM {('Started', 'Paused', 'Stopped')[n % 3]}", 3),
        # Lists of different lengths.
        (lambda n: f"fans ( {' '.join(str(3000 + k) if k % 3 else '****' for k in range(n % 5 + 2))} )", 1),
        (lambda n: f"cannot resolve {' '.join(f'an{k}' for k in range(n % 7 + 2))}", 1),
        # Attempts, containers, addresses with and without a name.
        (lambda n: f"Progress of attempt_{n}_0011_m_00000{n % 9}_0 is : 0.{n}", 1),
        (lambda n: f"Address changed. Old: host-{n}/10.1.1.{n}:9000 New: host-{n}:9000", 1),
        (lambda n: f"attempt_{n}_m_0 moved from {('NEW to READY', 'READY to DONE')[n % 2]}", 2),
        (lambda n: f"Connection request /10.10.34.{n}:{40000 + n}", 1),
        # Stacks of addresses, packages.
        (lambda n: f"{n:08x}@2016/9/27:20:41:3{n % 10}.390 Init (x.dll v0.0.{n}) called (stack @0x{n:x} @0x1f)", 1),
        (lambda n: f"cached package: Package_for_KB{n}~31bf~amd64~~6.1.1.{n}, State: {n}, Now:{n}", 1),
        # Names behind a noun, behind "=" and elsewhere.
        (lambda n: f"session closed for user {NAMES[n % 3]}", 1),
        (lambda n: f"login uid=0 from={NAMES[n % 4]} ok", 1),
        (lambda n: f"hello {NAMES[n % 8]} how are you", 1),
        (lambda n: f"the {('door', 'window')[n % 2]} was opened", 2),
        # Flags.
        (lambda n: f"ready={bool(n % 2)} level={n}", 1),
        (lambda n: f'{{"at": "{("home", "work")[n % 2]}", "mode": "{("slow", "fast")[n // 2 % 2]}", "n": {n}}}', 1),
        (lambda n: f'{{"at": "{("home", "work")[n % 2]}", "mode": "{("slow", "fast")[n % 2]}", "n": {n}}}', 2),
    ],
)
def test_a_statement_has_one_pattern(make: Callable[[int], str], count: int) -> None:
    assert len(set(_patterns([make(n) for n in range(1, 60)]))) == count


def test_statements_of_equal_length_stay_apart() -> None:
    lines = [
        f"{v} password for {NAMES[n % 8]} from 10.0.0.{n} port {n}" for n in range(40) for v in ("Failed", "Accepted")
    ]
    lines += [f"{NAMES[n % 8]} joined room {n} at floor {n} today" for n in range(40)]
    found = Counter(_patterns(lines))
    assert found == {
        "Failed password for <*> from <*> port <*>": 40,
        "Accepted password for <*> from <*> port <*>": 40,
        "<*> joined room <*> at floor <*> today": 40,
    }


def test_what_every_line_begins_with_does_not_make_messages_alike() -> None:
    messages = [
        "[loadCart][Load Cart by Id][id: {}]",
        "[saveCart][Save Cart to Store][id: {}]",
        "[findUser][Find User of Cart][id: {}]",
        "[sendMail][Send Mail to User][id: {}]",
        "[dropItem][Drop Item from Cart][id: {}]",
        "[countAll][Count Every Single Item][id: {}]",
        "[stop][Stopped]",
        "[start][Started all]",
        "[idle] nothing to do",
    ]
    lines = [f"2026-03-01 10:00:{n % 60:02} INFO [worker-{n}] {messages[n % 9].format(n)}" for n in range(900)]
    assert len(set(_patterns(lines))) == len(messages)


def test_words_that_change_together_are_statements_and_words_that_do_not_are_names() -> None:
    together = [f"{NAMES[n % 8]} is the {NAMES[n % 8][::-1]} of stage {n}" for n in range(400)]
    apart = [f"{NAMES[n % 8]} is the {NAMES[n // 8 % 8]} of stage {n}" for n in range(400)]
    assert len(set(_patterns(together))) == 8 and len(set(_patterns(apart))) == 1


def test_a_rare_line_that_says_in_more_tokens_what_others_say_in_one_is_theirs() -> None:
    lines = [f"synchronized to 10.0.0.{n % 9}, stratum {n % 4}" for n in range(60)] + [
        "synchronized to LOCAL(0), stratum 10"
    ]
    assert len(set(_patterns(lines))) == 1


def test_the_order_of_the_lines_does_not_matter() -> None:
    lines = [f"user {NAMES[n % 8]} bought {n} apples" for n in range(50)] + [
        f"stock of {NAMES[n % 8]} is low" for n in range(50)
    ]
    shuffled = random.Random(1).sample(lines, len(lines))
    assert sorted(_patterns(lines)) == sorted(_patterns(shuffled))


def test_more_lines_than_a_sample_have_the_patterns_of_few() -> None:
    chance = random.Random(2)
    words = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(2000)]
    lines = [f"removing {word} from index {n}" for n, word in enumerate(words * 10)]
    lines += [f"a rare thing {n}" for n in range(3)]
    found = Counter(_patterns(lines))
    assert found == {"removing <*> from index <*>": 20_000, "a rare thing <*>": 3}


def test_lines_that_share_nothing_are_patterns_by_their_first_word() -> None:
    chance = random.Random(3)

    def noise() -> str:
        return " ".join("".join(chance.choices("ghijklmnop", k=7)) for _ in range(chance.randrange(3, 9)))

    found = Counter(_patterns([f"{('alpha', 'beta')[n % 2]} {noise()}" if n % 9 else noise() for n in range(30_000)]))
    assert len(found) < 9000
    assert all(pattern.startswith(("alpha ", "beta ", "<*>")) for pattern, count in found.items() if count > 9)


def test_bodies_of_any_kind_have_a_pattern_each() -> None:
    bodies = [
        None,
        float("nan"),
        3,
        b"\xff\x00 7",
        "\ud800 x",
        {"a": 1},
        "line\nat x",
        "\n\nlater",
        "é" * 5000,
        "x" * 1_000_000,
    ]
    found = _patterns(bodies)  # type: ignore[arg-type]
    assert len(found) == len(bodies) and found[6] == "line" and found[7] == "later"
    assert max(map(len, found)) <= 2000


def test_no_lines_are_no_patterns() -> None:
    assert mine([]).patterns == [] and len(mine([]).ids) == 0


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=80), st.binary(max_size=40), st.sampled_from(["a 1", "a 2"])), max_size=30
    )
)
def test_every_line_of_any_text_gets_exactly_one_pattern(bodies: list[object]) -> None:
    mined = mine(bodies)
    assert len(mined.ids) == len(bodies) and len(set(mined.patterns)) == len(mined.patterns)
    assert all(0 <= n < len(mined.patterns) for n in mined.ids.tolist())
    again = mine(bodies[::-1])
    last = len(bodies) - 1
    assert _groups(mined) == {frozenset(last - n for n in group) for group in _groups(again)}
