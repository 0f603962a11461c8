"""The options of a source as ``[sources.NAME]`` has them: checked, and what is wrong is one line that names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from aisre_nb.errors import ConfigurationError
from aisre_nb.sources.link_template import checked


class Options(BaseModel):
    """Base of every type's options: nothing unknown, nothing of another type.

    A validator raises ``ValueError("what is wrong → what to write")``. A field's ``examples`` are what to write where
    it is missing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    type: str


def _a_link(link: str) -> str:
    try:
        return checked(link, "link") if link else ""
    except ConfigurationError as error:
        raise ValueError(str(error)) from None


Link = Annotated[str, AfterValidator(_a_link)]
"""The house's own page, as `link_template` has it; empty: there is none."""

O = TypeVar("O", bound=Options)  # noqa: E741

_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
}


def read(options: type[O], spec: Mapping[str, Any], where: str) -> O:
    """The options. ``where``: ``"[sources.shop]"``. Raises `ConfigurationError`; no value stands in its text."""
    try:
        return options.model_validate(dict(spec))
    except ValidationError as error:
        raise _told(options, error, where) from None


def _told(options: type[Options], error: ValidationError, where: str) -> ConfigurationError:
    found = error.errors(include_input=False, include_url=False)
    unknown = [str(e["loc"][0]) for e in found if e["type"] == "extra_forbidden"]
    if unknown:
        known = ", ".join(name for name in options.model_fields if name != "type")
        return ConfigurationError(
            f"{where} has {', '.join(sorted(unknown))}, which means nothing", f"the options are {known}"
        )
    first = found[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "missing":
        examples = options.model_fields[name].examples if name in options.model_fields else None
        return ConfigurationError(f"{where} has no {name}", f"write {name} = {_quoted((examples or ['…'])[0])}")
    if first["type"] in _KINDS:
        wanted = _KINDS[first["type"]]
        return ConfigurationError(f"{where}: {name} is not {wanted}", f"give {wanted}")
    message, _, next_step = first["msg"].removeprefix("Value error, ").partition(" → ")
    told = message if not name or message.startswith(name) else f"{name}: {message}"
    return ConfigurationError(f"{where} {told}", next_step or "see the README's section on that source")


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
