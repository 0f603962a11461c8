"""The types of sources: each can be made from its options alone, and the README's example is taken as it stands."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from aisre_nb.errors import ConfigurationError
from aisre_nb.sources.kinds import KINDS, Place, checked, from_environment
from aisre_nb.sources.options import Options

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", KINDS)
def test_each_type_has_options_and_takes_its_environment(name: str) -> None:
    module = importlib.import_module(KINDS[name].module)
    assert issubclass(module.OPTIONS, Options) and callable(module.make)
    assert set(KINDS[name].environment) <= set(module.OPTIONS.model_fields)


def test_the_readme_s_examples_are_taken() -> None:
    found: dict[str, dict[str, str]] = {}
    for block in re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        found |= tomllib.loads(block).get("sources", {})
    assert {spec["type"] for spec in found.values()} >= {"folder", "git", "prometheus", "alertmanager"}
    place = Place(Path(), {"PROMETHEUS_TOKEN": "tiger-lily-99"})
    made = {name: checked(name, spec, place) for name, spec in found.items()}
    offer = made["metrics"]()
    assert offer.source.name == "metrics" and offer.metrics is offer.promql is offer.source


def test_the_environment_names_what_has_an_address_there() -> None:
    environ = {"PROMETHEUS_TOKEN": "tiger-lily-99", "ALERTMANAGER_URL": " http://a:9093 "}
    assert from_environment(environ) == {"alertmanager": {"type": "alertmanager", "url": "http://a:9093"}}
    assert from_environment({}) == {}


def test_a_type_that_there_is_not_names_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match="'oracle', which there is not → one of folder, git, prometheus"):
        checked("shop", {"type": "oracle"}, Place(Path(), {}))
