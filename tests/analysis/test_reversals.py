"""The parts of a diff, taken back."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.reversals import Part, grouped, parts, taken_back


def hunks_of(file: str, old: str, new: str) -> list[tuple[str, str]]:
    """As git tells them."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=3, lineterm="")
    found: list[list[str]] = []
    for line in list(lines)[2:]:
        if line.startswith("@@"):
            found.append([])
        found[-1].append(line)
    return [(file, "\n".join(hunk)) for hunk in found]


OLD = "import a\n\n\ndef f():\n    x = 0\n    return x\n\n\ndef g():\n    return 1\n"
NEW = "import a\nimport b\n\n\ndef f():\n    return x\n\n\ndef g():\n    return 2\n"


def test_a_hunk_falls_into_its_parts_with_their_lines() -> None:
    found = parts(hunks_of("m.py", OLD, NEW))
    assert [(p.line, p.removed, p.added) for p in found] == [
        (2, (), ("import b",)),
        (6, ("    x = 0",), ()),
        (10, ("    return 1",), ("    return 2",)),
    ]


def test_one_part_is_taken_back_and_the_others_stay() -> None:
    found = parts(hunks_of("m.py", OLD, NEW))
    after = taken_back({"m.py": NEW}, [found[1]])
    assert after == {"m.py": NEW.replace("    return x\n", "    x = 0\n    return x\n")}
    assert taken_back({"m.py": NEW}, found) == {"m.py": OLD}


def test_a_file_that_is_not_as_the_parts_say_is_left_alone() -> None:
    found = parts(hunks_of("m.py", OLD, NEW))
    assert taken_back({"m.py": NEW.replace("import b", "import c")}, [found[0]]) is None
    assert taken_back({}, found) is None


def test_files_that_came_or_went_with_the_change() -> None:
    came = parts([("new.py", "@@ -0,0 +1,2 @@\n+a = 1\n+b = 2")])
    assert taken_back({"new.py": "a = 1\nb = 2\n"}, came) == {}
    went = parts([("old.py", "@@ -1,2 +0,0 @@\n-a = 1\n-b = 2")])
    assert taken_back({}, went) == {"old.py": "a = 1\nb = 2\n"}


_LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  d"]), min_size=1, max_size=14).map(
    lambda x: "\n".join(x) + "\n"
)


@given(_LINES, _LINES)
def test_all_parts_taken_back_give_the_old_text(old: str, new: str) -> None:
    assert taken_back({"m": new}, parts(hunks_of("m", old, new))) == {"m": old}


@given(st.text(max_size=200))
def test_any_text_can_be_taken_apart(text: str) -> None:
    parts([("m", text), ("m", f"@@ -1 +1 @@\n{text}")])


def test_what_does_not_hold_alone_goes_with_what_it_needs() -> None:
    define, use = Part("m.py", 1, (), ("def h(): ...",), 0), Part("m.py", 5, ("old()",), ("h()",), 1)
    other = Part("n.py", 1, ("1",), ("2",), 2)
    texts = {"m.py": "def h(): ...\n\n\n\nh()\n", "n.py": "2\n"}

    def holds(after: object) -> bool:
        assert isinstance(after, dict)
        return "h()\n" not in after["m.py"].replace("def h", "") or "def h" in after["m.py"]

    assert grouped([define, use, other], texts, holds) == [(define, use), (other,)]
    assert grouped([define], texts, lambda after: False) == [(define,)]
