"""The subcommands of ``%sre``, and what each does; ``%sre help`` prints this."""

from __future__ import annotations

SUBCOMMANDS = {
    "help": "this list",
    "status": "what is being investigated, and what it cost",
    "model": "which model chooses the steps; %sre model NAME, or NAME --then NAME, takes another from here",
    "tools": "the tools, their effect, and when to use them",
    "mcp": "servers of the Model Context Protocol: each tried, or how to mend it; %sre mcp allow NAME lets one start",
    "policy": "what runs without asking, and what is left of each rule; %sre policy NAME or %sre policy run TOOL on …",
    "sources": "try each source: what works, what may be done there, and how to mend what does not",
    "audit": "who decided what; %sre audit verify looks whether anybody edited it",
    "undo": "take back what was done: %sre undo E9 shows it and asks",
    "verify": "ask the cited queries again now, and compare: same, drifted, expired; --all asks every one, E3 that one",
    "fork": "back to a step with something else, and on from there: %sre fork 4 --edit, --set since=4h, --answer …",
    "diff": "two runs beside each other: %sre diff RECORD RECORD; after a fork, just %sre diff",
    "evidence": "every result so far; %sre evidence E3 draws one",
    "note": "your own words as evidence: %sre note the on-call saw it first at 10:02",
    "report": "the latest report again",
    "postmortem": "the postmortem; --html FILE, --markdown FILE write it; --propose: into incident and runbook, asked",
    "show": "the whole transcript again, as after a reload; %sre show FOLDER draws a kept record",
    "resume": "go on with the newest record, or the one of %sre resume FOLDER, as after a crash",
    "replay": "play a record again, offline: each %%sre cell gets what it holds; %sre replay RECORD, NOTEBOOK, --all",
    "embed": "the record as an output of this cell, to be saved with the notebook; --cited leaves the rest out",
    "prs": "the pull requests; %sre prs show N, %sre prs merge N",
    "sandbox": "make a world to look at: %sre sandbox NAME --seed N --hard; without a name, the list",
    "advance": "let minutes pass in a sandbox world: %sre advance 5",
    "reset": "end this investigation; the next %%sre begins a new one",
}
