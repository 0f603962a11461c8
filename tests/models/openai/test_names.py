"""From a name, or a table of aisre.toml, to an address; and where keys may go."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, ModelUnavailable
from aisre_nb.models.choose import choose, explain
from aisre_nb.models.openai.names import configured, named

KEY = {"OPENAI_API_KEY": "sk-1"}


@pytest.mark.parametrize(
    ("name", "environ", "base", "model"),
    [
        ("openai:gpt-x", KEY, "https://api.openai.com/v1", "gpt-x"),
        ("openai:gpt-x", {"OPENAI_BASE_URL": "http://10.0.0.5:4000/v1/"}, "http://10.0.0.5:4000/v1", "gpt-x"),
        ("openai:org/a@b@http://localhost:9/v1", {}, "http://localhost:9/v1", "org/a@b"),
        ("ollama:qwen3:8b", {}, "http://127.0.0.1:11434/v1", "qwen3:8b"),
        ("ollama:qwen3:8b", {"OLLAMA_HOST": "0.0.0.0"}, "http://127.0.0.1:11434/v1", "qwen3:8b"),
        ("ollama:x", {"OLLAMA_HOST": "gpu.example:1234"}, "http://gpu.example:1234/v1", "x"),
        ("ollama:x", {"OLLAMA_HOST": "https://gpu.example/"}, "https://gpu.example:443/v1", "x"),
        ("vllm:", {}, "http://127.0.0.1:8000/v1", ""),
        ("vllm:a@http://h:8000/v1/chat/completions", {}, "http://h:8000/v1", "a"),
        ("llamacpp:", {}, "http://127.0.0.1:8080/v1", ""),
        ("lmstudio:a", {}, "http://127.0.0.1:1234/v1", "a"),
    ],
)
def test_a_name_says_where(name: str, environ: dict[str, str], base: str, model: str) -> None:
    found = named(name, environ)
    assert found is not None and (found.base_url, found.model, found.label) == (base, model, name)


def test_a_key_goes_with_the_name_and_is_in_no_text() -> None:
    found = named("openai:gpt-x", KEY)
    assert found is not None and found.key == "sk-1" and "sk-1" not in repr(found)
    line = explain(choose("openai:gpt-x@https://llm.example/v1", KEY))
    assert "llm.example" in line and "price is not known" in line and "sk-1" not in line
    assert "price" not in explain(choose("ollama:x", {}))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("openai:gpt-x", "set OPENAI_API_KEY"),
        ("openai:x@http://user:pw@host/v1", "more than a host and a path"),
        ("openai:x@http://host/v1?key=1", "more than a host and a path"),
        ("openai:x@http:///v1", "is not an address"),
        ("openai:x@http://host:port/v1", "cannot be read"),
        ("openai:x@ftp://host/v1", "OPENAI_API_KEY"),
        ("vllm:x", "VLLM_API_KEY holds no key"),
    ],
)
def test_a_name_that_cannot_be_says_why_without_a_secret(name: str, told: str) -> None:
    with pytest.raises(ModelUnavailable, match=told) as caught:
        choose(name, {"VLLM_API_KEY": "pw\nx: y"})
    assert "pw" not in str(caught.value)


TABLE = {"base_url": "https://llm.example/v1", "model": "qwen3-32b"}


def test_a_table_says_all_of_it() -> None:
    more = {"key_env": "HOUSE_API_KEY", "context": 32768, "tools": False}
    prices = {"usd_per_million_input": 1, "usd_per_million_output": 2.5}
    found = configured("house", {**TABLE, **more, **prices}, {"HOUSE_API_KEY": "k-1", **KEY})
    assert (found.label, found.key, found.context, found.tools) == ("house (qwen3-32b)", "k-1", 32768, False)
    assert found.price is not None and (found.price.input, found.price.output) == (1.0, 2.5)
    assert choose("house", {}, {"house": TABLE}).name == "house (qwen3-32b)"


def test_a_table_with_an_address_gets_no_key_that_it_does_not_name() -> None:
    assert configured("house", TABLE, KEY).key == ""
    assert configured("house", {"model": "gpt-x"}, KEY).key == "sk-1"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"key_env": "AWS_SECRET_KEY"}, "no variable for a model's key"),
        ({"key_env": "ANTHROPIC_API_KEY"}, "no variable for a model's key"),
        ({"key_env": "HOME"}, "no variable for a model's key"),
        ({"key_env": "OPENAI_API_KEY"}, r"goes to api\.openai\.com"),
        ({"context": "32k"}, "context"),
        ({"context": True}, "context"),
        ({"tools": 1}, "tools"),
        ({"usd_per_million_input": 1.0}, "one of two prices"),
        ({"usd_per_million_input": -1, "usd_per_million_output": 1}, "cannot be"),
        ({"type": "bard"}, "no type 'bard'"),
        ({"base_ulr": "x"}, "'base_ulr' is not known"),
        ({"base_url": "llm.example"}, "is not an address"),
    ],
)
def test_a_wrong_table_is_one_line_that_names_it(change: dict[str, Any], told: str) -> None:
    environ = {**KEY, "AWS_SECRET_KEY": "a", "ANTHROPIC_API_KEY": "b", "HOME": "/"}
    with pytest.raises(ConfigurationError, match=told) as caught:
        configured("house", {**TABLE, **change}, environ)
    assert "[models.house]" in str(caught.value) and "\n" not in str(caught.value)


def test_a_key_that_is_not_set_is_named() -> None:
    with pytest.raises(ModelUnavailable, match="HOUSE_API_KEY is not set"):
        configured("house", {**TABLE, "key_env": "HOUSE_API_KEY"}, {})
