"""What a server asks of the person: shown with what may be typed, sent as it was approved, or declined with a note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mcp_types as types
import pytest

from aisre_nb.evidence.change import ChangeView
from aisre_nb.mcp.eliciting import elicited, fields
from aisre_nb.mcp.spec import ServerSpec

SPEC = ServerSpec("metoro", "x")
SCHEMA = {
    "type": "object",
    "properties": {
        "cluster": {"type": "string", "enum": ["prod", "dev"], "description": "Which\u202e one"},
        "nodes": {"type": "integer", "default": 3},
        "dry": {"type": "boolean", "default": True},
        "zones": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "nested": {"type": "object", "properties": {}},
    },
    "required": ["cluster"],
}


class Typing:
    """A person who types one answer after the other."""

    def __init__(self, *answers: dict[str, str] | None) -> None:
        self.answers = list(answers)
        self.shown: list[tuple[ChangeView, Mapping[str, str], str]] = []

    async def __call__(self, view: ChangeView, given: Mapping[str, str], again: str) -> Mapping[str, str] | None:
        self.shown.append((view, given, again))
        answer = self.answers.pop(0)
        return None if answer is None else {**given, **answer}


def _form(message: str = "Which?", schema: Any = SCHEMA) -> types.ElicitRequestFormParams:
    return types.ElicitRequestFormParams(message=message, requested_schema=schema)


async def test_what_is_approved_is_sent_with_its_types() -> None:
    ada, declined = Typing({"cluster": "prod", "nodes": "5", "zones": "a, b"}), []
    found = await elicited(SPEC, ada, _form("Which\x1b[2J cluster?"), declined)
    assert found.action == "accept" and not declined
    assert found.content == {"cluster": "prod", "nodes": 5, "dry": True, "zones": ["a", "b"]}
    [(view, given, again)] = ada.shown
    assert view.title == "The server metoro asks you: Which cluster?" and again == ""
    assert given == {"cluster": "", "nodes": "3", "dry": "yes", "zones": "", "nested": ""}
    assert view.rows[0] == ("cluster: Which one", "one of prod, dev", "")
    assert set(view.editable) == set(given)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cluster": ""}, "cluster must not stay empty"),
        ({"cluster": "qa"}, "cluster is none of prod, dev"),
        ({"cluster": "dev", "nodes": "many"}, "nodes is no integer"),
        ({"cluster": "dev", "dry": "perhaps"}, "dry is neither yes nor no"),
        ({"cluster": "dev", "zones": "a, z"}, "zones: z is none of a, b"),
    ],
)
async def test_what_does_not_fit_is_asked_again(typed: dict[str, str], said: str) -> None:
    ada = Typing(typed, {"cluster": "dev", "nodes": "1", "dry": "no", "zones": ""})
    found = await elicited(SPEC, ada, _form(), [])
    assert found.content == {"cluster": "dev", "nodes": 1, "dry": False}
    assert ada.shown[1][2] == said


BOUNDED = {
    "properties": {
        "percent": {"type": "integer", "minimum": 1, "maximum": 100},
        "ratio": {"type": "number", "minimum": 10**400},
        "why": {"type": "string", "minLength": 3},
        "zones": {"type": "array", "maxItems": 1, "items": {"anyOf": [{"const": "eu-1", "title": "Ireland"}]}},
        "size": {"type": "string", "oneOf": [{"const": "s", "title": "Small"}, {"const": "l"}]},
        "pet": {"type": "string", "enum": ["p1", "p2"], "enumNames": ["Cat", "Dog"]},
    }
}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"percent": "101"}, "percent must be from 1 to 100"),
        ({"ratio": "nan"}, "ratio is no number"),
        ({"why": "no"}, "why must be at least 3 characters"),
        ({"zones": "eu-1, eu-1"}, "zones must be at most 1 of them"),
    ],
)
async def test_bounds_are_held_and_choices_may_be_typed_as_they_are_called(typed: dict[str, str], said: str) -> None:
    right = {"percent": "7", "ratio": "1.5", "why": "", "zones": "Ireland", "size": "Small", "pet": "Dog"}
    ada = Typing(typed, right)
    found = await elicited(SPEC, ada, _form(schema=BOUNDED), [])
    assert found.content == {"percent": 7, "ratio": 1.5, "zones": ["eu-1"], "size": "s", "pet": "p2"}
    assert ada.shown[1][2] == said
    shapes = {name.partition(":")[0]: shape for name, shape, _ in ada.shown[0][0].rows}
    assert shapes["percent"] == "integer, from 1 to 100, may stay empty"
    assert shapes["size"] == "one of s (Small), l, may stay empty" and "p2 (Dog)" in shapes["pet"]


async def test_of_a_long_form_what_must_be_answered_is_shown() -> None:
    fields = {f"f{n}": {"type": "string"} for n in range(30)}
    ada = Typing({"f29": "x"})
    found = await elicited(SPEC, ada, _form(schema={"properties": fields, "required": ["f29"]}), [])
    assert found.content == {"f29": "x"}
    assert ada.shown[0][0].body.endswith("6 more of its fields are not shown, and not answered.")


async def test_no_answer_is_declined_and_told() -> None:
    declined: list[str] = []
    assert (await elicited(SPEC, Typing(None), _form("Which?"), declined)).action == "decline"
    assert (await elicited(SPEC, None, _form("Who?"), declined)).action == "decline"
    assert declined == [
        "metoro asked, and was given no answer: Which?",
        "metoro asked, and nobody was there to answer: Who?",
    ]


async def test_a_page_is_not_opened() -> None:
    declined: list[str] = []
    asked = types.ElicitRequestURLParams(message="Sign in", url="http://127.0.0.1:9/", elicitation_id="1")
    assert (await elicited(SPEC, Typing(), asked, declined)).action == "decline"
    assert declined == ["metoro wanted a page to be opened, which is not done: Sign in"]


@pytest.mark.parametrize(
    "schema", [None, [], {"properties": []}, {"properties": {"a": 3}}, {"properties": {f"f{n}": {} for n in range(99)}}]
)
def test_an_odd_form_has_few_fields(schema: Any) -> None:
    found, left = fields(schema)
    assert len(found) <= 24 and (left == 75) == bool(found and len(found) == 24)
