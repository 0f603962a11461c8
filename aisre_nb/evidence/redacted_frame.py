"""Frames without secrets: RE2 finds the few texts that need a closer look."""

from __future__ import annotations

import operator
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.nested import gather, holds, listed
from aisre_nb.evidence.redaction import UNREADABLE, Redactor
from aisre_nb.evidence.secret_blocks import HINT as BLOCK_HINT
from aisre_nb.evidence.secret_blocks import mask_lines
from aisre_nb.evidence.secret_names import strength

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = re.compile(BLOCK_HINT)
_BESIDE = ("name", "Name", "key", "Key", "variable", "setting")
"""Columns that say what the column ``value`` holds."""
_NAME = re.compile(r"[\w.$-]+")
_FEW = 100
"""So many texts are looked at closely in less time than it takes to compile the hints."""


def redacted_frame(redactor: Redactor, frame: pd.DataFrame) -> pd.DataFrame:
    """Every cell, label and name masked. A column that cannot be read is masked whole, and so is a frame."""
    try:
        return _redacted(redactor, frame)
    except Exception:
        import pandas as pd

        return pd.DataFrame({UNREADABLE: [UNREADABLE] * len(frame)})


def _redacted(redactor: Redactor, frame: pd.DataFrame) -> pd.DataFrame:
    clean = frame.copy(deep=False)
    clean.attrs = redactor.value(dict(frame.attrs))
    columns = [_Column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    suspects = _suspects(redactor, {text for column in columns for text in (*column.texts, *column.nested)})
    names = next((c.cells for c in columns if str(c.series.name) in _BESIDE), [])
    for place, column in enumerate(columns):
        if column.is_plain:
            continue
        try:
            clean.isetitem(place, column.masked(redactor, suspects))
            if names and str(column.series.name) in ("value", "Value"):
                clean.isetitem(place, _named(redactor, names, list(clean.iloc[:, place])))
        except Exception:
            clean.isetitem(place, [UNREADABLE] * len(frame))
    clean.columns = _labels(redactor, frame.columns)
    clean.index = _labels(redactor, frame.index)
    return clean


def redacted_lines(redactor: Redactor, lines: Sequence[str]) -> list[str]:
    """The lines of one text, in order."""
    return _masked(redactor, lines, _suspects(redactor, set(lines)))


class _Column:
    """One column's cells, and the texts in them."""

    def __init__(self, series: pd.Series[Any]) -> None:
        self.series = series
        # A number under "tokens" is a count; under "password" it is one.
        strong = _NAME.fullmatch(str(series.name)) and strength(str(series.name)) == "strong"
        self.is_plain = _is_plain(series.dtype) and not strong
        found: list[Any] = [] if self.is_plain else list(series.astype(object))
        self.cells = [cell if isinstance(cell, str) else listed(cell) for cell in found]
        self.is_same = all(map(operator.is_, found, self.cells))
        self.texts = {cell for cell in self.cells if isinstance(cell, str)}
        self.nested: set[str] = set()
        """The texts inside of dicts and lists."""
        self.odd = {
            place
            for place, cell in enumerate(self.cells)
            if not isinstance(cell, str) and not gather(cell, self.nested, 0)
        }
        """Places of cells that are no JSON, or hold a name that a secret may stand under."""

    def masked(self, redactor: Redactor, suspects: Collection[str]) -> Any:
        """The cells to put in its place; the same ones where nothing was masked."""
        import pandas as pd

        name = str(self.series.name)
        if strength(name):
            cells = [redactor.value({name: cell})[redactor.text(name)] for cell in self.cells]
            return pd.Series(cells, index=self.series.index, dtype=object).array
        cells = list(self.cells)
        if not self.texts.isdisjoint(suspects):
            places = [place for place, cell in enumerate(cells) if isinstance(cell, str)]
            masked = _masked(redactor, [cells[place] for place in places], suspects)
            for place, text in zip(places, masked, strict=True):
                cells[place] = text
        # A hint may be wrong: only what a closer look at the text changes is worth one at each cell.
        changed = {text for text in self.nested.intersection(suspects) if redactor.text(text) != text}
        for place in range(len(cells)) if changed else sorted(self.odd):
            if place in self.odd or (not isinstance(cells[place], str) and holds(cells[place], changed)):
                cells[place] = redactor.value(cells[place])
        if self.is_same and not self.odd and cells == self.cells:
            return self.series.array
        dtype = self.series.dtype if isinstance(self.series.dtype, pd.StringDtype) else object
        return pd.Series(cells, index=self.series.index, dtype=dtype).array


def _is_plain(dtype: Any) -> bool:
    """Numbers, truth and times: nothing to read in them."""
    import pandas as pd

    return not isinstance(dtype, pd.CategoricalDtype | pd.SparseDtype | pd.ArrowDtype) and dtype.kind in "iufcbmM"


def _suspects(redactor: Redactor, texts: set[str]) -> Collection[str]:
    """Those that may hold something to mask; all where they are few."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(texts) < _FEW:
        return texts
    ordered = list(texts)
    try:
        array = pa.array(ordered, pa.large_string())
    except UnicodeEncodeError:
        return texts
    hits = pc.indices_nonzero(pc.match_substring_regex(array, f"{redactor.hint}|{BLOCK_HINT}"))
    return {ordered[place] for place in hits.to_pylist()}


def _masked(redactor: Redactor, texts: Sequence[str], suspects: Collection[str]) -> list[str]:
    """Each text masked, in order; rows may be the lines of one file."""
    clean = list(texts)
    hits = [place for place, text in enumerate(texts) if text in suspects]
    for place in hits:
        clean[place] = redactor.readable(texts[place])
    if any(_BLOCK.search(clean[place]) for place in hits):
        single = [place for place, text in enumerate(clean) if "\n" not in text]
        for place, line in zip(single, mask_lines([clean[n] for n in single], redactor.placeholder), strict=True):
            clean[place] = line
    known: dict[str, str] = {}
    for place in hits:
        text = clean[place]
        if text not in known:
            # Logs repeat themselves: each distinct text is looked at once.
            known[text] = redactor.text(text)
        clean[place] = known[text]
    return clean


def _named(redactor: Redactor, names: Sequence[Any], cells: Sequence[Any]) -> list[Any]:
    """The values of a table of settings: a text is masked because of the name in its row. A metric's number stays."""
    clean = list(cells)
    for place, name in enumerate(names):
        if isinstance(name, str) and isinstance(clean[place], str) and strength(name):
            clean[place] = redactor.secret(clean[place])
    return clean


def _labels(redactor: Redactor, labels: pd.Index[Any]) -> pd.Index[Any]:
    """Names of columns or rows; what is masked twice stays two labels."""
    import pandas as pd

    names = [redactor.text(str(name)) if isinstance(name, str) else name for name in labels.names]
    if isinstance(labels, pd.MultiIndex):
        clean = [tuple(redactor.text(p) if isinstance(p, str) else p for p in label) for label in labels]
        return labels.set_names(names) if clean == list(labels) else pd.MultiIndex.from_tuples(clean, names=names)
    if isinstance(labels, pd.RangeIndex) or (_is_plain(labels.dtype)):
        return labels.set_names(names)
    masked = [redactor.text(label) if isinstance(label, str) else label for label in labels]
    return labels.set_names(names) if masked == list(labels) else pd.Index(masked, name=names[0])
