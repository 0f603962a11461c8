"""Which connector asks which data source, and what of a stranger's list is taken."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aisre_nb.sources.grafana import behind
from aisre_nb.sources.grafana.dashboards import _rows
from aisre_nb.sources.http.access import Access
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.kinds import KINDS, Place, checked
from tests.sources.grafana.conftest import BOARD, listed

URL = "https://grafana.example/g"
JUNK = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=6),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("type_", sorted(t for t, kind in behind.TYPES.items() if kind in KINDS))
def test_each_is_asked_by_its_connector_with_the_options_that_it_takes(type_: str) -> None:
    settings = {"timeField": "@timestamp", "logMessageField": "message", "logLevelField": "level"}
    (one,) = behind.read([listed("u-1", type_, "N", jsonData=settings, database="[logs-]YYYY.MM.DD")])
    fields = importlib.import_module(KINDS[one.kind].module).OPTIONS.model_fields
    spec = behind.spec(one, URL, {"token_env": "T"}, fields)
    offer = checked("g/N", spec, Place(Path(), {"T": "tiger-lily-99"}))()
    assert offer.source.name == "g/N" and spec["url"] == f"{URL}/api/datasources/proxy/uid/u-1"
    assert spec["link"].startswith(URL)
    if "index" in fields:
        assert (spec["index"], spec["message_field"]) == ("logs-*", "message")


def test_mimirs_alertmanager_is_below_its_prefix() -> None:
    (one,) = behind.read([listed("am", "alertmanager", "AM", jsonData={"implementation": "mimir"})])
    assert one.path == "/api/datasources/proxy/uid/am/alertmanager"


def test_what_would_leave_its_place_is_left_out() -> None:
    bad = [listed("../../admin", "loki", "L"), listed("a b", "loki", "L"), {"uid": "x"}, None, listed("", "loki", "L")]
    assert behind.read(bad) == []
    (named,) = behind.read([listed("x", "loki", "L\u202e\x1b[31m\nI")])
    assert named.name.isprintable() and "\n" not in named.name


@given(JUNK)
def test_any_list_is_read_or_refused(told: Any) -> None:
    try:
        behind.read(told)
    except ValueError:
        assert not isinstance(told, list)


@given(some.sampled_from(["panels", "templating", "title"]), JUNK, JUNK)
def test_any_dashboard_is_read(field: str, junk: Any, inner: Any) -> None:
    http = HttpClient(Access("g", URL))
    panel = {"id": 1, "title": inner, "datasource": inner, "targets": [{"expr": "up", "datasource": junk}, inner]}
    for model in ({**BOARD, field: junk}, {"panels": [panel, junk], "templating": {"list": [inner]}}):
        for row in _rows(http, "u", model, [], {}):
            assert row["written"] and (row["link"] is None or row["link"].startswith(f"{URL}/d/u?viewPanel="))
