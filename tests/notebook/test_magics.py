"""``%%sre`` and ``%sre`` in a real kernel, with nobody before it: as nbclient, nbval and papermill run it."""

from __future__ import annotations

from typing import Any

import pytest


def _types(ran: Any) -> set[str]:
    return {output["type"] for output in ran.outputs}


def test_a_question_is_answered_and_its_results_are_the_users(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {'rows': 4})], [REPORT]]")
    ran = kernel.run("%%sre --out found\nWhat is wrong?")
    assert ran.status == "ok"
    assert "Model: scripted." in ran.text and "1. E1 look: 4 rows" in ran.text
    assert kernel.value("[len(sre.E['E1'].df), found.outcome, sre.last.report is found]") == [4, "inconclusive", True]
    assert kernel.value("__import__('aisre_nb').sre is sre") is True


def test_nobody_is_there_so_every_output_is_written_once_and_nothing_is_changed(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {}), ('alter', {'title': 'x'})], [REPORT]]")
    ran = kernel.run("%%sre\nChange something.")
    assert ran.status == "ok" and kernel.value("ALTERED") == []
    assert not _types(ran) & {"update_display_data", "comm_open"}
    assert "nobody approved it" in ran.text
    decided = [e for e in kernel.events() if e["type"] == "decided"]
    assert [(d["verdict"], d["channel"]) for d in decided] == [("denied", "policy")]


def test_what_the_line_allows_is_changed_and_only_by_that_cell(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('alter', {'title': 'one'})], [REPORT], [('alter', {'title': 'two'})], [REPORT]]")
    assert kernel.run("%%sre --approve all\nChange it.").status == "ok"
    kernel.run("%%sre\nChange it again.")
    assert kernel.value("ALTERED") == ["one"]


def test_a_follow_up_goes_on_until_reset(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {})], [REPORT], [('look', {'rows': 5})], [REPORT], [('look', {})], [REPORT]]")
    kernel.run("%%sre\nFirst?")
    kernel.run("%%sre\nSecond?")
    assert kernel.value("[list(sre.E), ASKED[-1]]") == [["E1", "E2"], "Second?"]
    assert "begins a new investigation" in kernel.run("%sre reset").text
    kernel.run("%%sre\nThird?")
    assert kernel.value("list(sre.E)") == ["E1"]


def test_names_in_braces_are_values(kernel: Any) -> None:
    kernel.run("service = 'till'")
    kernel.run('%%sre\nIs {{ service }} well? {"a": {b}} rate{x="{{"}')
    assert kernel.value("ASKED[-1]") == 'Is till well? {"a": {b}} rate{x="{{"}'


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%sre", "UsageError: the cell has no question → write it below %%sre"),
        ("%%sre\n  \n", "UsageError: the cell has no question → write it below %%sre"),
        ("%%sre\nIs {{nothing_of_it}} well?", "UsageError: {{nothing_of_it}} is not defined → "),
        ("%%sre --wrong 3\nWhy?", "UsageError: unrecognized arguments: --wrong 3 → %%sre --help lists the options"),
        ("%%sre --max-steps x\nWhy?", "UsageError: argument --max-steps: invalid int value: 'x' → "),
        ("%%sre --max-steps 0\nWhy?", "ConfigurationError: option: max_steps = 0 is not above zero → "),
        ("%%sre --since soon\nWhy?", "UsageError: 'soon' is not a duration → "),
        ("%%sre --out 3x\nWhy?", "UsageError: --out '3x' is not a variable's name → "),
        ("%%sre --model 'x\nWhy?", "UsageError: the options cannot be read: No closing quotation → "),
        ("%%time\n%%sre\nWhy?", "UsageError: %%time cannot stand above %%sre, which waits for you → "),
        ("%%capture out\n\n%%sre\nWhy?", "UsageError: %%capture cannot stand above %%sre"),
        ("%sre nothing", "UsageError: %sre 'nothing' is not known → one of help, "),
        ("%sre report", "UsageError: nothing was investigated yet → run a %%sre cell"),
        ("%sre evidence E1", "UsageError: nothing was investigated yet → run a %%sre cell"),
        ("%sre policy yes", "ConfigurationError: 'yes' is not a policy → "),
        ("%sre model nobody", "ModelUnavailable: there is no model 'nobody' → "),
        ("%sre sandbox nowhere", "UsageError: there is no scenario 'nowhere' → "),
        ("%sre prs", "UsageError: no repository is open → "),
        ("%sre sandbox any --hard --seed x", "UsageError: %sre sandbox any --hard --seed x is not known → "),
        ("%sre advance soon", "UsageError: %sre advance soon is not known → %sre advance MINUTES"),
        ("%sre advance 5", "UsageError: time passes by itself here → "),
    ],
)
def test_what_is_written_wrongly_fails_the_cell_in_one_line(cell: str, said: str, kernel: Any) -> None:
    ran = kernel.run(cell)
    assert ran.status == "error"
    assert len(ran.error) == 1 and "\n" not in ran.error[0]
    assert ran.error[0].startswith(said)


def test_a_failed_model_fails_the_cell_in_one_line_and_keeps_what_was_found(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {})], 'fail']")
    ran = kernel.run("%%sre --out kept\nWhy?")
    assert ran.error == ["ModelUnavailable: there is no key → set one"]
    assert "1. E1 look" in ran.text and "partial" in ran.text
    assert kernel.value("list(sre.E)") == ["E1"]
    assert kernel.events()[-1]["why"] == "failed"


