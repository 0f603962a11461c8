"""Addresses of backends' own pages: whatever is asked for, host and path stay what the settings say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.errors import ConfigurationError
from aisre_nb.sources import links
from aisre_nb.sources.link_template import checked, filled, times
from aisre_nb.times import Window

SPAN = Window(datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 11, tzinfo=UTC))
TEXT = st.text(max_size=60) | st.sampled_from(
    ["..", "../..", "%2e%2e", "//evil.example/", "\\evil", "a@evil.example", "#x", "?x=1", "&orgId=9", '"}', "\ud800"]
)


def test_prometheus() -> None:
    found = urlsplit(links.prometheus("https://prom.example/p/", 'sum(rate(x{a="b"}[5m]))', SPAN) or "")
    assert (found.netloc, found.path) == ("prom.example", "/p/graph")
    assert parse_qs(found.query) == {
        "g0.expr": ['sum(rate(x{a="b"}[5m]))'], "g0.tab": ["0"], "g0.range_input": ["3600s"],
        "g0.end_input": ["2026-11-23 11:00:00"],
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "key"), [("prometheus", "expr"), ("loki", "expr"), ("tempo", "query")])
def test_grafana(kind: links.Datasource, key: str) -> None:
    found = urlsplit(links.grafana("https://g.example", kind, "uid1", '{a="b"}', SPAN, 3) or "")
    told = parse_qs(found.query)
    assert found.path == "/explore" and told["schemaVersion"] == ["1"] and told["orgId"] == ["3"]
    (pane,) = json.loads(told["panes"][0]).values()
    assert pane["range"] == {"from": "1795428000000", "to": "1795431600000"}
    assert pane["queries"][0][key] == '{a="b"}' and pane["queries"][0]["datasource"] == {"type": kind, "uid": "uid1"}


def test_jaeger() -> None:
    assert links.jaeger_trace("http://j:16686/", "ab12") == "http://j:16686/trace/ab12"
    assert links.jaeger_trace("http://j:16686/", "../x") is None
    found = parse_qs(urlsplit(links.jaeger_search("http://j:16686", "a&b", SPAN) or "").query)
    assert found["service"] == ["a&b"] and found["start"] == ["1795428000000000"] and found["lookback"] == ["custom"]


def test_forges() -> None:
    hub, lab = "https://github.com/acme/shop", "https://gitlab.acme.example/ops/shop"
    assert (links.forge_of(hub), links.forge_of(lab)) == ("github", "gitlab")
    assert links.file(hub, "github", "abc", "a b/c.py", 10, 20) == f"{hub}/blob/abc/a%20b/c.py#L10-L20"
    assert links.file(lab, "gitlab", "abc", "c.py", 10, 20) == f"{lab}/-/blob/abc/c.py#L10-20"
    assert links.comparison(hub, "github", "a", "b") == f"{hub}/compare/a...b"
    assert links.comparison(lab, "gitlab", "a", "b") == f"{lab}/-/compare/a...b"
    assert links.commit(hub, "github", "abc") == f"{hub}/commit/abc"
    assert links.pull_request(hub, "github", 7) == f"{hub}/pull/7"
    assert links.pull_request(lab, "gitlab", 7) == f"{lab}/-/merge_requests/7"
    assert links.file(hub, "github", "abc", "../../login") is None


def test_kubernetes() -> None:
    found = links.kubernetes("https://k8s.example/dash/", "Deployment", "shop", "cart")
    assert found == "https://k8s.example/dash/#/deployment/shop/cart?namespace=shop"
    assert links.kubernetes("https://k8s.example", "pod", "..", "cart") is None


@given(TEXT, TEXT)
def test_nothing_leaves_its_parameter(query: str, service: str) -> None:
    base = "https://grafana.example/sub"
    template = checked(base + '/explore/{service}?l={"q":"{query_json}"}&s={service}&from={start_ms}#{query}', "link")
    made = [
        filled(template, {"query": query, "service": service, **times(SPAN)}),
        links.prometheus(base, query, SPAN),
        links.grafana(base, "loki", service, query, SPAN),
        links.jaeger_search(base, service, SPAN),
        links.jaeger_trace(base, query),
        links.file(base, "github", service, query),
        links.comparison(base, "gitlab", query, service),
        links.kubernetes(base, "pod", service, query),
    ]
    paths = (1 + 2, 2, 2, 2, 3, None, 4, 2)
    for address, depth in zip(made, paths, strict=True):
        if address is None:
            continue
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc) == ("https", "grafana.example") and parts.path.startswith("/sub/")
        assert not {".", "..", "%2e", "%2e%2e"} & set(parts.path.lower().split("/"))
        assert depth is None or parts.path.count("/") == depth
        assert address.isascii() and not set(address) & set(' "<>\\\n')
    if made[0]:
        told = parse_qs(urlsplit(made[0]).query, keep_blank_values=True)
        assert set(told) == {"l", "s", "from"} and set(json.loads(told["l"][0])) == {"q"}
    asked = parse_qs(urlsplit(made[2] or "").query)
    assert set(asked) == {"schemaVersion", "panes", "orgId"} and asked["orgId"] == ["1"]


@pytest.mark.parametrize(
    "template",
    ["javascript:alert(1)", "file:///etc/passwd", "//x.example/", "https://", "https://{service}.example/", 7, "",
     "https://u:p@x.example/", "https://x.example/a b", "https://x.example/\\y", "https://x.example/../y",
     "https://x.example/?q={nonsense}", "https://x.example:port/", "https://x.example/<b>"],
)  # fmt: skip
def test_what_could_lead_elsewhere_is_no_template(template: object) -> None:
    with pytest.raises(ConfigurationError) as error:
        checked(template, "[sources.shop] link")
    assert str(error.value).startswith("[sources.shop] link") and "\n" not in str(error.value)


def test_what_is_not_known_gives_no_link() -> None:
    template = "https://x.example/?t={trace_id}"
    assert filled(template, {"service": "cart"}) is None and filled(template, {"trace_id": ""}) is None
    assert filled(template, {"trace_id": "ab"}) == "https://x.example/?t=ab"
    assert filled(template, {"trace_id": "a" * 9000}) is None
