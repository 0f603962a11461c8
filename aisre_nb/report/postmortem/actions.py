"""What is to be done: the remedies, the pull requests that are open, and what was not looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.postmortem.document import Action
from aisre_nb.report.report import Report


def of(report: Report, evidence: Mapping[str, Evidence]) -> Iterator[Action]:
    """Each once; owner and date are for people to fill in."""
    requests = {e.id: e.facts for e in evidence.values() if e.kind == "pull_request"}
    told: set[str] = set()
    for remedy in report.remediation:
        own = [n for n in remedy.evidence if n in requests]
        told.update(own)
        link = where(requests[own[0]]) if own else ""
        yield Action(remedy.text, remedy.kind, link, tuple(remedy.evidence), remedy.result, remedy.detail)
    for number, facts in requests.items():
        if number not in told:
            text = f"Review and merge #{facts.get('number')}, {facts.get('title') or evidence[number].title}"
            yield Action(text, str(facts.get("kind") or "fix"), where(facts), (number,))
    for obligation in report.proof:
        if not obligation.closed:
            yield Action(f"Prove the {obligation.name}: {obligation.detail}", "proof")
    for gap in report.gaps:
        yield Action(f"Look at what was not: {gap}", "gap")


def where(facts: Mapping[str, Any]) -> str:
    """The address of a pull request; of one on a local remote, whose address is one machine's path, the branch."""
    url, branch = str(facts.get("url") or ""), str(facts.get("branch") or "")
    if url.startswith(("https://", "http://")):
        return url
    # git refuses such a name; a record of a stranger may hold it.
    return "" if "://" in branch else branch
