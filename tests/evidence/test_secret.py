"""A secret in the kernel's hands shows its placeholder to everything but ``.value``."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from types import SimpleNamespace

import pandas as pd
import pytest

from aisre_nb.errors import UsageError
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.secret import Secret
from aisre_nb.notebook.handle import Handle

RAW = "hunter2-and-more"
SHOWN = "[redacted:secret:1]"


def _redactor() -> Redactor:
    redactor = Redactor()
    assert redactor.text(f"password={RAW}") == f"password={SHOWN}"
    return redactor


def _secret() -> Secret:
    redactor = _redactor()
    return Secret(SHOWN, lambda: redactor.raw(SHOWN))


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{!r:>30}".format,
        lambda s: f"{s}",
        lambda s: " ".join([s, s]),
        lambda s: s + "!",
        lambda s: s.upper(),
        lambda s: str(s._repr_mimebundle_()),
        lambda s: json.dumps({"a": s}),
        lambda s: repr([s, {"a": s}]),
        lambda s: pickle.dumps(s).decode("latin-1"),
        lambda s: repr(copy.copy(s)) + repr(copy.deepcopy([s])),
        lambda s: pd.DataFrame({"a": [s]}).to_json() + pd.DataFrame({"a": [s]}).to_html(),
        lambda s: repr(s._read) + repr(dir(s)),
    ],
)
def test_every_way_to_show_it_shows_its_placeholder(show: object) -> None:
    shown = show(_secret())
    assert RAW not in shown and RAW.upper() not in shown
    assert "edacted" in shown or "REDACTED" in shown or "function" in shown


def test_ipython_shows_its_placeholder() -> None:
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(_secret())
    assert data == {"text/plain": SHOWN}


def test_its_value_is_the_raw_text_and_it_is_equal_to_it() -> None:
    secret = _secret()
    assert secret.value == RAW and type(secret.value) is str
    assert secret == RAW and secret == _secret() and RAW in {secret}
    assert secret != SHOWN and secret != 3


def test_what_was_pickled_is_the_placeholder_alone() -> None:
    back = pickle.loads(pickle.dumps(_secret()))
    assert type(back) is str and back == SHOWN


def test_a_redactor_gives_a_secret_back_and_shows_none() -> None:
    redactor = _redactor()
    assert redactor.raw(f" {SHOWN} ") == RAW
    assert RAW not in repr(redactor) + repr(vars(redactor)) + repr(vars(redactor)["_store"])


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_redactors_secrets_leave_the_process_by_no_way(way: object) -> None:
    store = vars(_redactor())["_store"]
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        way(store)
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        way(_redactor()) if way is not copy.copy else way(store)


def test_evidence_holds_no_raw_text() -> None:
    from datetime import UTC, datetime

    from aisre_nb.evidence.result import ToolResult
    from aisre_nb.evidence.shelf import Shelf

    redactor = _redactor()
    result = ToolResult("table", f"password={RAW}", "one row", pd.DataFrame({"a": [f"password={RAW}"]}))
    evidence = Shelf().add(result, "look", {}, redactor, datetime(2026, 3, 1, tzinfo=UTC))
    assert RAW not in pickle.dumps(evidence.df).decode("latin-1") + repr(vars(evidence))


def test_a_key_of_many_lines_comes_back_whole() -> None:
    key = "\n".join(
        ["-----BEGIN PRIVATE KEY-----", *["MIIEpAIBAAKCAQEA" + "x1Y2" * 12] * 3, "-----END PRIVATE KEY-----"]
    )
    redactor = Redactor()
    assert redactor.text(f"it is\n{key}\nand more") == "it is\n[redacted:private_key:1]\nand more"
    assert redactor.raw("[redacted:private_key:1]") == key
    assert redactor.text(key) == "[redacted:private_key:1]"


def test_a_user_asks_for_it_by_its_placeholder() -> None:
    handle = Handle()
    with pytest.raises(UsageError, match="nothing was investigated yet"):
        handle.secret(SHOWN)
    handle.investigation = SimpleNamespace(redactor=_redactor())
    found = handle.secret(f" {SHOWN}")
    assert isinstance(found, Secret) and repr(found) == SHOWN and found.value == RAW


@pytest.mark.parametrize("given", ["[redacted:secret:9]", "secret", "", "my-own-raw-secret-1", "[redacted:unreadable]"])
def test_an_unknown_placeholder_is_one_line_that_repeats_no_secret(given: str) -> None:
    handle = Handle()
    handle.investigation = SimpleNamespace(redactor=_redactor())
    with pytest.raises(UsageError) as caught:
        handle.secret(given)
    lines = caught.value._render_traceback_()
    assert len(lines) == 1 and "\n" not in lines[0] and "my-own" not in lines[0] and RAW not in lines[0]
    assert RAW not in "".join(traceback.format_exception(caught.value))
