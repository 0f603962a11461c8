"""Settings come from defaults, file and environment, in this order; what is wrong is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aisre_nb.errors import ConfigurationError
from aisre_nb.settings import Settings


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path, {})
    assert (settings.model, settings.approve, settings.sources) == (None, "read", {})
    assert settings.record_dir == tmp_path / ".aisre" / "records"


def test_a_file_in_a_parent_folder_is_found_and_the_environment_goes_over_it(tmp_path: Path) -> None:
    (tmp_path / "aisre.toml").write_text('model = "builtin"\nmax_steps = 7\n[sources.a]\ntype = "folder"\npath = "x"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    settings = Settings.load(below, {"AISRE_MAX_STEPS": "9"})
    assert (settings.model, settings.max_steps, settings.base) == ("builtin", 9, tmp_path)
    assert settings.sources == {"a": {"type": "folder", "path": "x"}}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("max_steps = 'many'", "max_steps"),
        ("max_usd = -1", "max_usd"),
        ("aprove = 'all'", "aprove"),
        ("approve = 'maybe'", "maybe"),
        ("since = 'yesterday'", "yesterday"),
        ("now = 'noon'", "noon"),
        ("[sources.a]\npath = 'x'", "type"),
        ("model = ", "aisre.toml"),
        ("max_steps = true", "max_steps"),
        ("model = 'openai:x@https://llm.example/v1'", "[models.NAME]"),
        ("then = 'builtin, openai:x@https://llm.example/v1'", "[models.NAME]"),
        ("models = 3", "models"),
        ("[models.claude]\nmodel = 'x'", "another name"),
        ("[models.'a:b']\nmodel = 'x'", "another name"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_it(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "aisre.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(tmp_path, {})
    assert named in str(caught.value) and "\n" not in str(caught.value)


def test_a_table_is_a_model_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "aisre.toml").write_text(
        'model = "house"\nthen = "builtin"\n[models.house]\nbase_url = "http://h/v1"\n'
    )
    settings = Settings.load(tmp_path, {})
    assert (settings.model, settings.then, settings.models) == (
        "house",
        "builtin",
        {"house": {"base_url": "http://h/v1"}},
    )
    # What a person types, or sets in the environment, may hold an address.
    assert Settings.load(tmp_path, {"AISRE_MODEL": "vllm:x@http://h/v1"}).model == "vllm:x@http://h/v1"


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="AISRE_MAX_USD"):
        Settings.load(tmp_path, {"AISRE_MAX_USD": "lots"})


def test_an_option_that_was_not_given_changes_nothing() -> None:
    settings = Settings(max_steps=3)
    assert settings.updated(max_steps=None, model=None) == settings


@pytest.mark.parametrize(
    ("approve", "named"),
    [
        ("all", 'approve = "all" is for one run only'),
        ("read; run changes", "the rule 'run changes' has no bounds"),
        ("run restart_deployment on service:cart", "has no bounds"),
        ("sometimes", "is not a policy"),
    ],
)
def test_a_file_cannot_open_the_door_to_changes(tmp_path: Path, approve: str, named: str) -> None:
    (tmp_path / "aisre.toml").write_text(f"approve = {approve!r}\n")
    with pytest.raises(ConfigurationError, match=re.escape(named)):
        Settings.load(tmp_path, {})


def test_bounded_rules_may_stand_in_a_file_and_a_person_may_type_more(tmp_path: Path) -> None:
    (tmp_path / "aisre.toml").write_text("approve = 'none; run restart_deployment on service:cart once; run reads'\n")
    assert Settings.load(tmp_path, {}).approve.startswith("none; run restart")
    assert Settings.load(tmp_path, {"AISRE_APPROVE": "all"}).approve == "all"
    assert Settings.load(tmp_path, {}).updated(approve="run changes").approve == "run changes"


def test_the_list_of_servers_tools_that_only_look(tmp_path: Path) -> None:
    assert Settings.load(tmp_path, {}).reads == ()
    (tmp_path / "aisre.toml").write_text('reads = ["github.get_issue"]\nredact_emails = true\n')
    found = Settings.load(tmp_path, {})
    assert found.reads == ("github.get_issue",) and found.redact_emails is True
    assert Settings.load(tmp_path, {"AISRE_REDACT_EMAILS": "no"}).redact_emails is False
    for wrong in ('reads = "github.get_issue"', "reads = [1]", 'reads = ["all"]', "redact_emails = 1"):
        (tmp_path / "aisre.toml").write_text(f"{wrong}\n")
        with pytest.raises(ConfigurationError, match=r"aisre\.toml"):
            Settings.load(tmp_path, {})
    (tmp_path / "aisre.toml").unlink()
    with pytest.raises(ConfigurationError, match="neither true nor false"):
        Settings.load(tmp_path, {"AISRE_REDACT_EMAILS": "perhaps"})
