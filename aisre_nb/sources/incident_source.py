"""Incidents that people write, and what is written into them.

Each method raises `SourceUnreachable` when the backend fails, `SignalMissing` when it has no such signal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from aisre_nb.sources.base import Answer

if TYPE_CHECKING:
    from aisre_nb.evidence.change import FileChange


class IncidentSource(Protocol):
    """Incidents that people write, and who is on call."""

    name: str

    async def incidents(self) -> Answer:
        """id, title, severity, status, opened_at (datetime), service, commander, summary; newest first.

        ``severity`` is "sev1" to "sev4", ``status`` "open", "mitigated" or "resolved".
        """
        ...

    async def incident(self, id: str) -> Answer:
        """The timeline, oldest first: at (datetime), author, text; ``attrs["incident"]`` is all of it, as JSON."""
        ...

    async def on_call(self) -> Answer:
        """team, services (list of texts), primary, secondary, until (datetime)."""
        ...

    async def preview_update(self, update: IncidentUpdate) -> FileChange:
        """The text before and after; writes nothing. Raises `ToolError` where it says all of that already."""
        ...

    async def update(self, update: IncidentUpdate) -> Answer:
        """Write it; then as `incident`. Raises `ChangeConflict` where its text moved since ``update.before``."""
        ...

    async def preview_restore(self, id: str, before: str, sha256: str) -> FileChange:
        """What putting back an earlier text changes. Raises `ChangeConflict` where somebody wrote meanwhile:
        where the hash of its text is another one."""
        ...

    async def restore(self, id: str, before: str, sha256: str) -> Answer:
        """Put it back; then as `incident`. Raises as `preview_restore` does."""
        ...


@dataclass(frozen=True)
class IncidentUpdate:
    """What is to be written into an incident; a field that is not named stays as it is."""

    id: str
    at: datetime
    fields: Mapping[str, str]
    """By the names of `IncidentSource.incidents`: severity, status, title, summary, commander."""
    note: str = ""
    """A new entry of the timeline, unless one with this text is there."""
    author: str = "aisre-nb"
    before: str | None = None
    """The text that was shown before; None where nobody was shown any."""
