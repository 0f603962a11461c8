"""Every error that a user may see.

AisreError
 ├── ConfigurationError     a setting, option or environment variable is wrong
 │    └── UsageError        the command or the cell was written wrongly
 ├── SourceError            a configured backend failed
 │    ├── SourceUnreachable it cannot be reached, or what it keeps cannot be read
 │    └── SignalMissing     it answers, and has no such signal (a gap, not a failure)
 ├── ModelError             the model did not answer
 │    ├── ModelUnavailable  no key, wrong key, wrong name, no network
 │    ├── ModelOverloaded   still overloaded after the retries
 │    ├── ModelRefused      it declined to go on
 │    └── ContextFull       what it was given does not fit
 ├── ToolError              one call failed; its text is what the model reads
 │    └── ChangeConflict    the world moved between what was approved and what would run
 ├── ChangeDenied           a change was wanted, and nobody allowed it
 ├── RecordError            a record cannot be read or written
 │    └── RecordBusy        another process writes it
 └── Stopped                the person stopped it

Each message is one line: what happened, to what, and (``next_step``) what to do now.
"""

from __future__ import annotations


class AisreError(Exception):
    """Base of all errors; ``str()`` gives the message and, where there is one, the next step."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        text = " ".join(self.message.split())
        return f"{text} → {self.next_step}" if self.next_step else text

    def _render_traceback_(self) -> list[str]:
        """IPython asks this instead of drawing a traceback: one line."""
        return [f"{type(self).__name__}: {self}"]


class ConfigurationError(AisreError):
    """A setting, option or environment variable is wrong."""


class UsageError(ConfigurationError):
    """The command or the cell was written wrongly."""


class SourceError(AisreError):
    """A configured backend failed."""


class SourceUnreachable(SourceError):
    """A source cannot be reached, or what it keeps cannot be read."""


class SignalMissing(SourceError):
    """A source answers, and has no such signal: the report names it as a gap."""


class ModelError(AisreError):
    """The model did not answer."""


class ModelUnavailable(ModelError):
    """No key, wrong key, wrong name, or no network."""


class ModelOverloaded(ModelError):
    """Still overloaded, or still cut off, after the retries."""


class ModelRefused(ModelError):
    """The model declined to go on."""


class ContextFull(ModelError):
    """What the model was given does not fit its window."""


class ToolError(AisreError):
    """One call failed; its text is what the model reads, and the investigation goes on."""


class ChangeConflict(ToolError):
    """The world moved between what was approved and what would run; nothing ran."""


class ChangeDenied(AisreError):
    """A change was wanted, and nobody allowed it."""


class RecordError(AisreError):
    """A record cannot be read or written."""


class RecordBusy(RecordError):
    """Another process writes the record."""


class Stopped(AisreError):
    """The person stopped the investigation."""
