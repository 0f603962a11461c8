"""An action is shown, then done as it was shown, and can be taken back by its number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from aisre_nb.approval.decision import digest
from aisre_nb.errors import ToolError, UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.actions import TOOLS
from aisre_nb.tools.registry import tools_for
from aisre_nb.tools.undoing import undo_action

SCALE = TOOLS["scale"]


def _scale(**given: Any) -> Any:
    return SCALE.arguments(**{"service": "web", "replicas": 5} | given)


def _kept(result: Any, id: str = "E1") -> dict[str, Evidence]:
    return {id: Evidence(id, "table", result.title, result.summary, "scale_deployment", {}, facts=result.facts)}


async def test_a_preview_shows_before_and_after_and_the_undo_and_does_nothing(acting: Any, fleet: Any) -> None:
    assert SCALE.preview is not None
    view = await SCALE.preview(acting, _scale(reason="p95 is 2 s (E3)"))
    assert view.rows == (("replicas of web", "2", "5"),) and view.scope == "deployment web"
    assert view.body == "p95 is 2 s (E3)\n\nUndo: scale service=web replicas=2"
    assert fleet.done == [] and fleet.replicas == {"web": 2}


async def test_what_is_shown_moves_with_the_cluster_so_that_the_digest_does(acting: Any, fleet: Any) -> None:
    assert SCALE.preview is not None
    first = digest(SCALE.name, {}, await SCALE.preview(acting, _scale()))
    assert first == digest(SCALE.name, {}, await SCALE.preview(acting, _scale()))
    fleet.replicas["web"] = 3
    assert first != digest(SCALE.name, {}, await SCALE.preview(acting, _scale()))


async def test_the_result_keeps_what_was_done_when_and_how_it_is_taken_back(acting: Any, fleet: Any) -> None:
    result = await SCALE.handler(acting, _scale())
    assert fleet.done == [{"action": "scale", "service": "web", "replicas": 5}]
    assert result.facts["undo"] == {"action": "scale", "service": "web", "replicas": 2}
    assert result.facts["at"] == "2026-03-01T12:00:00Z" and result.frame is not None
    assert result.frame.to_dict("records") == [{"what": "replicas of web", "before": "2", "after": "5"}]


async def test_an_undo_is_shown_and_done_once(acting: Any, fleet: Any) -> None:
    done = _kept(await SCALE.handler(acting, _scale()))
    later = replace(acting, evidence=done)
    assert undo_action.preview is not None and undo_action.effect == "change"
    view = await undo_action.preview(later, undo_action.arguments(step="E1"))
    assert view.rows == (("replicas of web", "5", "2"),)
    result = await undo_action.handler(later, undo_action.arguments(step="E1"))
    assert fleet.replicas == {"web": 2} and result.facts["undoes"] == "E1"
    with pytest.raises(ToolError, match="E1 was undone already: see E2"):
        await undo_action.handler(
            replace(acting, evidence=done | _kept(result, "E2")), undo_action.arguments(step="E1")
        )


async def test_what_has_no_undo_and_what_is_no_action_are_said(acting: Any) -> None:
    result = await TOOLS["restart"].handler(acting, TOOLS["restart"].arguments(service="web"))
    later = replace(acting, evidence=_kept(result))
    with pytest.raises(ToolError, match=r"nothing takes E1 back \(Restart web\)"):
        await undo_action.handler(later, undo_action.arguments(step="E1"))
    with pytest.raises(ToolError, match="E7 is no action that was done → there are none"):
        await undo_action.handler(later, undo_action.arguments(step="E7"))


async def test_a_placeholder_never_takes_the_place_of_a_secret(acting: Any, fleet: Any) -> None:
    arguments = TOOLS["set_config"].arguments(service="web", key="KEY", value="[redacted:aws_key:1]")
    with pytest.raises(ToolError, match="a secret would be replaced by its placeholder"):
        await TOOLS["set_config"].handler(acting, arguments)
    assert fleet.done == []


async def test_what_the_cluster_cannot_do_is_its_own_line_and_without_one_it_is_a_gap(
    acting: Any, context: Any
) -> None:
    with pytest.raises(UsageError, match="there is no till → one of web"):
        await SCALE.handler(acting, _scale(service="till"))
    with pytest.raises(ToolError, match="no source answers for actions on a cluster"):
        await SCALE.handler(context, _scale())


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("scale", {"service": "web", "replicas": -1}),
        ("set_flag", {"flag": "x", "percent": 101}),
        ("silence", {"matchers": {}}),
        ("merge", {"number": 0}),
        ("cordon", {"node": "n", "force": True}),
    ],
)
def test_arguments_out_of_bounds_are_refused(action: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TOOLS[action].arguments(**arguments)


def test_only_what_the_cluster_can_do_is_offered_and_nothing_without_one(fleet: Any) -> None:
    names = [tool.name for tool in tools_for(Sources(cluster=fleet))]
    assert names == ["scale_deployment", "restart_deployment", "merge_pull_request", "verify", "undo_action"]
    assert tools_for(Sources()) == [] and tools_for(None) == []


def test_every_action_changes_and_shows_itself_first() -> None:
    for tool in (*TOOLS.values(), undo_action):
        assert tool.effect == "change" and tool.preview is not None and tool.moves and len(tool.description) > 40
