"""A stranger's JSON schema made small and plain, and arguments that are held against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, create_model, model_validator

from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.invisible import visible

_DEPTH = 5
_FIELDS = 40
_CHOICES = 40
_WORDS = 240
"""Characters of one description."""
_NUMBERS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def plain(schema: Any) -> dict[str, Any]:
    """An object's schema of known words alone, at most five deep; references within it are put in place.

    Patterns, which can be made to run for ever, and references to elsewhere, which would be fetched, are left out.
    """
    root = schema if isinstance(schema, Mapping) else {}
    made = _plain(root, root, 0)
    made["type"] = "object"
    made.setdefault("properties", {})
    return made


def _plain(given: Any, root: Mapping[str, Any], depth: int) -> dict[str, Any]:
    if not isinstance(given, Mapping) or depth > _DEPTH:
        return {}
    for _ in range(_DEPTH):
        reference = given.get("$ref")
        if not isinstance(reference, str):
            break
        given = _found(root, reference)
    made: dict[str, Any] = {}
    kinds = given.get("type")
    if isinstance(kinds, str) and (kinds in _KINDS or kinds == "null"):
        made["type"] = kinds
    elif isinstance(kinds, list):
        made["type"] = [k for k in kinds if isinstance(k, str) and (k in _KINDS or k == "null")] or ["string"]
    for word in ("description", "format"):
        if isinstance(given.get(word), str):
            made[word] = cut(visible(" ".join(given[word].split())), _WORDS if word == "description" else 40)
    if isinstance(given.get("enum"), list):
        made["enum"] = [v if not isinstance(v, str) else visible(v)[:200] for v in given["enum"] if _scalar(v)][
            :_CHOICES
        ]
    if "default" in given and _scalar(given["default"]):
        made["default"] = given["default"] if not isinstance(given["default"], str) else visible(given["default"])[:200]
    for word in _NUMBERS:
        if isinstance(given.get(word), int | float):
            made[word] = given[word]
    if isinstance(given.get("properties"), Mapping):
        fields = list(given["properties"].items())[:_FIELDS]
        made["properties"] = {visible(str(name))[:100]: _plain(inner, root, depth + 1) for name, inner in fields}
        wanted = given.get("required")
        required = [n for n in wanted if n in made["properties"]] if isinstance(wanted, list) else []
        if required:
            made["required"] = required
    if given.get("additionalProperties") is False:
        made["additionalProperties"] = False
    if "items" in given:
        made["items"] = _plain(given["items"], root, depth + 1)
    for word in ("anyOf", "oneOf"):
        if isinstance(given.get(word), list):
            choices = [c for c in (_plain(each, root, depth + 1) for each in given[word][:8]) if c]
            if choices:
                made["anyOf"] = choices
    return made


def _found(root: Mapping[str, Any], reference: str) -> Any:
    """What ``#/$defs/x`` names; nothing for a reference to elsewhere."""
    if not reference.startswith("#/"):
        return {}
    place: Any = root
    for part in reference[2:].split("/")[:6]:
        place = place.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(place, Mapping) else None
    return place if isinstance(place, Mapping) else {}


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


class Foreign(BaseModel):
    """Arguments as a server's schema has them."""

    model_config = ConfigDict(extra="allow", frozen=True)
    foreign_schema: ClassVar[dict[str, Any]] = {}

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The server's schema, made plain."""
        return dict(cls.foreign_schema)

    @model_validator(mode="before")
    @classmethod
    def _held_against_it(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise ValueError("the arguments are no object")
        fields = cls.foreign_schema.get("properties", {})
        missing = [name for name in cls.foreign_schema.get("required", ()) if name not in given]
        if missing:
            raise ValueError(f"{', '.join(missing)} is missing")
        unknown = [str(name)[:60] for name in given if name not in fields]
        if unknown and cls.foreign_schema.get("additionalProperties") is False:
            raise ValueError(f"there is no {', '.join(unknown[:5])}; there are {', '.join(fields) or 'none'}")
        for name, value in given.items():
            _fits(str(name), value, fields.get(name, {}))
        return given


def _fits(name: str, value: Any, schema: Mapping[str, Any]) -> None:
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds or []
    if kinds and not any(_is(value, kind) for kind in kinds):
        raise ValueError(f"{name} is no {' or '.join(kinds)}")
    if schema.get("enum") and value not in schema["enum"] and value is not None:
        raise ValueError(f"{name} is none of {', '.join(map(str, schema['enum'][:12]))}")


def _is(value: Any, kind: str) -> bool:
    if kind == "null":
        return value is None
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind]) or (kind == "integer" and isinstance(value, float) and value.is_integer())


def arguments(name: str, schema: Any) -> type[BaseModel]:
    """The model that holds a call's arguments against a tool's schema."""
    made: type[Foreign] = create_model(name, __base__=Foreign)
    made.foreign_schema = plain(schema)
    return made
