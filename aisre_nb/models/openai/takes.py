"""What an endpoint takes in a request: learned from what it refuses, and from what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass

_NO_TOOLS = (
    "does not support tools",  # Ollama
    "does not support function",
    "enable-auto-tool-choice",  # vLLM without a parser for calls
    "requires --jinja",  # llama-server without templates
    "tool use is not supported",
    "tools is not supported",
    "tools are not supported",
    "support tool use",  # OpenRouter: no endpoints found that …
    "unsupported parameter: 'tools'",
    "unknown field: tools",
    "tool calling is not supported",
    "function calling is not supported",
)


@dataclass
class Takes:
    """What is sent; each goes off for good once a refusal named it."""

    tools: bool = True
    """Tool calls. Where not, it answers in JSON: see ``prompted.py``."""
    schema: bool = True
    """``response_format`` with a JSON schema, which the server holds the model to."""
    forced: bool = True
    """One tool may be forced."""
    usage: bool = True
    """``stream_options``: tokens are told at the end of the stream."""
    limit: str = "max_tokens"
    """The name of the limit on output; empty: none is sent."""
    reasoning_back: bool = False
    """What it thought has to come back to it."""
    short_ids: bool = False
    """Calls have ids of nine letters and digits: Mistral's templates."""

    def learn(self, refusal: str) -> bool:
        """Give up what a refusal names; True where the request is worth sending again."""
        text = refusal.lower()
        if self.tools and any(words in text for words in _NO_TOOLS):
            self.tools = False
            return True
        if "max_completion_tokens" in text and self.limit == "max_tokens":
            self.limit = "max_completion_tokens"
            return True
        if "length of 9" in text and not self.short_ids:
            self.short_ids = True
            return True
        if "reasoning_content" in text and not self.reasoning_back:
            self.reasoning_back = True
            return True
        for name, words in (
            ("usage", ("stream_options", "include_usage")),
            ("forced", ("tool_choice",)),
            ("schema", ("response_format", "json_schema", "grammar", "structured output", "guided")),
        ):
            if getattr(self, name) and any(word in text for word in words):
                setattr(self, name, False)
                return True
        if self.limit and any(words in text for words in ("max_tokens", "max_completion_tokens", "completion tokens")):
            self.limit = ""
            return True
        return False
