"""plotly figures as mimebundles: made of lists, with a picture of our own for readers that run no script."""

from __future__ import annotations

from typing import Any

GREY = "#7d7d7d"
GRID = "rgba(128,128,128,0.25)"
COLOURS = ("#3b82c4", "#d97a1e", "#5a9e4b", "#b05fa8", "#8c6d4f", "#3aa6a0", "#c0504d", "#7f7fbf", "#999933", "#cc6677")
CONFIG = {"showSendToCloud": False, "displaylogo": False, "responsive": True, "displayModeBar": "hover"}


def bundle(data: list[dict[str, Any]], layout: dict[str, Any], plain: str, svg: str) -> dict[str, Any]:
    """A figure for Jupyter, the same as SVG for exported pages, and one line of text. No text/html: a page that
    prefers it would hide the picture."""
    base: dict[str, Any] = {
        "template": {},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 12, "color": GREY},
        "margin": {"l": 60, "r": 20, "t": 30, "b": 30},
    }
    return {
        "application/vnd.plotly.v1+json": {"data": data, "layout": {**base, **layout}, "config": CONFIG},
        "image/svg+xml": svg,
        "text/plain": plain,
    }


def axis(**more: Any) -> dict[str, Any]:
    """An axis that is readable on light and on dark."""
    return {"gridcolor": GRID, "linecolor": GRID, "zeroline": False, "tickfont": {"color": GREY}, **more}


def foreign(text: str) -> str:
    """A name that somebody else chose. plotly reads a little HTML in all its texts, links too: it gets none."""
    return text.replace("&", "＆").replace("<", "‹").replace(">", "›")


def rounded(values: Any) -> list[float | None]:
    """Four significant digits, gaps as None: what the eye can see, in few bytes."""
    return [None if v is None or v != v else float(f"{v:.4g}") for v in values]
