"""All tools of an investigation, by name; a user's function comes in by the same door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from aisre_nb.errors import ToolError
from aisre_nb.tools.function import tool_from_function
from aisre_nb.tools.naming import wire_name
from aisre_nb.tools.tool import Tool

if TYPE_CHECKING:
    from aisre_nb.sources.sources import Sources

__all__ = ["Registry", "builtin_tools", "tool_from_function", "tools_for"]


class Registry:
    """Tools by name. A later one of the same name takes the place of the earlier."""

    def __init__(self) -> None:
        self._tools: dict[str, Tool] = {}

    def add(self, tool: Tool) -> None:
        """Put it in."""
        self._tools[tool.name] = tool

    def names(self) -> list[str]:
        """In the order in which they came."""
        return list(self._tools)

    def get(self, name: str) -> Tool:
        """By its exact name. Raises `ToolError` that lists the names there are."""
        if name not in self._tools:
            raise ToolError(
                f"there is no tool {name[:60]!r}", f"the tools are {', '.join(t.name for t in self.listed())}"
            )
        return self._tools[name]

    def listed(self) -> list[Tool]:
        """Those that a model is told of from the start."""
        return [tool for tool in self._tools.values() if tool.listed]

    def meant(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The tool that a model's call means: by the name that it was told, or through a tool that stands for it."""
        known = name if name in self._tools else next((n for n in self._tools if wire_name(n) == name), name)
        tool = self._tools.get(known)
        if tool is None or tool.stands_for is None:
            return known, arguments
        inner, given = tool.stands_for(arguments)
        return (inner, given) if inner in self._tools else (known, arguments)

    def validate(self, name: str, arguments: Mapping[str, Any]) -> BaseModel:
        """The arguments as the tool's model. Raises `ToolError` with what does not fit, field by field."""
        try:
            return self.get(name).arguments.model_validate(dict(arguments))
        except ValidationError as error:
            wrong = (f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in error.errors()[:8])
            raise ToolError(f"{name}: {'; '.join(wrong)}", "correct the arguments and call again") from None


def builtin_tools() -> list[Tool]:
    """The tools that come along."""
    from aisre_nb.tools.alerts import get_alerts
    from aisre_nb.tools.blame import get_blame
    from aisre_nb.tools.code import get_source_diff, get_source_file
    from aisre_nb.tools.deployments import get_deployments
    from aisre_nb.tools.earlier import read_evidence
    from aisre_nb.tools.flow import follow_calls
    from aisre_nb.tools.kubernetes import get_kubernetes_state
    from aisre_nb.tools.logs import get_logs
    from aisre_nb.tools.metrics import get_metrics
    from aisre_nb.tools.movers import find_movers
    from aisre_nb.tools.pull_requests import create_pull_request
    from aisre_nb.tools.ranking import rank_services
    from aisre_nb.tools.separation import compare_requests
    from aisre_nb.tools.services import get_services
    from aisre_nb.tools.traces import get_trace, get_traces

    return [
        get_alerts,
        get_services,
        get_metrics,
        find_movers,
        rank_services,
        get_traces,
        get_trace,
        follow_calls,
        compare_requests,
        get_logs,
        get_deployments,
        get_kubernetes_state,
        get_source_diff,
        get_source_file,
        get_blame,
        read_evidence,
        create_pull_request,
    ]


def _of_hosts(sources: Sources) -> list[Tool]:
    from aisre_nb.sources.code_source import CodeSearch, RequestChecks
    from aisre_nb.tools.code_search import search_source
    from aisre_nb.tools.request_checks import get_pull_request_checks

    found: list[Tool] = [search_source] if isinstance(sources.code, CodeSearch) else []
    return [*found, get_pull_request_checks] if isinstance(sources.code, RequestChecks) else found


def tools_for(sources: Sources | None) -> list[Tool]:
    """The tools that are there only where something answers for them."""
    found: list[Tool] = []
    if sources is not None:
        from aisre_nb.tools.languages import language_tools

        found += language_tools(sources)
    if sources is not None and sources.incidents is not None:
        from aisre_nb.tools.incidents import get_incident, get_on_call, list_incidents, update_incident

        found += [list_incidents, get_incident, get_on_call, update_incident]
    if sources is not None and sources.sql is not None:
        from aisre_nb.tools.sql import query_sql

        found.append(query_sql)
    if sources is not None and sources.code is not None:
        from aisre_nb.tools.smallest_revert import find_revert_by_test, find_smallest_revert

        found += [find_smallest_revert] if sources.tests is not None else []
        found.append(find_revert_by_test)
        found += _of_hosts(sources)
    if sources is not None and sources.kubernetes is not None:
        from aisre_nb.sources.base import ResourceUse
        from aisre_nb.tools.resource_use import get_resource_use

        found += [get_resource_use] if isinstance(sources.kubernetes, ResourceUse) else []
    if sources is not None and sources.cluster is not None:
        from aisre_nb.tools.actions import TOOLS
        from aisre_nb.tools.verify import verify

        found += [tool for action, tool in TOOLS.items() if action in sources.cluster.actions]
        found.append(verify)
    if sources is not None and sources.promql is not None:
        from aisre_nb.tools.promql import find_metrics, get_alert_rules, query_promql

        found += [query_promql, find_metrics, get_alert_rules]
    if sources is not None and sources.history is not None:
        from aisre_nb.tools.alert_history import get_alert_history

        found.append(get_alert_history)
    if sources is not None and sources.dashboards is not None:
        from aisre_nb.tools.dashboards import search_dashboards

        found.append(search_dashboards)
    if sources is not None and sources.silences is not None:
        from aisre_nb.tools.silences import create_silence, get_alert_groups, get_silences

        found += [get_silences, get_alert_groups, create_silence]
    if sources is not None and (sources.cluster or sources.incidents or sources.code or sources.silences):
        from aisre_nb.tools.undoing import undo_action

        found.append(undo_action)
    return found
