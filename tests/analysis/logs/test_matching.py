"""Lines find the template that they fit."""

from __future__ import annotations

import numpy as np

from aisre_nb.analysis.logs.hashing import line_hashes
from aisre_nb.analysis.logs.matching import Matcher
from aisre_nb.analysis.logs.templates import Template
from aisre_nb.analysis.logs.tokens import tokenise
from aisre_nb.analysis.logs.vocabulary import FREE


def _template(line: str, *free: int) -> Template:
    values = tokenise(f"{line}\n".encode()).values.copy()
    values[list(free)] = FREE
    return Template(values, np.zeros(len(values), np.uint8), 1, 0)


def _match(matcher: Matcher, *lines: str) -> list[int]:
    tokens = tokenise("".join(f"{line}\n" for line in lines).encode())
    found: list[int] = matcher.match(tokens, line_hashes(tokens.values, tokens.first)).tolist()
    return found


def test_a_line_fits_a_template_in_all_positions_that_are_not_variable() -> None:
    matcher = Matcher()
    matcher.learn_template(_template("hello bob how are you", 1), 7)
    assert _match(matcher, "hello eve how are you", "hello eve how is she", "hello eve", "") == [7, -1, -1, -1]


def test_a_known_line_goes_before_a_template_and_fewer_variable_positions_before_more() -> None:
    matcher = Matcher()
    matcher.learn_template(_template("a b c", 0, 1), 1)
    matcher.learn_template(_template("a b c", 1), 2)
    tokens = tokenise(b"a x c\n")
    matcher.learn_line(int(line_hashes(tokens.values, tokens.first)[0]), 3)
    assert _match(matcher, "a x c", "a y c", "z y c", "z y d") == [3, 2, 1, -1]


def test_without_templates_nothing_fits() -> None:
    assert _match(Matcher(), "a", "b") == [-1, -1]
