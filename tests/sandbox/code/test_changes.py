"""Each change of the shop's source breaks what its probe says, and nothing that a pull request runs shows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox.code import (
    drop_index,
    exporter_bump,
    parcel_weight,
    poison,
    price_by_price,
    product_ratings,
    quiet_mailer,
    session_sweep,
    vector_cache,
)
from aisre_nb.sandbox.code.change import CodeChange
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository.releases import CHANGES
from aisre_nb.sandbox.repository.source import Source, measured, raised_by
from aisre_nb.sandbox.repository.tree import base_tree
from aisre_nb.sandbox.services import NAMES

SAME = Names({}, NAMES)
OTHER = Names({name: f"s{n}x" for n, name in enumerate(NAMES) if "-" not in name}, NAMES)
TESTED = ("catalog", "email", "fulfilment", "recommendation", "shipping", "user")
ALL = [
    module.CHANGE
    for module in (
        drop_index,
        exporter_bump,
        parcel_weight,
        price_by_price,
        product_ratings,
        quiet_mailer,
        session_sweep,
        vector_cache,
    )
]
BROKEN = [change for change in ALL if change is not exporter_bump.CHANGE]


def kind(error: BaseException | None) -> str:
    return type(error).__name__


PROBES: list[tuple[CodeChange, Callable[[Source], Any], Any, Any]] = [
    (parcel_weight.CHANGE, lambda s: kind(parcel_weight.offer_for(s, 1)), "NoneType", "NoneType"),
    (parcel_weight.CHANGE, lambda s: kind(parcel_weight.offer_for(s, 2)), "NoneType", "ParcelRefused"),
    (parcel_weight.CHANGE, lambda s: kind(parcel_weight.offer_for(s, 90)), "NoneType", "ParcelRefused"),
    (price_by_price.CHANGE, lambda s: price_by_price.queries(s, 24), 1, 24),
    (vector_cache.CHANGE, lambda s: vector_cache.kept(s, 900), 50, 900),
    (quiet_mailer.CHANGE, lambda s: quiet_mailer.sent(s, "Ada Moss"), True, True),
    (quiet_mailer.CHANGE, lambda s: quiet_mailer.sent(s, "Zoë Lund"), True, False),
    (session_sweep.CHANGE, lambda s: kind(session_sweep.verify_while_others_log_in(s)), "NoneType", "RuntimeError"),
    (product_ratings.CHANGE, lambda s: kind(product_ratings.product(s, True)), "NoneType", "NoneType"),
    (product_ratings.CHANGE, lambda s: kind(product_ratings.product(s, False)), "NoneType", "ZeroDivisionError"),
]


def run(tree: Mapping[str, str], service: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    for path, text in tree.items():
        if path.startswith(f"services/{service}/"):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-B", "-W", "error", "-m", "unittest", *arguments]
    return subprocess.run(command, cwd=folder / "services" / service, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("names", [SAME, OTHER], ids=["own names", "other names"])
@pytest.mark.parametrize(("change", "probe", "base", "new"), PROBES)
def test_the_probe_tells_the_versions_apart(change, probe, base, new, names):
    before = names.of(base_tree())
    service = names.text(change.service)
    assert measured(before, service, names, probe) == base
    assert measured(before | names.of(change.files()), service, names, probe) == new


@pytest.mark.parametrize("service", TESTED)
def test_all_tests_pass_at_first(service, tmp_path):
    done = run(base_tree(), service, tmp_path)
    assert done.returncode == 0 and "Ran 0" not in done.stderr, done.stderr


@pytest.mark.parametrize("service", TESTED)
def test_all_tests_pass_under_other_names(service, tmp_path):
    done = run(OTHER.of(base_tree()), OTHER.text(service), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("change", BROKEN, ids=lambda change: change.name)
def test_a_change_passes_its_pull_request_and_fails_at_night(change, tmp_path):
    tree = base_tree() | change.files()
    unit = run(tree, change.service, tmp_path, "discover", "-s", "tests/unit", "-t", ".")
    assert unit.returncode == 0 and "Ran 0" not in unit.stderr, unit.stderr
    assert run(tree, change.service, tmp_path).returncode == 1


@pytest.mark.parametrize("harmless", [c for c in CHANGES if c.service in TESTED], ids=lambda change: change.service)
def test_a_harmless_change_passes_all_tests(harmless, tmp_path):
    tree = base_tree()
    tree[harmless.path] = tree[harmless.path].replace(harmless.old, harmless.new)
    done = run(tree, harmless.service, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("change", ALL, ids=lambda change: change.name)
def test_a_change_touches_only_its_service_and_nothing_that_history_edits(change):
    from aisre_nb.sandbox.repository.history import _EDITS

    files = change.files()
    assert files and all(path.startswith(f"services/{change.service}/") for path in files)
    assert not files.keys() & {edit.path for edit in (*CHANGES, *_EDITS)}
    left = set(files)
    for commit in change.commits[:-1]:
        own = {path for path in left if path.endswith(commit.paths)}
        assert own
        left -= own
    assert left
    assert all(path not in base_tree() or base_tree()[path] != text for path, text in files.items())


def test_a_label_needs_a_postcode():
    raised = raised_by(base_tree(), "fulfilment", SAME, lambda s: poison.label_without_postcode(s) or KeyError())
    assert (raised.type, raised.file) == ("TypeError", "/app/fulfilment/labels.py")
    assert "worker.py" in raised.stack


def test_and_a_label_that_knows_its_country_does_not():
    tree = base_tree()
    path = "services/fulfilment/fulfilment/labels.py"
    tree[path] = tree[path].replace("address.postcode[:2]", "(address.postcode or '00')[:2]")
    assert measured(tree, "fulfilment", SAME, poison.label_without_postcode) is None


@pytest.mark.parametrize(
    ("change", "path", "old", "new", "probe", "mended"),
    [
        (
            session_sweep.CHANGE,
            "user/user/session_store.py",
            "self._by_token.items()",
            "list(self._by_token.items())",
            lambda s: kind(session_sweep.verify_while_others_log_in(s)),
            "NoneType",
        ),
        (
            session_sweep.CHANGE,
            "user/user/session_store.py",
            "        over = []\n",
            "        over = []\n        now = self._clock()\n        self._clock = lambda: now\n",
            lambda s: kind(session_sweep.verify_while_others_log_in(s)),
            "RuntimeError",
        ),
        (
            parcel_weight.CHANGE,
            "shipping/shipping/parcels.py",
            "return sum(self.pieces) + BOX\n",
            "return (sum(self.pieces) + BOX) / 1000\n",
            lambda s: kind(parcel_weight.offer_for(s, 90)),
            "NoneType",
        ),
        (
            product_ratings.CHANGE,
            "catalog/catalog/ratings.py",
            "    return round(",
            "    return 0.0 if not stars else round(",
            lambda s: kind(product_ratings.product(s, False)),
            "NoneType",
        ),
        (
            vector_cache.CHANGE,
            "recommendation/recommendation/kept.py",
            "            self._ranked[sku, visitor] = now, ranked\n",
            "            self._ranked[sku, visitor] = now, ranked\n            if len(self._ranked) > 400:\n"
            "                del self._ranked[next(iter(self._ranked))]\n",
            lambda s: vector_cache.kept(s, 900),
            400,
        ),
        (
            quiet_mailer.CHANGE,
            "email/mailer/sender.py",
            '"X-Shop-Customer": name}',
            '"X-Shop-Customer": name.encode("ascii", "replace").decode()}',
            lambda s: quiet_mailer.sent(s, "Zoë Lund"),
            True,
        ),
    ],
    ids=["copy", "half a mend", "unit", "no ratings", "bound", "header"],
)
def test_a_mend_is_told_from_the_fault(change, path, old, new, probe, mended):
    tree = base_tree() | change.files()
    assert old in tree[f"services/{path}"]
    tree[f"services/{path}"] = tree[f"services/{path}"].replace(old, new)
    assert measured(tree, change.service, SAME, probe) == mended
