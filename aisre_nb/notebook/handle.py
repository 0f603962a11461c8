"""``sre``: what the user's next cell works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.settings import Settings

if TYPE_CHECKING:
    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.evidence.secret import Secret
    from aisre_nb.mcp.servers import Servers
    from aisre_nb.notebook.replaying import Replaying
    from aisre_nb.record.branches import Run
    from aisre_nb.session.investigation import Investigation
    from aisre_nb.sources.sources import Sources
    from aisre_nb.tools.tool import Effect


class Handle:
    """One for each kernel: the latest investigation, and the user's own tools."""

    def __init__(self) -> None:
        self.investigation: Investigation | None = None
        self.sources: Sources | None = None
        """The sources that the next investigation takes; None: those of the settings."""
        self.mother: Run | None = None
        """What the latest branch left, for %sre diff."""
        self.replay: Replaying | None = None
        """The records that are played instead of asking; None: cells ask."""
        self.chosen: dict[str, Any] = {}
        """Settings that were changed by ``%sre model`` and ``%sre policy``."""
        self.configured: Callable[[], dict[str, Any]] = dict
        """Settings that were changed by ``%config``."""
        self.servers: Servers | None = None
        """Those of the Model Context Protocol; None: none was started in this kernel."""
        self._functions: list[tuple[Callable[..., Any], Effect]] = []

    @property
    def last(self) -> Investigation:
        """The latest investigation: ``.report``, ``.evidence``, ``.steps``, ``.events``, ``.usage``."""
        if self.investigation is None:
            raise UsageError("nothing was investigated yet", "run a %%sre cell")
        return self.investigation

    @property
    def E(self) -> Mapping[str, Evidence]:
        """Its evidence: ``sre.E["E3"].df``."""
        return _Known(self.last.evidence)

    def secret(self, placeholder: str) -> Secret:
        """What ``[redacted:aws_key:1]`` stands for: shown as its placeholder; its ``.value`` is the raw text."""
        from aisre_nb.evidence.secret import Secret

        redactor = self.last.redactor
        redactor.raw(placeholder)
        return Secret(placeholder.strip(), lambda: redactor.raw(placeholder))

    @property
    def settings(self) -> Settings:
        """What the next cell runs by: defaults, aisre.toml, environment, ``%config``, then what ``%sre`` changed."""
        return Settings.load().updated(**self.configured()).updated(**self.chosen)

    def tool(self, function: Callable[..., Any] | None = None, *, effect: Effect = "read") -> Any:
        """A decorator: the function becomes a tool of the agent. ``effect="change"`` for what alters something."""

        def add(given: Callable[..., Any]) -> Callable[..., Any]:
            from aisre_nb.tools.function import tool_from_function

            made = tool_from_function(given, effect)
            self._functions = [(f, e) for f, e in self._functions if f.__name__ != given.__name__]
            self._functions.append((given, effect))
            if self.investigation is not None:
                self.investigation.registry.add(made)
            return given

        return add(function) if function is not None else add

    async def act(self, tool: str, **arguments: Any) -> str | None:
        """Do one thing yourself, shown and asked for as the agent's are, and kept beside them.

        ``await sre.act("restart_deployment", service="cart", reason="…")``. Returns the number of its result, for
        ``sre.E[…]`` and ``%sre undo``; None where it did not run, and then the cell says why.
        """
        from IPython.core.getipython import get_ipython

        from aisre_nb.notebook.asking import act

        done = (await act(get_ipython(), self, tool, arguments, "")).evidence
        return done.id if done is not None else None

    def cite(self, frame: Any, title: str) -> Evidence:
        """A frame of your own becomes evidence, with the code of the cell: ``sre.cite(df, "what it shows")``.

        The report may cite it, and it is kept and masked like what the tools bring, marked as yours.
        """
        from IPython.core.getipython import get_ipython

        from aisre_nb.notebook.citing import cite

        if self.replay is not None:
            from aisre_nb.notebook.replaying import own

            return own(self, self.replay, "cite", title, frame)
        return cite(self.last, get_ipython(), frame, title)

    def registry(self, sources: Sources | None = None) -> Any:
        """The built-in tools, those for these sources (or the ones that were chosen), and the user's."""
        from aisre_nb.tools.function import tool_from_function
        from aisre_nb.tools.registry import Registry, builtin_tools, tools_for

        registry = Registry()
        settings = self.settings if self.servers is not None else None
        for tool in (
            *builtin_tools(),
            *tools_for(sources or self.sources),
            *(self.servers.tools(settings.reads, settings.max_tool_tokens) if self.servers and settings else ()),
            *(tool_from_function(f, e) for f, e in self._functions),
        ):
            registry.add(tool)
        return registry

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self)}

    def __repr__(self) -> str:
        if self.investigation is None:
            return "sre: nothing was investigated yet; %sre help"
        found = self.investigation
        return f"sre: {len(found.evidence)} results, {len(found.steps)} steps; sre.E, sre.last, sre.last.report"


class _Known(Mapping[str, "Evidence"]):
    """Evidence by id; a wrong id says which there are."""

    def __init__(self, evidence: Mapping[str, Evidence]) -> None:
        self._evidence = evidence

    def __getitem__(self, key: str) -> Evidence:
        if key not in self._evidence:
            raise UsageError(f"there is no {key}", f"there are {', '.join(self._evidence) or 'none yet'}")
        return self._evidence[key]

    def __contains__(self, key: object) -> bool:
        return key in self._evidence

    def __iter__(self) -> Any:
        return iter(self._evidence)

    def __len__(self) -> int:
        return len(self._evidence)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._evidence)

    def __repr__(self) -> str:
        return "\n".join(f"{e.id:<4} {e.title}: {e.summary}" for e in self._evidence.values()) or "nothing yet"


sre = Handle()
