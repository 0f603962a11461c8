"""Markdown for GitHub or a wiki: the house's template is filled, and no text of a record does anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mistune
import pytest

from aisre_nb.errors import ConfigurationError, UsageError
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render.postmortem import escaped, template
from aisre_nb.render.postmortem.markdown import markdown
from aisre_nb.render.postmortem.written import write_markdown
from tests.security.payloads import ALL

Made = Callable[..., Any]
_DRAW = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url", "task_lists", "footnotes"])
_HOSTILE = [
    "# heading", "#12 and GH-12 and org/repo#12", "@ada and @org/team", "a@evil.example", "www.evil.example",
    "https://evil.example/x", "[x](http://evil.example)", "![x](http://evil.example/x.png)", "<img src=x>", "1. one",
    "- item", "> quote", "| a | b |", "```\ncode", "***", "---", "==", "~~gone~~", "&lt;script&gt;", "[ ] task",
    "<!-- gone", "[^1]: foot", "$x^2$", "\\<b>", "`a` @ada `", "``@ada", "[a]: http://evil.example", "\\", "`", "!1 %3",
    "+ plus",     "{{title}} {{nothing}}", "mailto:a@b.example", "a\n# b", "a\u2028# b", "a\n\n    code", "<https://evil.example>",
]  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("!--", {"data": data}))


def _drawn(text: str) -> _Tags:
    page = _Tags()
    page.feed(str(_DRAW(text)))
    page.close()
    return page


def _written(made: Made, text: str, house: str = template.DEFAULT) -> str:
    return markdown(*made(text).made(), Redactor(), house, "x_files")[0]


def _shape(page: _Tags) -> list[tuple[str, dict[str, str | None]]]:
    """What a page is made of, whatever its words are; code and struck words are of the words."""
    return [
        (tag, {} if tag == "img" else attributes)
        for tag, attributes in page.tags
        if tag not in ("code", "br") and not (tag == "img" and attributes.get("src", "").startswith("x_files/"))  # type: ignore[union-attr]
    ]


@pytest.mark.parametrize("text", [*_HOSTILE, *(p.text for p in ALL if len(p.text) < 4000)])
def test_no_text_is_alive(made: Made, text: str) -> None:
    page, plain = _drawn(_written(made, text)), _drawn(_written(made, "cart"))
    assert _shape(page) == _shape(plain)
    words = "".join(page.words)
    assert not re.search(r"@[A-Za-z0-9]", words), "a mention"
    assert not re.search(r"(?:[#!%]|GH-)\d", re.sub(r"[#%]\d*\s", "", words), re.IGNORECASE), "a reference"
    assert not re.search(r"https?://|www\.", words), "an address"


@pytest.mark.parametrize("text", _HOSTILE)
def test_what_is_escaped_reads_as_it_was(text: str) -> None:
    for place in ("{}", "- {}", "| a |\n| --- |\n| {} |"):
        page = _Tags()
        page.feed(str(_DRAW(place.format(escaped.line(text)))))
        shown = re.sub(r"\s+", " ", "".join(page.words)).replace("\u200b", "")
        plain = " ".join(text.replace("`", " ").split())
        for word in re.findall(r"[A-Za-z]{3,}", re.sub("`[^`]*`", "", " ".join(text.split()))):
            assert word in shown, plain


def test_what_begins_nothing_stays_as_it_is() -> None:
    for text in ("3.2.1 → 3.5.0", "k8s_event (2 → 3)", "8.57 %", "services/cart/totals.py:39", "`x = 1` | y"):
        assert escaped.line(text) == text.replace("|", "\\|")
    assert escaped.line("3. x") == "&#51;. x"


def test_lines_that_are_wrapped_begin_nothing() -> None:
    told = escaped.wrapped("word " * 5 + "# a - b 12. c > d + e " * 6, 24, "- ", "  ")
    assert all(len(row) < 60 for row in told.splitlines())
    page = _drawn(told)
    assert [tag for tag, _ in page.tags] == ["ul", "li"]


def test_pictures_stand_beside_it_and_are_no_scripts(made: Made) -> None:
    text, pictures = markdown(*made("<script>").made(), Redactor(), template.DEFAULT, "post mortem_files")
    assert set(pictures) == {"E1.svg", "E2.svg"}
    for picture in pictures.values():
        tags = {found.tag.partition("}")[2] for found in ElementTree.fromstring(picture).iter()}
        assert tags <= {"svg", "rect", "line", "path", "text"}
    assert "](post%20mortem_files/E1.svg)" in text
    assert 'stroke-dasharray="2 3"' in pictures["E1.svg"], "the claimed window is marked"


def test_the_houses_template_is_filled_once(made: Made) -> None:
    house = "# PM {{ title }}\n\n{{summary}}\n\nWho: [name]({{nope}})\n"
    with pytest.raises(
        ConfigurationError, match=r"\{\{nope\}\} is no placeholder .* the placeholders are title, status"
    ):
        template.check(house, Path("house.md"))
    text = _written(made, "{{impact}} {{summary}}", "{{title}}\n\n{{ gaps }}\n\n{not one} {{title}}")
    assert text.splitlines()[0] == "{{impact}} {{summary}}"
    assert "{not one}" in text and text.count("{{impact}} {{summary}}") >= 3


def test_ours_uses_every_section() -> None:
    used = set(re.findall(r"\{\{(\w+)\}\}", template.DEFAULT))
    told = {"status", "date", "duration", "onset", "incident", "question", "confidence"}
    assert used == set(template.PLACEHOLDERS) - told, "those stand in {{facts}}"
    template.check(template.DEFAULT, Path("ours"))


def test_a_file_that_somebody_edited_is_not_replaced(made: Made, tmp_path: Path) -> None:
    file = tmp_path / "pm.md"
    for _ in range(2):
        write_markdown(file, *made().made(), Redactor())
    assert {f.name for f in tmp_path.rglob("*")} == {"pm.md", "pm_files", "E1.svg", "E2.svg"}
    file.write_text(file.read_text().replace("[to fill in]", "ada"))
    file.write_text("my words\n" + file.read_text())
    with pytest.raises(UsageError, match=r"was edited since .* --force"):
        write_markdown(file, *made().made(), Redactor())
    assert file.read_text().startswith("my words")
    write_markdown(file, *made().made(), Redactor(), force=True)
    assert not file.read_text().startswith("my words")
    other = tmp_path / "notes.md"
    other.write_text("mine")
    with pytest.raises(UsageError, match="no postmortem"):
        write_markdown(other, *made().made(), Redactor())
    with pytest.raises(UsageError, match=r"cannot be (written|made)"):
        write_markdown(tmp_path / "no" / "pm.md", *made(remediation=[]).made(), Redactor())


def test_a_template_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        template.read(tmp_path / "none.md")
