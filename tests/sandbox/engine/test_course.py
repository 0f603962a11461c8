"""What the engine found, step by step."""

from __future__ import annotations

import numpy as np

from aisre_nb.sandbox.engine.course import DT, Course


def _course(*values: float) -> Course:
    course = Course()
    for value in values:
        course.put("wait", "cart", value, 0.0)
        course.end_step()
    return course


def test_what_was_never_unusual_is_not_kept():
    course = _course(0, 0, 0)
    assert course.at("wait", "cart", np.array([20.0]), 0.0) is None and course.names("wait") == []
    assert course.get("wait", "cart", 0.5).tolist() == [0.5] * 3


def test_what_was_usual_before_it_was_unusual_is_filled_in():
    course = _course(0, 0, 2, 1)
    assert course.get("wait", "cart", 0.0).tolist() == [0, 0, 2, 1]
    assert course.names("wait") == ["cart"]


def test_an_instant_has_the_value_of_its_step():
    course = _course(0, 3, 4)
    found = course.at("wait", "cart", np.array([0.0, DT - 0.1, DT, 2 * DT, 99 * DT]), 0.0)
    assert found is not None and found.tolist() == [0, 0, 3, 4, 4]


def test_steps_in_which_nothing_was_said_are_usual():
    course = _course(1)
    course.end_step()
    course.end_step()
    course.put("wait", "cart", 5.0, 0.0)
    course.end_step()
    assert course.get("wait", "cart", 0.0).tolist() == [1, 0, 0, 5]
