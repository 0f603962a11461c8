"""Claude where a company already buys its machines: Amazon Bedrock and Google Vertex AI, over the SDK's own clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Literal

from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.base import Turn, TurnRequest
from aisre_nb.models.claude import ClaudeModel
from aisre_nb.models.claude_stream import Reading
from aisre_nb.models.failure import ELSE, BrokenStream, line

Platform = Literal["bedrock", "vertex"]

_NEEDS = {"bedrock": ("boto3", "botocore"), "vertex": ("google.auth", "requests")}
_REGION = {"bedrock": ("AWS_REGION", "AWS_DEFAULT_REGION"), "vertex": ("CLOUD_ML_REGION",)}
_KEYS = {
    "bedrock": "set AWS_BEARER_TOKEN_BEDROCK, or log in as the aws command does (AWS_PROFILE, AWS_ACCESS_KEY_ID)",
    "vertex": "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS; "
    "and ANTHROPIC_VERTEX_PROJECT_ID",
}
"""What gives credentials."""


class PlatformModel(ClaudeModel):
    """Claude on a platform: models are not listed there, and credentials are looked for at the first request."""

    def __init__(self, platform: Platform, model: str, environ: Mapping[str, str], stall_seconds: float = 90.0) -> None:
        self._platform: Platform = platform
        super().__init__(model, client=_client(platform, environ, stall_seconds), mend=_KEYS[platform])
        self._listed = []

    @property
    def name(self) -> str:
        """``"bedrock:…"`` or ``"vertex:…"``."""
        return f"{self._platform}:{self._model}"

    async def _try(self, request: TurnRequest, on_text: Callable[[str], None], readings: list[Reading]) -> Turn:
        try:
            return await super()._try(request, on_text, readings)
        except Exception as error:
            # These libraries' errors have no root in common with the SDK's.
            home = type(error).__module__
            if home.startswith("botocore.eventstream"):
                raise BrokenStream(f"its answer cannot be read ({type(error).__name__})") from None
            if home.startswith(("botocore.", "boto3.", "google.")) or type(error) in (RuntimeError, ValueError):
                told = f"{self.name}: no credentials: {line(str(error))}"
                raise ModelUnavailable(told, f"{_KEYS[self._platform]}, {ELSE}") from None
            raise


def model(platform: str, name: str, environ: Mapping[str, str]) -> ClaudeModel:
    """``name`` as the platform knows it. Raises `ModelUnavailable`: a package or the region is missing."""
    return PlatformModel("bedrock" if platform == "bedrock" else "vertex", name, environ)


def missing(platform: str, environ: Mapping[str, str]) -> str:
    """What has to be installed or set before it can be asked; empty where nothing is known to be missing."""
    if lacking := [package for package in _NEEDS[platform] if not _is_there(package)]:
        return f"it needs {lacking[0]} → pip install 'aisre-nb[{platform}]'"
    return "" if any(environ.get(name) for name in _REGION[platform]) else f"no region → set {_REGION[platform][0]}"


def _client(platform: Platform, environ: Mapping[str, str], stall: float) -> object:
    if lacking := [package for package in _NEEDS[platform] if not _is_there(package)]:
        raise ModelUnavailable(f"{platform} needs {lacking[0]}", f"pip install 'aisre-nb[{platform}]', {ELSE}")
    import anthropic
    import httpx2

    region = next((environ[name] for name in _REGION[platform] if environ.get(name)), None)
    timeout = httpx2.Timeout(stall, connect=min(10.0, stall))
    try:
        if platform == "bedrock":
            return anthropic.AsyncAnthropicBedrock(aws_region=region, max_retries=0, timeout=timeout)
        given = {"region": region} if region else {}
        return anthropic.AsyncAnthropicVertex(max_retries=0, timeout=timeout, **given)  # type: ignore[arg-type]
    except ValueError:
        # Each says in three lines that there is no region.
        raise ModelUnavailable(f"{platform}: no region is set", f"set {_REGION[platform][0]}, {ELSE}") from None


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
