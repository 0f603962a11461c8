"""What a server asks of the person while it works: a form, shown where changes are, sent only as it was approved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import mcp_types as types

from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.change import ChangeView
from aisre_nb.evidence.invisible import visible
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.tools.tool import Ask

_FIELDS = 24
_TRIES = 3
_LARGEST = 1e300
T = TypeVar("T")
Value = str | int | float | bool | list[str]


@dataclass(frozen=True)
class Field:
    """One thing that is asked for."""

    name: str
    kind: str
    """string, integer, number, boolean, or array: texts with commas between."""
    title: str
    choices: tuple[str, ...]
    default: str
    required: bool
    named: tuple[str, ...] = ()
    """What each choice is called, where that is not the choice itself."""
    least: float | None = None
    """The smallest number; of a text its characters, of an array its items."""
    most: float | None = None

    @property
    def shape(self) -> str:
        """What may be typed."""
        kind = {"boolean": "yes or no", "array": "some of, with commas", "string": "text"}.get(self.kind, self.kind)
        if self.choices:
            named = dict(zip(self.choices, self.named, strict=False))
            words = [f"{c} ({named[c]})" if named.get(c, c) != c else c for c in self.choices]
            kind = ("some of " if self.kind == "array" else "one of ") + ", ".join(words)
        return f"{kind}{f', {self.bounds}' if self.bounds else ''}{'' if self.required else ', may stay empty'}"

    @property
    def bounds(self) -> str:
        """``"from 1 to 100"``; empty: there are none."""
        unit = {"string": " characters", "array": " of them"}.get(self.kind, "")
        if self.least is not None and self.most is not None:
            return f"from {self.least:g} to {self.most:g}{unit}"
        if self.least is not None:
            return f"at least {self.least:g}{unit}"
        return f"at most {self.most:g}{unit}" if self.most is not None else ""


async def elicited(
    spec: ServerSpec, ask: Ask | None, params: types.ElicitRequestParams, declined: list[str]
) -> types.ElicitResult:
    """Ask the person. What was not answered is told in ``declined``; it is a gap."""
    message = cut(visible(" ".join(params.message.split())), 600)
    if isinstance(params, types.ElicitRequestURLParams):
        # A page that a stranger names is not opened, nor is the person sent there on our word.
        declined.append(f"{spec.name} wanted a page to be opened, which is not done: {message}")
        return types.ElicitResult(action="decline")
    form, left = fields(params.requested_schema)
    if ask is None:
        declined.append(f"{spec.name} asked, and nobody was there to answer: {message}")
        return types.ElicitResult(action="decline")
    given: Mapping[str, str] = {field.name: field.default for field in form}
    wrong = ""
    for _ in range(_TRIES):
        answer = await ask(_view(spec, message, form, left), given, wrong)
        if answer is None:
            break
        given = {field.name: str(answer.get(field.name, "")) for field in form}
        try:
            return types.ElicitResult(action="accept", content=_content(form, given))
        except ValueError as error:
            wrong = str(error)
    declined.append(f"{spec.name} asked, and was given no answer: {message}")
    return types.ElicitResult(action="decline")


def fields(schema: Any) -> tuple[list[Field], int]:
    """The flat fields of a form, and how many more it has; what is nested is not asked for."""
    known = schema.get("properties") if isinstance(schema, Mapping) else None
    required = schema.get("required") if isinstance(schema, Mapping) else None
    wanted = {str(name) for name in required} if isinstance(required, list) else set()
    usable = [(str(n), i) for n, i in known.items() if isinstance(i, Mapping)] if isinstance(known, Mapping) else []
    if len(usable) > _FIELDS:
        # What must be answered first.
        usable.sort(key=lambda each: each[0] not in wanted)
    return [_field(name, inner, name in wanted) for name, inner in usable[:_FIELDS]], max(len(usable) - _FIELDS, 0)


def _field(name: str, inner: Mapping[str, Any], required: bool) -> Field:
    items: Any = inner.get("items") if isinstance(inner.get("items"), Mapping) else {}
    kind = str(inner.get("type", "string"))
    title = cut(visible(" ".join(str(inner.get("description") or inner.get("title") or name).split())), 200)
    default = inner.get("default", "")
    text = ("yes" if default else "no") if isinstance(default, bool) else str(default)[:500]
    text = ", ".join(map(str, default))[:500] if isinstance(default, list) else text
    choices, named = _choices(inner)
    if not choices:
        choices, named = _choices(items)
    ends = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}.get(kind, ("minimum", "maximum"))
    least, most = (_bound(inner.get(end)) for end in ends)
    return Field(visible(name)[:60], kind, title, choices, visible(text), required, named, least, most)


def _choices(schema: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be sent, and what each is called."""
    told, names = schema.get("enum"), schema.get("enumNames")
    if not isinstance(told, list):
        either = schema.get("oneOf") or schema.get("anyOf")
        options = [o for o in either if isinstance(o, Mapping)] if isinstance(either, list) else []
        told, names = [o.get("const") for o in options], [o.get("title") for o in options]
    names = names if isinstance(names, list) and len(names) == len(told) else told
    pairs = [(c, n) for c, n in zip(told[:30], names[:30], strict=True) if c is not None]
    return tuple(_word(c) for c, _ in pairs), tuple(_word(c if n is None else n) for c, n in pairs)


