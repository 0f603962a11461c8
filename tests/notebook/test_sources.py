"""``%sre sources``: what there is, tried from the kernel's own loop."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.rewriting import awaited
from aisre_nb.notebook.sources import show
from aisre_nb.sandbox import make


def test_the_line_is_awaited() -> None:
    lines = ["x = 1\n", "%sre sources\n"]
    assert awaited(lines)[1] == "await get_ipython().run_cell_magic('sre', '--sources', '\\n')\n"


async def test_each_configured_one_is_a_line_and_a_dead_one_says_how_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    await show(Handle())
    assert "None is configured" in capsys.readouterr().out
    make("cart-errors", 1, tmp_path / "world", hours=1, per_second=2)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{one.getsockname()[1]}"
        (tmp_path / "aisre.toml").write_text(
            '[sources.shop]\ntype = "folder"\npath = "world"\n'
            f'[sources.prom]\ntype = "prometheus"\nurl = "http://{dead}"\n'
            '[sources.locked]\ntype = "prometheus"\nurl = "http://127.0.0.1:1"\ntoken_env = "NO_SUCH_TOKEN"\n'
        )
        await show(Handle())
    shop, prom, locked, unasked = capsys.readouterr().out.splitlines()
    assert shop.startswith("ok     shop  1.0 h of metrics") and shop.endswith("(it is only read)")
    assert prom == f"FAILED prom  prom ({dead}) refuses connections → is it running, and is the port right?"
    assert "token_env names NO_SUCH_TOKEN, which is not set → export NO_SUCH_TOKEN=" in locked
    assert unasked == "prom is not asked for metrics: shop is configured before it"


async def test_the_environment_names_sources_where_no_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROMETHEUS_URL", "http://127.0.0.1:1/prom")
    monkeypatch.setenv("PROMETHEUS_TOKEN", "tiger-lily-99")
    monkeypatch.setenv("ALERTMANAGER_URL", "http://127.0.0.1:2")
    settings = Handle().settings
    assert settings.sources == {
        "prometheus": {"type": "prometheus", "url": "http://127.0.0.1:1/prom", "token_env": "PROMETHEUS_TOKEN"},
        "alertmanager": {"type": "alertmanager", "url": "http://127.0.0.1:2"},
    }
    assert "tiger" not in repr(settings)
    (tmp_path / "aisre.toml").write_text('[sources.shop]\ntype = "folder"\npath = "world"\n')
    assert list(Handle().settings.sources) == ["shop"]
