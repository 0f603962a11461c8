"""What the newest revision changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.kubernetes.revisions import differences

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def test_fields_are_named_with_both_values() -> None:
    before = {"spec": {"containers": [{"name": "web", "image": "a:1", "resources": {"limits": {"cpu": "1"}}}]}}
    after = {"spec": {"containers": [{"name": "web", "image": "a:2", "resources": {"limits": {"cpu": "1000m"}}}]}}
    (field,) = differences(before, after)
    assert (field.path, field.before, field.after) == ("spec.containers[web].image", "a:1", "a:2")


def test_named_things_are_compared_by_name_and_empty_is_left_out() -> None:
    before = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], "volumes": []}
    after = {"env": [{"name": "B", "value": "2"}, {"name": "C", "value": "3"}]}
    assert [(f.path, f.before == "(none)", f.after == "(none)") for f in differences(before, after)] == [
        ("env[A]", False, True),
        ("env[C]", True, False),
    ]


@given(_VALUES)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert differences(value, value) == []


@given(_VALUES, _VALUES)
def test_any_two_values_can_be_compared(one: Any, other: Any) -> None:
    assert (differences(one, other) == []) == (differences(other, one) == [])


def _two(make: Any, before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    return [
        make.deployment(),
        make.replica_set("web-7d9c5b8f6d", 4, [{"name": "web", **after}], 65),
        make.replica_set("web-5c4b8f6d77", 3, [{"name": "web", **before}], 6000),
    ]


def test_a_revision_that_changed_what_fails_is_its_cause(make: Any, found: Any) -> None:
    sets = _two(make, {"image": "reg/web:1"}, {"image": "reg/web:2"})
    change, pull, *_ = found(*sets, make.pod(container=make.waiting("ImagePullBackOff", "not found")))
    assert change.says == "Revision 4 of web changed image from reg/web:1 to reg/web:2."
    assert str(change.proof) == "spec.template.spec.containers[web].image = reg/web:1 → reg/web:2"
    assert (change.severity, pull.effect_of) == ("warning", (change.key,)) and "rollout undo" in change.remedy


def test_a_revision_that_changed_something_else_or_hurts_nobody_is_not_told(make: Any, found: Any) -> None:
    sets = _two(make, {"readinessProbe": {"periodSeconds": 5}}, {"readinessProbe": {"periodSeconds": 9}})
    broken = make.pod(container=make.waiting("ImagePullBackOff", "not found"))
    assert "revision" not in {f.kind for f in found(*sets, broken)}
    assert not found(*_two(make, {"image": "a:1"}, {"image": "a:2"}), make.pod())
