"""What a server asks of the person while it works: a form, shown where changes are, sent only as it was approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mcp_types as types

from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.change import ChangeView
from aisre_nb.evidence.invisible import visible
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.tools.tool import Ask

_FIELDS = 12
_TRIES = 3
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

    @property
    def shape(self) -> str:
        """What may be typed."""
        kind = {"boolean": "yes or no", "array": "some of, with commas", "string": "text"}.get(self.kind, self.kind)
        if self.choices:
            kind = ("some of " if self.kind == "array" else "one of ") + ", ".join(self.choices)
        return f"{kind}{'' if self.required else ', may stay empty'}"


async def elicited(
    spec: ServerSpec, ask: Ask | None, params: types.ElicitRequestParams, declined: list[str]
) -> types.ElicitResult:
    """Ask the person. What was not answered is told in ``declined``; it is a gap."""
    message = cut(visible(" ".join(params.message.split())), 600)
    if isinstance(params, types.ElicitRequestURLParams):
        # A page that a stranger names is not opened, nor is the person sent there on our word.
        declined.append(f"{spec.name} wanted a page to be opened, which is not done: {message}")
        return types.ElicitResult(action="decline")
    form = fields(params.requested_schema)
    if ask is None:
        declined.append(f"{spec.name} asked, and nobody was there to answer: {message}")
        return types.ElicitResult(action="decline")
    given: Mapping[str, str] = {field.name: field.default for field in form}
    wrong = ""
    for _ in range(_TRIES):
        answer = await ask(_view(spec, message, form), given, wrong)
        if answer is None:
            break
        given = {field.name: str(answer.get(field.name, "")) for field in form}
        try:
            return types.ElicitResult(action="accept", content=_content(form, given))
        except ValueError as error:
            wrong = str(error)
    declined.append(f"{spec.name} asked, and was given no answer: {message}")
    return types.ElicitResult(action="decline")


def fields(schema: Any) -> list[Field]:
    """The flat fields of a form; what is nested is not asked for."""
    known = schema.get("properties") if isinstance(schema, Mapping) else None
    required = schema.get("required") if isinstance(schema, Mapping) else None
    wanted = {str(name) for name in required} if isinstance(required, list) else set()
    found = []
    for name, inner in list(known.items())[:_FIELDS] if isinstance(known, Mapping) else ():
        if not isinstance(inner, Mapping):
            continue
        items: Any = inner.get("items") if isinstance(inner.get("items"), Mapping) else {}
        kind = str(inner.get("type", "string"))
        title = cut(visible(" ".join(str(inner.get("description") or inner.get("title") or name).split())), 200)
        default = inner.get("default", "")
        text = ("yes" if default else "no") if isinstance(default, bool) else str(default)[:500]
        text = ", ".join(map(str, default))[:500] if isinstance(default, list) else text
        found.append(
            Field(
                visible(str(name))[:60],
                kind,
                title,
                _choices(inner) or _choices(items),
                visible(text),
                str(name) in wanted,
            )
        )
    return found


def _choices(schema: Mapping[str, Any]) -> tuple[str, ...]:
    told = schema.get("enum")
    if not isinstance(told, list):
        either = schema.get("oneOf") or schema.get("anyOf")
        told = [o.get("const") for o in either if isinstance(o, Mapping)] if isinstance(either, list) else []
    return tuple(visible(str(choice))[:100] for choice in told[:30] if choice is not None)


def _view(spec: ServerSpec, message: str, form: list[Field]) -> ChangeView:
    title = f"The server {spec.name} asks you: {message}"
    body = "What you approve is sent to it as it stands here. Type no passwords and no tokens."
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
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if wrong := [part for part in parts if field.choices and part not in field.choices]:
            raise ValueError(f"{field.name}: {wrong[0]} is none of {', '.join(field.choices)}")
        return parts
    if field.kind == "boolean":
        if text.lower() not in ("yes", "no", "true", "false"):
            raise ValueError(f"{field.name} is neither yes nor no")
        return text.lower() in ("yes", "true")
    if field.choices and text not in field.choices:
        raise ValueError(f"{field.name} is none of {', '.join(field.choices)}")
    if field.kind in ("integer", "number"):
        try:
            return int(text) if field.kind == "integer" else float(text)
        except ValueError:
            raise ValueError(f"{field.name} is no {field.kind}") from None
    return text
