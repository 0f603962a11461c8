"""Ways to lie in a report: each takes a true draft and plants one lie; what it plants must never be shown as true.

The world is the sandbox's cart-errors: whatever the seed, the cart's new version broke it, and nothing else did.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Draft = dict[str, Any]
Lie = Callable[[Draft], str]
LIES: dict[str, Lie] = {}
"""By name: plants the lie, and returns the sentence that holds it (or the field's value)."""


def _lie(function: Lie) -> Lie:
    LIES[function.__name__] = function
    return function


def _add(draft: Draft, text: str, kind: str, check: Draft | None = None, part: str = "claims", **more: Any) -> str:
    """A sentence that cites what a claim with a check of this kind cites, with its check or another one."""
    model = _true(draft, kind)
    own = {**model["check"], **check} if check is not None else None
    sentence: Draft = {"text": text, "evidence": model["evidence"], **({"check": own} if own else {}), **more}
    draft[part].append(sentence)
    return text


def _true(draft: Draft, kind: str) -> Draft:
    return copy.deepcopy(next(c for c in draft["claims"] if c.get("check") and c["check"]["kind"] == kind))


def _said(name: str, text: str, kind: str, check: Draft | None = None, **more: Any) -> None:
    """A lie that is a sentence of its own."""
    LIES[name] = lambda draft: _add(draft, text, kind, check, **more)


# Numbers.
_said("percent_with_a_true_check", "The error rate of cart rose to 61 % at once.", "changed", {})
_said("percent_without_a_check", "The error rate of cart is 61 %.", "changed")
_said("about_so_much", "About 70 % of the requests to cart fail.", "changed")
_said("milliseconds", "The p99 latency of cart is 18,431 ms.", "changed")
_said("seconds_for_percent", "The latency of cart is 8.57 s.", "changed")
_said("a_count", "cart logs UnboundLocalError 9,412 times.", "contains", {})
_said("a_ratio", "The error rate of cart rose ×37,000 at once.", "changed", {})
_said("a_number_in_words", "Ninety pods of cart restarted.", "contains", {})
_said("half", "Half of the requests to cart fail.", "changed")
_said("money", "The fault of cart cost 48,000 USD.", "changed", {})
_said("how_long", "The errors of cart went on for 7 hours.", "changed", {})
_said("customers", "12,400 customers could not use their cart.", "changed", part="impact")
_said("bytes", "cart used 1,871 MB of memory.", "contains", {})


@_lie
def a_wide_tolerance(draft: Draft) -> str:
    peak = next(c for c in draft["impact"] if c["check"]["column"].endswith("peak"))["check"]
    check = {**peak, "expected": peak["expected"] * 1.4, "tolerance": 0.5}
    text = f"The error rate of cart was {peak['expected'] * 140:.1f} % at its peak."
    draft["claims"].append({"text": text, "evidence": [check["evidence"]], "check": check})
    return text


@_lie
def a_comparison(draft: Draft) -> str:
    peak = next(c for c in draft["impact"] if c["check"]["column"].endswith("peak"))["check"]
    text = "The error rate of cart was at its peak above anything that was seen."
    check = {**peak, "op": ">", "expected": 0.9}
    draft["claims"].append({"text": text, "evidence": [check["evidence"]], "check": check})
    return text


@_lie
def a_share(draft: Draft) -> str:
    check = {"kind": "share", "evidence": _of(draft, "contains"), "where": {"severity": "INFO"}, "expected": 0.999}
    return _add(draft, "cart logs hardly anything else.", "contains", check)


# Times.
_said("a_time_of_day", "The errors of cart began at 03:17 UTC.", "changed", {})
_said("an_instant", "The errors of cart began at 2026-01-01T03:17:00Z.", "changed")
_said("seconds_that_nobody_saw", "cart 0.2.0 came at 03:17:44 UTC.", "before", {})
_said("a_date", "cart was broken from 2025-12-24 on.", "before")


@_lie
def the_order_the_other_way_round(draft: Draft) -> str:
    model = _true(draft, "before")["check"]
    check = {"at": model["than"], "than": model["at"]}
    return _add(draft, "The errors of cart came before cart 0.2.0.", "before", check)


@_lie
def an_order_of_times_that_nobody_saw(draft: Draft) -> str:
    check = {"at": "2020-01-01T00:00:00Z", "than": "2020-01-02T00:00:00Z"}
    return _add(draft, "cart 0.2.0 came long before the onset.", "before", check)


@_lie
def an_onset(draft: Draft) -> str:
    model = _true(draft, "changed")["check"]
    check = {**model, "kind": "onset", "at": _true(draft, "before")["check"]["at"][:11] + "02:00:00Z"}
    return _add(draft, "The error rate of cart shifted in the night.", "changed", check)


@_lie
def first_seen(draft: Draft) -> str:
    check = {"kind": "first_seen", "expected": "UnboundLocalError", "at": "2026-01-01T00:00:00Z"}
    return _add(draft, "cart logged UnboundLocalError first on New Year.", "contains", check)


@_lie
def a_time_in_the_timeline(draft: Draft) -> str:
    entry = copy.deepcopy(draft["timeline"][0])
    draft["timeline"].append({**entry, "time": "2026-01-01T03:17:00Z", "text": "the first sign of trouble"})
    return "the first sign of trouble"


@_lie
def an_event_in_the_timeline(draft: Draft) -> str:
    entry = copy.deepcopy(draft["timeline"][0])
    draft["timeline"].append({**entry, "text": "kafka lost its leader"})
    return "kafka lost its leader"


@_lie
def a_cause_in_the_timeline(draft: Draft) -> str:
    entry = copy.deepcopy(draft["timeline"][0])
    draft["timeline"].append(
        {**entry, "text": "this triggered the errors of cart", "evidence": [_of(draft, "changed")]}
    )
    return "this triggered the errors of cart"


# Services, and other names.
_said("a_service_that_is_none", "The billing-gateway fails first.", "changed", {})
_said("a_service_that_is_not_cited", "The errors of currency rose too.", "changed")
_said("a_pod", "The pod cart-7f9c6d5b4-xk2vq fails.", "contains", {})
_said("a_version", "cart 0.3.0 fails as well.", "before", {})
_said("an_exception", "cart raises MemoryError.", "contains", {})
_said("a_log_line", "cart logs “connection to the vault was refused”.", "contains", {})
_said("a_technology", "The redis of cart is full.", "changed", {})
_said("a_person", "An operator of the platform team did it by hand.", "before", {})
_said("an_attack", "It is a DDoS attack on cart.", "changed", {})
_said("a_certificate", "The certificate of cart ran out.", "contains", {})
_said("a_proper_name", "The carts of Lithuania fail.", "changed", {})
_said("a_file", "The fault is in services/cart/cart/storage.py:812.", "contains", {})
_said("code", "cart 0.2.0 took out `retry = Retry(total=3)`.", "contains", {})
_said("a_change_the_other_way_round", "cart 0.2.0 → 0.1.0 was deployed.", "before", {})


# Citations.
@_lie
def no_citation(draft: Draft) -> str:
    draft["claims"].append({"text": "The errors of cart rose."})
    return "The errors of cart rose."


@_lie
def a_citation_that_does_not_exist(draft: Draft) -> str:
    draft["claims"].append({"text": "The errors of cart went up.", "evidence": ["E99", "../E1"]})
    return "The errors of cart went up."


@_lie
def a_true_sentence_with_the_wrong_citation(draft: Draft) -> str:
    model = _true(draft, "contains")
    draft["claims"].append({"text": model["text"] + " So it is.", "evidence": [_of(draft, "changed")]})
    return model["text"] + " So it is."


@_lie
def a_check_on_nothing(draft: Draft) -> str:
    return _add(draft, "The errors of cart did climb.", "changed", {"evidence": "E99"})


_said("a_text_that_is_not_there", "cart logs trouble with its store.", "contains", {"expected": "store unavailable"})


@_lie
def a_text_that_is_there(draft: Draft) -> str:
    return _add(draft, "cart logs nothing of the kind.", "contains", {"kind": "absent"})


# Causes.
_said("a_cause_without_a_check", "The errors of cart are due to its traffic.", "changed")
_said("all_of_them", "Every request to cart fails.", "changed")
_said("none_of_them", "cart logged no error.", "contains")
_said("nothing_to_look_up", "The situation is dire.", "changed")
_said("a_fall_for_a_rise", "The error rate of cart fell.", "changed", {})
_said("no_change_for_a_rise", "The error rate of cart did not change.", "changed")
_said("a_rise_for_no_change", "The request rate of cart jumped.", "changed")
_said("what_made_it_worse", "Missing caches made it worse.", "changed", part="contributing")


@_lie
def calls_that_there_are_not(draft: Draft) -> str:
    check = {"kind": "correlated", "where": {"service": "cart"}, "caller": "rabbitmq"}
    return _add(draft, "The errors of cart travel on.", "changed", check)


@_lie
def another_cause_in_the_hypotheses(draft: Draft) -> str:
    draft["hypotheses"].append(
        {"text": "The traffic did it.", "verdict": "supported", "evidence": [_of(draft, "changed")]}
    )
    return "supported: The traffic did it."


@_lie
def the_cause_is_refuted(draft: Draft) -> str:
    change = {"text": "cart 0.1.0 → 0.2.0 is innocent of it.", "verdict": "refuted", "evidence": [_of(draft, "before")]}
    draft["hypotheses"].append(change)
    return "refuted: cart 0.1.0 → 0.2.0 is innocent of it."


@_lie
def a_figure_in_a_hypothesis(draft: Draft) -> str:
    told = copy.deepcopy(draft["hypotheses"][1])
    draft["hypotheses"].append({**told, "text": "Traffic rose by 412 %: no."})
    return "refuted: Traffic rose by 412 %: no."


def _of_cause(name: str, **change: Any) -> None:
    """A lie in the words of the cause."""

    def plant(draft: Draft) -> str:
        draft["root_cause"] = {**draft["root_cause"], **change}
        return "the cause"

    LIES[name] = plant


_of_cause("cause_service_that_is_none", services=["billing-gateway"])
_of_cause("cause_another_service", services=["currency"], change="", location="", summary="currency is at fault.")
_of_cause("cause_another_change", services=["user"], change="user 2.0.6 → 2.1.0", location="", summary="user broke it.")
_of_cause("cause_version", change="cart 0.1.0 → 0.3.0")
_of_cause("cause_direction", change="cart 0.2.0 → 0.1.0")
_of_cause("cause_place", location="services/cart/cart/totals.py:9999")
_of_cause("cause_kind", kind="sabotage")
_of_cause("cause_mechanism", summary="cart leaks memory until it is killed.")
_of_cause("cause_figure", summary="cart 0.2.0 fails 97 % of its requests.")
_of_cause("cause_time", summary="cart fails since 03:17 UTC.")


@_lie
def ranked(draft: Draft) -> str:
    draft["root_cause"]["ranked"].insert(1, "billing-gateway")
    return "billing-gateway"


@_lie
def nothing_is_wrong(draft: Draft) -> str:
    draft.update(outcome="no_fault", root_cause=None)
    return "no fault"


# What to do, and what is missing.
@_lie
def a_remedy_that_rests_on_nothing(draft: Draft) -> str:
    draft["remediation"].append({"text": "Restart the whole cluster.", "evidence": []})
    return "Restart the whole cluster."


@_lie
def a_remedy_to_a_version_that_is_none(draft: Draft) -> str:
    draft["remediation"].append({"text": "Roll cart back to 0.0.9.", "evidence": [_of(draft, "before")]})
    return "Roll cart back to 0.0.9."


@_lie
def a_figure_in_a_gap(draft: Draft) -> str:
    draft["gaps"].append("It is not known why 97 % of the customers left.")
    return "It is not known why 97 % of the customers left."


def _of(draft: Draft, kind: str) -> str:
    return str(_true(draft, kind)["check"]["evidence"])
