"""Settings: defaults, then ``aisre.toml``, then environment variables, then what the user typed.

``aisre.toml`` is looked for in the working directory and its parents::

    model = "builtin"          # or "claude", a model's full name, "ollama:MODEL", a NAME of [models.NAME] below
    then = "builtin"           # who goes on when that model fails for good
    approve = "read"           # read | ask | none, and rules: "read; run restart_deployment on service:cart once"
    approval_minutes = 60      # how old an approval may be when its change runs
    max_steps = 40
    max_usd = 5.0
    max_seconds = 900
    since = "2h"
    now = "2026-11-20T10:00:00Z"   # look as of then, and not as of now
    reads = ["github.get_issue"]   # tools of servers that only look; all others of theirs are changes
    max_tool_tokens = 4000     # of servers' tools that a model is told of; where they cost more it searches them
    redact_emails = false      # whether e-mail addresses are masked like secrets
    records = ".aisre/records"

    [models.house]
    base_url = "https://llm.example/v1"   # any OpenAI-compatible endpoint
    model = "qwen3-32b"
    key_env = "HOUSE_API_KEY"             # the variable that holds the key
    context = 32768                       # tokens; asked of the server where it is not said

    [postmortem]
    template = "postmortem.md"   # the house's own, with {{placeholders}}

    [mcp.metoro]                 # a server of the Model Context Protocol, as in .mcp.json; see the README
    command = "metoro-mcp-server"
    env = {METORO_AUTH_TOKEN = "${METORO_AUTH_TOKEN}"}

    [sources.shop]
    type = "folder"
    path = "cases/shop"
    link = "https://grafana.example/explore?service={service}&from={start_ms}&to={end_ms}"   # the house's own page

    [sources.metrics]
    type = "prometheus"          # the types, and the variables that make a source where none is named: `sources.kinds`
    url = "https://prometheus.example"
    token_env = "PROMETHEUS_TOKEN"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aisre_nb.errors import ConfigurationError

_TYPES: dict[str, tuple[type, ...]] = {
    "model": (str,),
    "then": (str,),
    "approve": (str,),
    "max_steps": (int,),
    "max_usd": (int, float),
    "max_seconds": (int, float),
    "max_tokens": (int,),
    "since": (str,),
    "now": (str,),
    "approval_minutes": (int, float),
    "redact_emails": (bool,),
    "max_tool_tokens": (int,),
}
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True)
class Settings:
    """What an investigation is allowed, and where it looks."""

    model: str | None = None
    """None: Claude where a key is set, else the built-in investigator."""
    then: str | None = None
    """Who goes on from the same conversation when the model fails for good; several, with commas between them."""
    approve: str = "read"
    max_steps: int = 40
    """Tool calls for one question."""
    max_usd: float = 5.0
    max_seconds: float = 900.0
    max_tokens: int = 2_000_000
    """Input and output tokens for one question."""
    since: str = "2h"
    """How far back a tool looks when it is not told."""
    now: str | None = None
    """The instant that "now" means, in RFC 3339; None: the clock's, or the end of a kept world."""
    approval_minutes: float = 60.0
    """How old an approval may be when its change runs."""
    reads: tuple[str, ...] = ()
    """``"SERVER.TOOL"``: tools of servers that only look. What a server says of them itself counts for nothing."""
    redact_emails: bool = False
    """Whether e-mail addresses are masked like secrets."""
    record_dir: Path = Path(".aisre/records")
    postmortem_template: Path | None = None
    """The house's Markdown file with placeholders; None: ours."""
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    """``[models.NAME]``: endpoints by a name of the user's own."""
    mcp: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    """Servers of the Model Context Protocol, beside those of ``.mcp.json``."""
    max_tool_tokens: int = 4000
    """Of servers' tools that a model is told of from the start; where they cost more it searches them."""
    base: Path = Path()
    """What relative paths of sources start from: the folder of ``aisre.toml``."""

    @property
    def audit(self) -> Path:
        """Where it is written who decided what."""
        return self.record_dir.parent / "audit.jsonl"

    @property
    def worlds(self) -> Path:
        """Where sandbox worlds are made."""
        return self.record_dir.parent / "worlds"

    def updated(self, **changes: Any) -> Settings:
        """A copy with these settings; None leaves one as it is. Raises `ConfigurationError`."""
        known = {name: value for name, value in changes.items() if value is not None}
        for name, value in known.items():
            _check(name, value, "option")
        return replace(self, **known)

    @classmethod
    def load(cls, cwd: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
        """Read ``aisre.toml`` and the environment. Raises `ConfigurationError` naming file and key."""
        cwd = (cwd or Path.cwd()).resolve()
        environ = os.environ if environ is None else environ
        file = next(
            (folder / "aisre.toml" for folder in (cwd, *cwd.parents) if (folder / "aisre.toml").is_file()), None
        )
        settings = cls(base=cwd, record_dir=cwd / ".aisre" / "records")
        if file:
            settings = _from_toml(settings, file)
        for name, types in _TYPES.items():
            text = environ.get(f"AISRE_{name.upper()}")
            if text:
                settings = replace(settings, **{name: _from_text(name, text, types)})
        if not settings.sources:
            from aisre_nb.sources.kinds import from_environment

            settings = replace(settings, sources=from_environment(environ))
        if environ.get("AISRE_RECORDS"):
            settings = replace(settings, record_dir=Path(environ["AISRE_RECORDS"]).expanduser().resolve())
        return settings


def _from_toml(settings: Settings, file: Path) -> Settings:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}", "mend that line") from None
    sources = data.pop("sources", {})
    if not isinstance(sources, dict) or not all(isinstance(s, dict) and "type" in s for s in sources.values()):
        raise ConfigurationError(f"{file}: each source needs a type", 'write [sources.NAME] with type = "folder"')
    models = _models(data.pop("models", {}), file)
    servers = data.pop("mcp", {})
    if not isinstance(servers, dict) or not all(isinstance(s, dict) for s in servers.values()):
        raise ConfigurationError(f"{file}: [mcp] is no table of servers", 'write [mcp.NAME] with command = "PROGRAM"')
    records = data.pop("records", None)
    reads = data.pop("reads", [])
    if not isinstance(reads, list) or not all(isinstance(r, str) and "." in r for r in reads):
        raise ConfigurationError(f"{file}: reads is no list of tools", 'write reads = ["SERVER.TOOL"]')
    template = _template(data.pop("postmortem", {}), file)
    for name, value in data.items():
        _check(name, value, str(file))
        if name in ("model", "then") and "://" in value:
            # A file comes along with a repository that somebody cloned: it must not say where a key is sent.
            raise ConfigurationError(f"{file}: {name} holds an address", "write [models.NAME] with base_url")
    folder = file.parent / records if records else file.parent / ".aisre" / "records"
    found = replace(settings, **data, reads=tuple(reads), sources=sources, base=file.parent, record_dir=folder)
    return replace(found, postmortem_template=template, models=models, mcp=servers)