def test_help_is_printed_without_a_question(kernel: Any) -> None:
    text = kernel.run("%%sre --help").text
    for option in ("--model", "--approve", "--max-steps", "--max-usd", "--since", "--out"):
        assert option in text
    listed = kernel.run("%sre").text
    for name in (
        "status",
        "model",
        "tools",
        "policy",
        "evidence",
        "report",
        "reset",
        "sandbox",
        "advance",
        "prs",
        "show",
    ):
        assert f"%sre {name}" in listed


def test_a_comment_may_stand_above(kernel: Any) -> None:
    assert kernel.run("# a mark\n\n%%sre\nWhy?").status == "ok"
    assert kernel.value("ASKED[-1]") == "Why?"


def test_the_rest_of_the_line_magic(kernel: Any) -> None:
    assert "Nothing was investigated yet." in kernel.run("%sre status").text
    kernel.run("TURNS[:] = [[('look', {})], [REPORT]]")
    kernel.run("%%sre\nWhy?")
    assert "1 steps, 1 results, model scripted" in kernel.run("%sre status").text
    assert "E1   look: 3 rows" in kernel.run("%sre evidence").text
    assert "look" in kernel.run("%sre evidence E1").text
    assert "E9" in kernel.run("%sre evidence E9").error[0]
    tools = kernel.run("%sre tools").text
    assert "alter                  change  Alters." in tools and "get_alerts" in tools
    assert "text/html" in str(kernel.run("%sre report").outputs)
    assert "none: reads run, changes are denied" in kernel.run("%sre policy none").text
    assert kernel.value("[sre.settings.approve, sre.last.policy.name]") == ["none", "none"]
    assert "needs no key" in kernel.run("%sre model builtin").text
    assert kernel.value("[sre.settings.model, sre.last.model.name]") == ["builtin", "builtin"]
    listed = kernel.run("%sre model").text
    assert "builtin" in listed and "claude" in listed and "not usable: no key → set ANTHROPIC_API_KEY" in listed
    assert "should it fail, builtin goes on" in kernel.run("%sre model vllm:x --then builtin").text
    assert kernel.value("[sre.settings.then, sre.last.settings.then]") == ["builtin", "builtin"]
    assert "UsageError: %sre model a b is not known" in kernel.run("%sre model a b").error[0]


def test_the_transcript_is_shown_again_from_memory_and_from_the_record(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {}), ('alter', {'title': 'x'})], [REPORT]]")
    kernel.run("%%sre\nWhy is it so?")
    kernel.run("%%sre\nAnd now?")
    folder = kernel.value("str(sre.last.record.folder)")
    here = kernel.run("%sre show").text
    kernel.run("%sre reset")
    newest, named = kernel.run("%sre show").text, kernel.run(f"%sre show {folder!r}").text
    for shown in (here, newest, named):
        for part in ("Why is it so?", "And now?", "1. E1 look: 3 rows", "2. alter: ✗ Not run", "Model: scripted."):
            assert part in shown
    assert kernel.run("%sre show /nowhere").error[0].startswith("RecordError: ")


def test_config_sets_and_the_cell_overrides(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {'rows': n})] for n in range(1, 9)]")
    kernel.run("%config Sre.max_steps = 2")
    kernel.run("%%sre\nWhy?")
    assert kernel.value("len(sre.last.steps)") == 2
    kernel.run("%%sre --max-steps 3\nWhy?")
    assert kernel.value("len(sre.last.steps)") == 5
    kernel.run("%config Sre.max_steps = 0")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("%%sre --ap", "--approve"),
        ("%%sre --approve ", "none"),
        ("%%sre --model b", "builtin"),
        ("%%sre --model x --then b", "builtin"),
        ("%sre model oll", "ollama:"),
        ("%sre st", "status"),
        ("%sre policy a", "all"),
        ("%sre prs m", "merge"),
    ],
)
def test_tab_completes(code: str, found: str, kernel: Any) -> None:
    matches = kernel.client.complete(code, reply=True, timeout=20)["content"]["matches"]
    assert any(match.strip().endswith(found) for match in matches), matches


def test_a_tool_of_the_user_that_is_written_again_takes_the_place_of_the_first(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('again', {})], [REPORT], [('again', {})], [REPORT]]")
    for text in ("one", "two"):
        kernel.run(f"@sre.tool\ndef again() -> str:\n    '''Says.'''\n    return {text!r}")
        assert f"again: {text}" in kernel.run(f"%%sre\n{text}?").text
        kernel.run("%sre reset")


def test_a_tool_without_a_docstring_is_refused_in_one_line(kernel: Any) -> None:
    ran = kernel.run("@sre.tool\ndef mute(x: int): pass")
    assert ran.error == ["UsageError: mute has no docstring → say in one when a model should use it"]


def test_loading_twice_is_loading_once_and_unloading_takes_the_magic_away(kernel: Any) -> None:
    count = "len([t for t in get_ipython().input_transformers_cleanup if 'awaited' in repr(t)])"
    kernel.run("%load_ext aisre_nb\n%reload_ext aisre_nb")
    assert kernel.value(count) == 1
    kernel.run("%unload_ext aisre_nb")
    assert kernel.value(count) == 0
    assert "not found" in kernel.run("%sre status").text
    kernel.run("%load_ext aisre_nb")
    assert kernel.run("%sre status").status == "ok"


def test_fifty_steps_stay_within_the_outputs_that_jupyterlab_shows(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {'rows': n})] for n in range(1, 56)] + [[REPORT]]")
    ran = kernel.run("%%sre --max-steps 100\nLook long.")
    assert sum(o["type"] == "display_data" for o in ran.outputs) < 50
    assert "1. E1 look: 1 rows" in ran.text and "55. E55 look: 55 rows" in ran.text
