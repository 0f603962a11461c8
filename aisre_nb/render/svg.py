"""Small pictures in SVG, for exported pages where no script draws the figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

_W, _H, _LEFT, _RIGHT = 860, 120, 70, 90


@dataclass(frozen=True)
class Line:
    """One series: seconds since 1970, values with gaps as None."""

    name: str
    times: Sequence[float]
    values: Sequence[float | None]
    colour: str
    strong: bool = False
    """A claim is about it."""


@dataclass(frozen=True)
class Panel:
    """Lines that share an axis."""

    title: str
    lines: Sequence[Line]
    percent: bool = False
    levels: Sequence[tuple[float, str]] = ()
    """Claimed values, and their colours."""


def chart(
    panels: Sequence[Panel],
    marks: Sequence[tuple[float, str]],
    onset: float | None,
    claimed: Sequence[tuple[float, float, str]] = (),
) -> str:
    """Panels under each other with one time axis, dashed marks, and the time since the onset shaded.

    ``claimed``: windows of claims, from, to and colour, framed by dots.
    """
    times = [t for p in panels for line in p.lines for t in line.times]
    low, high = (min(times), max(times)) if times else (0.0, 1.0)
    high = high if high > low else low + 1

    def x(t: float) -> float:
        return _LEFT + (t - low) / (high - low) * (_W - _LEFT - _RIGHT)

    height = _H * len(panels) + 44
    parts = [_open(height)]
    if onset is not None and low <= onset <= high:
        parts.append(_rect(x(onset), 16, x(high) - x(onset), height - 44, "#c0504d", 0.1))
    for n, panel in enumerate(panels):
        parts += _panel(panel, 16 + n * _H, x)
    for n, (t, name) in enumerate(marks):
        if low <= t <= high:
            ends = f'x1="{x(t):.1f}" x2="{x(t):.1f}" y1="16" y2="{height - 28}"'
            parts.append(f'<line {ends} stroke="#555" stroke-dasharray="4 3"/>')
            anchor = "end" if n % 2 else "start"
            parts.append(_text(x(t), 12, name, anchor))
    for begin, end, colour in claimed:
        begin, end = max(begin, low), min(end, high)
        if begin <= end:
            place = f'x="{x(begin):.1f}" y="16" width="{max(x(end) - x(begin), 0.5):.1f}" height="{height - 44}"'
            parts.append(f'<rect {place} fill="none" stroke="{colour}" stroke-width="1.5" stroke-dasharray="2 3"/>')
    for k in range(5):
        t = low + (high - low) * k / 4
        parts.append(_text(x(t), height - 10, f"{datetime.fromtimestamp(t, UTC):%H:%M}", "middle"))
    return "".join([*parts, "</svg>"])


def _panel(panel: Panel, top: int, x: Callable[[float], float]) -> list[str]:
    values = [v for line in panel.lines for v in line.values if v is not None]
    most = max([*values, 1e-12])
    bottom = top + _H - 18

    def y(v: float) -> float:
        return bottom - max(v, 0) / most * (_H - 30)

    label = f"{most:.1%}" if panel.percent else f"{most:.3g}"
    parts = [
        f'<line x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{bottom}" y2="{bottom}" stroke="#999"/>',
        _text(_LEFT - 6, bottom, "0", "end"),
        _text(_LEFT - 6, y(most) + 8, label, "end"),
        _text(_LEFT, top + 10, panel.title, "start"),
    ]
    for n, line in enumerate(panel.lines):
        path, pen = [], "M"
        for t, v in zip(line.times, line.values, strict=True):
            if v is None:
                pen = "M"
                continue
            path.append(f"{pen}{x(t):.1f} {y(v):.1f}")
            pen = "L"
        parts.append(f'<path d="{"".join(path)}" fill="none" stroke="{line.colour}" stroke-width="{_width(line)}"/>')
        parts.append(_text(_W - _RIGHT + 8, top + 24 + 14 * n, line.name[:14], "start", line.colour))
    for level, colour in panel.levels:
        if 0 <= level <= most:
            ends = f'x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{y(level):.1f}" y2="{y(level):.1f}"'
            parts.append(f'<line {ends} stroke="{colour}" stroke-width="1.5" stroke-dasharray="2 3"/>')
    return parts


def _width(line: Line) -> str:
    return "2.8" if line.strong else "1.4"


@dataclass(frozen=True)
class Bar:
    """One span: milliseconds from the start of its trace."""

    label: str
    start: float
    duration: float
    failed: bool
    colour: str
    depth: int
    id: str = ""
    mark: str = ""
    """The colour of the claim that is about it."""
    waited: float | None = None
    """Milliseconds for which it itself kept the request waiting; nan: other work hid it; None: not known."""

    @property
    def opacity(self) -> float:
        """Pale where other work hides it."""
        return 0.35 if self.waited is not None and math.isnan(self.waited) else 0.8


def bars(columns: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """Waterfalls side by side."""
    rows = max((len(b) for _, b in columns), default=0)
    width = _W // max(len(columns), 1)
    height = 30 + 20 * rows
    parts = [_open(height)]
    for n, (title, column) in enumerate(columns):
        left = n * width + 4
        whole = max((b.start + b.duration for b in column), default=1.0) or 1.0
        parts.append(_text(left, 14, title, "start"))
        for k, bar in enumerate(column):
            top = 24 + 20 * k
            at, long = left + bar.start / whole * (width - 20), max(2.0, bar.duration / whole * (width - 20))
            if bar.mark:
                place = f'x="{left}" y="{top}" width="{width - 12}" height="18"'
                parts.append(f'<rect {place} fill="none" stroke="{bar.mark}" stroke-dasharray="2 3"/>')
            parts.append(_rect(at, top + 12, long, 4, "#d32f2f" if bar.failed else bar.colour, bar.opacity))
            parts.append(
                _text(
                    left + 4 + 6 * bar.depth,
                    top + 11,
                    f"{'✗ ' if bar.failed else ''}{bar.label} {bar.duration:.1f} ms",
                    "start",
                )
            )
    return "".join([*parts, "</svg>"])


def _open(height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_W}" height="{height:g}" viewBox="0 0 {_W} {height:g}" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, opacity: float) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{fill}" fill-opacity="{opacity}"/>'


def _text(x: float, y: float, words: str, anchor: str, fill: str = "#333") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="11" fill="{fill}">{escape(words[:70])}</text>'