def _models(tables: Any, file: Path) -> dict[str, dict[str, Any]]:
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise ConfigurationError(f"{file}: models are no tables", 'write [models.NAME] with base_url = "…"')
    for name in tables:
        if name in ("builtin", "claude") or name.startswith("claude-") or set(name) & set(":, "):
            raise ConfigurationError(f"{file}: [models.{name}] cannot be called so", "take another name")
    return tables


def _template(table: Any, file: Path) -> Path | None:
    if not isinstance(table, dict) or set(table) - {"template"} or not isinstance(table.get("template", ""), str):
        raise ConfigurationError(f"{file}: [postmortem] knows template alone", 'write template = "FILE.md"')
    return file.parent / Path(table["template"]).expanduser() if table.get("template") else None


def _from_text(name: str, text: str, types: tuple[type, ...]) -> Any:
    try:
        value: Any = _TRUTH[text.strip().lower()] if types == (bool,) else types[-1](text)
    except KeyError:
        raise ConfigurationError(f"AISRE_{name.upper()} is neither true nor false", "set it to true or false") from None
    except ValueError:
        raise ConfigurationError(f"AISRE_{name.upper()}={text!r} is not a number", "set it to a number") from None
    _check(name, value, "environment")
    return value


def _check(name: str, value: Any, where: str) -> None:
    if name not in _TYPES:
        raise ConfigurationError(f"{where}: {name!r} is not a setting", f"the settings are {', '.join(_TYPES)}")
    if (isinstance(value, bool) and _TYPES[name] != (bool,)) or not isinstance(value, _TYPES[name]):
        wanted = "a text" if _TYPES[name] == (str,) else "true or false" if _TYPES[name] == (bool,) else "a number"
        raise ConfigurationError(f"{where}: {name} = {value!r} is not {wanted}", f"give {wanted}")
    if name == "approve":
        _check_policy(str(value), where)
    if isinstance(value, int | float) and not isinstance(value, bool) and value <= 0:
        raise ConfigurationError(f"{where}: {name} = {value!r} is not above zero", "give a number above zero")
    if name in ("since", "now"):
        from aisre_nb.times import duration, instant

        _ = duration(str(value)) if name == "since" else instant(str(value))


def _check_policy(text: str, where: str) -> None:
    from aisre_nb.approval.policy import Policy

    try:
        policy = Policy.parse(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}: approve = {text!r}: {error.message}", error.next_step) from None
    if not where.endswith(".toml"):
        return
    # A file comes along with a repository that somebody cloned: it must not open the door to changes.
    if policy.name == "all":
        raise ConfigurationError(f'{where}: approve = "all" is for one run only', "type it: --approve all")
    loose = [standing.rule.words() for standing in policy.standing if not standing.rule.is_bounded]
    if loose:
        raise ConfigurationError(
            f"{where}: the rule {loose[0]!r} has no bounds",
            "name the tool, what it may touch, and how often or how long: run TOOL on KIND:NAME once",
        )
