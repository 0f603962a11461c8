"""What could not be looked at, and what is left to a person."""

from __future__ import annotations

from difflib import get_close_matches

from aisre_nb.models.builtin import graph, names, words
from aisre_nb.models.builtin.case import PROPOSE, SUBMIT
from aisre_nb.models.builtin.conclude.verdict import Verdict
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.plans import fix, rollback

_DECIDES = {
    "get_alerts": "which alerts fire",
    "get_services": "who calls whom",
    "get_metrics": "when it began and how bad it is",
    "get_traces": "where requests start to fail",
    "get_logs": "what the service itself says",
    "get_deployments": "what was changed before",
    "get_source_diff": "which line of the change is at fault",
}


def gaps(picture: Picture, verdict: Verdict) -> list[str]:
    """One sentence each."""
    case = picture.case
    found = [*_unknown(picture), *verdict.open]
    failed = [a for a in case.attempts if a.current and a.error and a.call.name != SUBMIT]
    for attempt in failed:
        if attempt.call.name == PROPOSE:
            kind = attempt.call.arguments.get("kind", "")
            found.append(f"The {kind} pull request was not opened: {attempt.error}")
        else:
            decides = _DECIDES.get(attempt.call.name)
            found.append(f"{attempt.error} (it would tell {decides})" if decides else attempt.error)
    missing = [name for name in _DECIDES if name not in case.tools and case.find(name) is None]
    if case.request.final:
        unseen = [_DECIDES[name] for name in missing]
        if unseen and verdict.outcome != "no_fault":
            found.append(f"Not looked at before the limit: {words.listed(unseen)}.")
        return list(dict.fromkeys(found))
    found += [f"There is no tool {name}, which would tell {_DECIDES[name]}." for name in missing]
    if verdict.outcome == "root_cause":
        found += [] if picture.condition else _remedies(picture)
    elif verdict.outcome == "inconclusive":
        found.append(
            "The built-in investigator goes by rules; a language model, or a person, may see more in this evidence."
        )
    return list(dict.fromkeys(found))


def _unknown(picture: Picture) -> list[str]:
    """The question names a service of which nothing was seen."""
    known = graph.known_services(picture.case)
    asked = "" if picture.named else names.unknown(picture.case.question, known)
    if not asked:
        return []
    near = get_close_matches(asked, known, n=1, cutoff=0.6)
    guess = f"; did you mean {near[0]}?" if near else f" among {len(known)} services"
    about = f" The answer is about {picture.subject} instead." if picture.subject else ""
    return [f"Nothing was seen of {words.code(asked)}{guess}.{about}"]


def _remedies(picture: Picture) -> list[str]:
    plans = [rollback(picture), fix(picture)]
    if PROPOSE in picture.case.tools:
        return [plan for plan in plans if isinstance(plan, str)]
    change = picture.change
    by_hand = f" set {change.service} back to {change.old}" if change and change.versions else " undo the change"
    return [f"No pull request can be opened from here; the remedy, by hand:{by_hand}."]
