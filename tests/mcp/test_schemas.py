"""Strangers' schemas made small, and arguments held against them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from aisre_nb.mcp.schemas import arguments, plain

WORDS = st.sampled_from(["type", "properties", "items", "$ref", "enum", "anyOf", "required", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=30,
)
PODS = {
    "type": "object",
    "properties": {
        "namespace": {"type": "string", "description": "Which\n one", "pattern": "^(a+)+$"},
        "limit": {"type": "integer", "minimum": 1, "default": 10},
        "phase": {"enum": ["Running", "Failed"]},
        "labels": {"type": "array", "items": {"$ref": "#/$defs/label"}},
    },
    "required": ["namespace"],
    "additionalProperties": False,
    "$defs": {"label": {"type": "string", "description": "key=value"}},
}


def test_known_words_stay_and_references_are_put_in_place() -> None:
    made = plain(PODS)
    assert made["properties"]["namespace"] == {"type": "string", "description": "Which one"}
    assert made["properties"]["limit"] == {"type": "integer", "minimum": 1, "default": 10}
    assert made["properties"]["labels"]["items"] == {"type": "string", "description": "key=value"}
    assert made["required"] == ["namespace"] and made["additionalProperties"] is False


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:9/x.json"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"properties": {"a": {"$ref": "file:///etc/passwd"}}},
        {"properties": {f"p{n}": {"description": "d" * 9000, "enum": list(range(9000))} for n in range(500)}},
        {"type": ["object", {}], "properties": "x", "required": {"a": 1}},
        None,
    ],
)
def test_a_hostile_one_is_small_and_fetches_nothing(schema: Any) -> None:
    made = plain(schema)
    assert made["type"] == "object"
    assert len(json.dumps(made)) < 40_000 and "$ref" not in json.dumps(made)


@settings(max_examples=40)
@given(JSON)
def test_any_json_gives_a_schema(value: Any) -> None:
    made = plain(value)
    assert made["type"] == "object" and json.loads(json.dumps(made)) == made
    arguments("x", value).model_json_schema()


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({}, "namespace is missing"),
        ({"namespace": 3}, "namespace is no string"),
        ({"namespace": "a", "limit": "3"}, "limit is no integer"),
        ({"namespace": "a", "limit": True}, "limit is no integer"),
        ({"namespace": "a", "phase": "Odd"}, "phase is none of Running, Failed"),
        ({"namespace": "a", "namspace": "b"}, "there is no namspace; there are namespace"),
    ],
)
def test_what_does_not_fit_is_said(given_: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        arguments("pods", PODS).model_validate(given_)


def test_what_fits_comes_out_as_it_went_in() -> None:
    value = {"namespace": "a" * 40 + "!", "limit": 3, "labels": ["a=b"]}
    assert arguments("pods", PODS).model_validate(value).model_dump(mode="json") == value
    odd = {"model_config": 1, "self": {"deep": [1, None]}, "_x": "y"}
    assert arguments("x", {}).model_validate(odd).model_dump(mode="json") == odd
