"""Whether Python files fit together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aisre_nb
from aisre_nb.analysis.python_names import function_at, loose_ends

FILES = {
    "shop/__init__.py": "",
    "shop/money.py": "ZERO = 0\n\n\ndef rounded(x):\n    return x\n",
    "shop/totals.py": "from shop.money import ZERO, rounded\nfrom . import money\n\nrounded(ZERO)\n",
}


def test_files_that_fit_have_no_loose_ends() -> None:
    assert loose_ends(FILES) == set()


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({"shop/totals.py": "def total(:\n"}, {"shop/totals.py: syntax"}),
        ({"shop/totals.py": "def total():\n    return ZERO\n"}, {"shop/totals.py: ZERO"}),
        ({"shop/money.py": "ZERO = 0\n"}, {"shop/totals.py: shop.money.rounded"}),
        ({"shop/money.py": None}, {"shop/totals.py: shop.money.ZERO", "shop/totals.py: shop.money.rounded",
                                   "shop/totals.py: None.money"}),
        ({"notes.txt": "def ("}, set()),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(change: dict[str, Any], ends: set[str]) -> None:
    texts = {path: text for path, text in {**FILES, **change}.items() if text is not None}
    assert loose_ends(texts) == ends


def test_this_package_fits_together() -> None:
    folder = Path(aisre_nb.__file__).parent / "analysis"
    texts = {f"aisre_nb/analysis/{file.name}": file.read_text() for file in folder.glob("*.py")}
    assert loose_ends(texts) == set()


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    loose_ends({"m.py": text})
    function_at(text, 1)


def test_the_function_of_a_line() -> None:
    method = "    @cached\n    def total(self):\n        def inner():\n            return 1\n        return 2\n"
    text = f"x = 1\n\n\nclass Cart:\n{method}"
    assert [function_at(text, n) for n in (1, 5, 6, 8, 9, 99)] == [
        "",
        "Cart.total",
        "Cart.total",
        "Cart.total.inner",
        "Cart.total",
        "",
    ]
