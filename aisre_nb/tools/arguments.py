"""Arguments that many tools share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from aisre_nb.times import Window, window
from aisre_nb.tools.tool import ToolContext


class Arguments(BaseModel):
    """What no schema names is refused, so that a misspelt argument is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Windowed(Arguments):
    """Arguments of what looks at a span of time."""

    since: str | None = Field(None, description='Start: RFC 3339, "30m ago" or "2h". Default: two hours ago.')
    until: str | None = Field(None, description='End: RFC 3339 or "10m ago". Default: now.')

    def window(self, context: ToolContext, default: str = "") -> Window:
        """The window that is meant."""
        return window(self.since, self.until, context.now, default or context.default_since)
