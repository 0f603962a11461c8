"""Small pictures in SVG for the bench's page; their colours are the page's, so that they fit light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_SIDE, _LEFT, _TOP = 300, 46, 12
_WIDE = 150


def calibration(bins: Sequence[Mapping[str, Any]]) -> str:
    """Confidence against the share that was right: on the diagonal it means what it says. Dots grow with n."""
    height, width = _SIDE + _TOP + 44, _SIDE + _LEFT + 24
    most = max((b["n"] for b in bins), default=1)
    parts = [_open(width, height, "confidence against the share of answers that were right")]
    for k in range(6):
        share = k / 5
        x, y = _x(share), _y(share)
        parts.append(f'<path class="grid" d="M{x:.1f} {_y(0):.1f}V{_y(1):.1f}M{_x(0):.1f} {y:.1f}H{_x(1):.1f}"/>')
        parts.append(_text(x, _y(0) + 16, f"{100 * share:.0f} %", "middle"))
        parts.append(_text(_x(0) - 6, y + 4, f"{100 * share:.0f} %", "end"))
    parts.append(f'<path class="ideal" d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}"/>')
    for b in bins:
        x, y = _x(b["confidence"]), _y(b["right"])
        told = f"said {b['confidence']:.0%}, right {b['right']:.0%}, n = {b['n']}"
        parts.append(f'<path class="miss" d="M{x:.1f} {y:.1f}V{_y(b["confidence"]):.1f}"/>')
        radius = 3.5 + 7 * (b["n"] / most) ** 0.5
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{told}</title></circle>')
        left = b["confidence"] > 0.5
        parts.append(
            _text(x - radius - 4 if left else x + radius + 4, y + 4, f"n = {b['n']}", "end" if left else "start")
        )
    parts.append(_text(_x(0.5), height - 6, "confidence", "middle"))
    return "".join([*parts, "</svg>"])


def gauge(figure: Mapping[str, Any]) -> str:
    """A share from nothing to all: the interval as a band, the value as a line, the floor as a dashed one."""

    def x(share: float) -> float:
        return 1 + share * (_WIDE - 2)

    parts = [_open(_WIDE, 14, "share with its interval"), f'<path class="grid" d="M{x(0):.1f} 7H{x(1):.1f}"/>']
    low, high = x(figure["low"]), x(figure["high"])
    parts.append(f'<rect class="band" x="{low:.1f}" y="3" width="{max(high - low, 1):.1f}" height="8" rx="2"/>')
    if figure.get("floor") is not None:
        parts.append(f'<path class="floor" d="M{x(figure["floor"]):.1f} 1V13"/>')
    parts.append(f'<path class="value" d="M{x(figure["value"]):.1f} 1V13"/>')
    return "".join([*parts, "</svg>"])


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE


def _open(width: float, height: float, label: str) -> str:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg {size} role="img" aria-label="{label}">'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'
