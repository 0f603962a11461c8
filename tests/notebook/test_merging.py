"""Outputs made fewer."""

from __future__ import annotations

from aisre_nb.notebook.merging import merged, runs


def test_neighbours_of_text_are_one_output_and_figures_stay() -> None:
    texts = [{"text/html": f"<p>{n}</p>", "text/plain": str(n)} for n in range(3)]
    figure = {"application/vnd.plotly.v1+json": {}, "text/plain": "a line"}
    assert runs([texts[0], texts[1], figure, texts[2]]) == [
        {"text/html": "<p>0</p><p>1</p>", "text/plain": "0\n1"},
        figure,
        texts[2],
    ]


def test_of_a_figure_its_line_is_left() -> None:
    figure = {"application/vnd.plotly.v1+json": {}, "text/plain": "a line"}
    assert merged([{"text/html": "<p>x</p>", "text/plain": "x"}, figure]) == {
        "text/html": "<p>x</p>",
        "text/plain": "x\na line",
    }
