"""What the repository says should run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.repository.gitops import Desired, desired_at_first, files, path_of, read

SHOP = Blueprint()
VERSION = st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}", fullmatch=True)
WORDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ./:*_-]{0,30}[A-Za-z0-9]", fullmatch=True)


@st.composite
def _desired(draw: st.DrawFn) -> Desired:
    found = desired_at_first(SHOP)
    for service in draw(st.sets(st.sampled_from(list(found.versions)), max_size=3)):
        found.versions[service] = draw(VERSION)
        found.replicas[service] = draw(st.integers(0, 50))
        found.settings[service]["resources.cpu"] = f"{draw(st.integers(1, 9999))}m"
        found.settings[service]["resources.memory"] = draw(st.sampled_from(["64Mi", "1Gi", "2048Mi"]))
        found.settings[service]["readinessProbe.path"] = draw(st.sampled_from(["/healthz", "/ready"]))
        for key, first in SHOP.first_settings()[service].items():
            if key.isupper():
                number = first.replace(".", "", 1).isdigit()
                found.settings[service][key] = str(draw(st.integers(0, 10**6))) if number else draw(WORDS)
    for flag in draw(st.sets(st.sampled_from(list(found.flags)), max_size=2)):
        found.flags[flag] = float(draw(st.integers(0, 100)))
    for job in draw(st.sets(st.sampled_from(SHOP.jobs))):
        found.settings[job]["SUSPEND"] = draw(st.sampled_from(["true", "false"]))
    return found


@settings(max_examples=25, deadline=None)
@given(_desired())
def test_what_is_written_is_read_again(desired: Desired):
    assert read(SHOP, files(SHOP, desired)) == desired


def test_every_setting_stands_in_the_file_that_is_named_for_it():
    texts = files(SHOP, desired_at_first(SHOP))
    for service, own in SHOP.first_settings().items():
        for key in own:
            text = texts[path_of(SHOP, service, key)]
            assert (own[key] in text) if service not in SHOP.jobs else (own["SCHEDULE"] in text)


def _edited(path: str, *edits: tuple[str, str]) -> dict[str, str]:
    texts = files(SHOP, desired_at_first(SHOP))
    for old, new in edits:
        assert old in texts[path]
        texts[path] = texts[path].replace(old, new)
    return texts


def test_edits_by_hand_are_read():
    found = read(SHOP, _edited("deploy/cart.yaml", ("cart:0.1.0", "cart:0.3.0"), ("replicas: 2", "replicas: 4")))
    assert (found.versions["cart"], found.replicas["cart"]) == ("0.3.0", 4)
    found = read(SHOP, _edited("deploy/config/cart.yaml", ('"1500"', "900")))
    assert found.settings["cart"]["PRICES_TIMEOUT_MS"] == "900"
    found = read(SHOP, _edited("deploy/frontend.yaml", ("maxReplicas: 4", "maxReplicas: 9")))
    assert found.settings["frontend"]["autoscaling.max"] == "9"
    found = read(SHOP, _edited("deploy/cronjobs/sales-report.yaml", ("suspend: false", "suspend: true")))
    assert found.settings["sales-report"]["SUSPEND"] == "true"
    assert read(SHOP, _edited("deploy/flags.yaml", ('synonyms: "20"', "synonyms: 0"))).flags["search-synonyms"] == 0


def test_what_is_missing_or_no_yaml_is_as_it_was_at_first():
    texts = files(SHOP, desired_at_first(SHOP))
    del texts["deploy/cart.yaml"]
    texts["deploy/user.yaml"] = "{ not: [yaml"
    texts["deploy/config/user.yaml"] = "- a\n- list\n"
    texts["deploy/flags.yaml"] = ""
    assert read(SHOP, texts) == desired_at_first(SHOP)


@pytest.mark.parametrize(
    "path, old, new",
    [
        ("deploy/cart.yaml", "replicas: 2", "replicas: some"),
        ("deploy/cart.yaml", "replicas: 2", "replicas: 5000"),
        ("deploy/cart.yaml", "cpu: 250m", "cpu: fast"),
        ("deploy/cart.yaml", "memory: 384Mi", "memory: Mi"),
        ("deploy/cart.yaml", "    spec:\n      containers:", "    spec:\n      others:"),
        ("deploy/config/cart.yaml", '"1500"', "soon"),
        ("deploy/config/api-gateway.yaml", 'RETRIES: "1"', "RETRIES: 1.5"),
        ("deploy/frontend.yaml", "maxReplicas: 4", "maxReplicas: [4]"),
        ("deploy/flags.yaml", 'search-synonyms: "20"', "search-synonyms: half"),
        ("deploy/flags.yaml", 'search-synonyms: "20"', "search-synonyms: 120"),
        ("deploy/flags.yaml", "data:", "others:"),
    ],
)
def test_values_that_cannot_be_read_are_as_they_were_at_first(path: str, old: str, new: str):
    assert read(SHOP, _edited(path, (old, new))) == desired_at_first(SHOP)