def _word(value: Any) -> str:
    return visible(" ".join(str(value).split()))[:100]


def _bound(value: Any) -> float | None:
    # A number of hundreds of digits is no bound.
    return float(value) if isinstance(value, int | float) and abs(value) < _LARGEST else None


def _view(spec: ServerSpec, message: str, form: list[Field], left: int) -> ChangeView:
    title = f"The server {spec.name} asks you: {message}"
    body = "What you approve is sent to it as it stands here. Type no passwords and no tokens."
    if left:
        body += f" {left} more of its fields are not shown, and not answered."
    rows = tuple((f"{field.name}: {field.title}", field.shape, field.default) for field in form)
    return ChangeView(title, body, f"server {spec.name}", editable=tuple(f.name for f in form), rows=rows)


def _content(form: list[Field], given: Mapping[str, str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for field in form:
        text = given[field.name].strip()
        if text:
            found[field.name] = _typed(field, text)
        elif field.required:
            raise ValueError(f"{field.name} must not stay empty")
    return found


def _typed(field: Field, text: str) -> Value:
    if field.kind == "array":
        parts = [_chosen(field, part.strip()) for part in text.split(",") if part.strip()]
        if wrong := [part for part in parts if field.choices and part not in field.choices]:
            raise ValueError(f"{field.name}: {wrong[0]} is none of {', '.join(field.choices)}")
        return _within(field, parts, len(parts))
    if field.kind == "boolean":
        if text.lower() not in ("yes", "no", "true", "false"):
            raise ValueError(f"{field.name} is neither yes nor no")
        return text.lower() in ("yes", "true")
    text = _chosen(field, text)
    if field.choices and text not in field.choices:
        raise ValueError(f"{field.name} is none of {', '.join(field.choices)}")
    if field.kind in ("integer", "number"):
        try:
            value = int(text) if field.kind == "integer" else float(text)
        except ValueError:
            raise ValueError(f"{field.name} is no {field.kind}") from None
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{field.name} is no {field.kind}")
        return _within(field, value, value)
    return _within(field, text, len(text))


def _chosen(field: Field, text: str) -> str:
    """A choice may be typed as it is called."""
    return text if text in field.choices else dict(zip(field.named, field.choices, strict=False)).get(text, text)


def _within(field: Field, value: T, size: float) -> T:
    if (field.least is not None and size < field.least) or (field.most is not None and size > field.most):
        raise ValueError(f"{field.name} must be {field.bounds}")
    return value
