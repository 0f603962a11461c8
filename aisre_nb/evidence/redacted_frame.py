"""Frames without secrets: RE2 finds the few texts that need a closer look."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.redaction import UNREADABLE, Redactor
from aisre_nb.evidence.secret_blocks import HINT as BLOCK_HINT
from aisre_nb.evidence.secret_blocks import mask_lines
from aisre_nb.evidence.secret_names import strength
from aisre_nb.evidence.secrets import HINT

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = re.compile(BLOCK_HINT)
_FEW = 100
"""So many texts are looked at closely in less time than it takes to compile the hints."""


def redacted_frame(redactor: Redactor, frame: pd.DataFrame) -> pd.DataFrame:
    """Every cell, label and name masked. A column that cannot be read is masked whole."""
    clean = frame.copy(deep=False)
    clean.attrs = redactor.value(dict(frame.attrs))
    columns = [_Column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    suspects = _suspects({text for column in columns for text in (*column.texts, *column.nested)})
    for place, column in enumerate(columns):
        if column.is_plain:
            continue
        try:
            clean.isetitem(place, column.masked(redactor, suspects))
        except Exception:
            clean.isetitem(place, [UNREADABLE] * len(frame))
    clean.columns = _labels(redactor, frame.columns)
    clean.index = _labels(redactor, frame.index)
    return clean


def redacted_lines(redactor: Redactor, lines: Sequence[str]) -> list[str]:
    """The lines of one text, in order."""
    return _masked(redactor, lines, _suspects(set(lines)))


class _Column:
    """One column's cells, and the texts in them."""

    def __init__(self, series: pd.Series[Any]) -> None:
        self.series = series
        self.is_plain = _is_plain(series.dtype)
        self.cells: list[Any] = [] if self.is_plain else list(series.astype(object))
        self.texts = {cell for cell in self.cells if isinstance(cell, str)}
        self.nested: set[str] = set()
        """The texts inside of dicts and lists."""
        self.odd = {
            place
            for place, cell in enumerate(self.cells)
            if not isinstance(cell, str) and not _gather(cell, self.nested, 0)
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
        if self.odd or not self.nested.isdisjoint(suspects):
            look = range(len(cells)) if not self.nested.isdisjoint(suspects) else self.odd
            for place in look:
                if not isinstance(cells[place], str):
                    cells[place] = redactor.value(cells[place])
        elif cells == self.cells:
            return self.series.array
        dtype = self.series.dtype if isinstance(self.series.dtype, pd.StringDtype) else object
        return pd.Series(cells, index=self.series.index, dtype=dtype).array


def _is_plain(dtype: Any) -> bool:
    """Numbers, truth and times: nothing to read in them."""
    import pandas as pd

    return not isinstance(dtype, pd.CategoricalDtype | pd.SparseDtype | pd.ArrowDtype) and dtype.kind in "iufcbmM"


def _suspects(texts: set[str]) -> Collection[str]:
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
    hits = pc.indices_nonzero(pc.match_substring_regex(array, f"{HINT}|{BLOCK_HINT}"))
    return {ordered[place] for place in hits.to_pylist()}


def _masked(redactor: Redactor, texts: Sequence[str], suspects: Collection[str]) -> list[str]:
    """Each text masked, in order; rows may be the lines of one file."""
    clean = list(texts)
    hits = [place for place, text in enumerate(texts) if text in suspects]
    for place in hits:
        clean[place] = visible(texts[place])
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


def _gather(value: Any, words: set[str], depth: int) -> bool:
    """Collect the texts of a JSON value; False: it needs a closer look."""
    if isinstance(value, str):
        words.add(value)
        return True
    if value is None or type(value) in (bool, int, float):
        return True
    if depth > 8:
        return False
    if type(value) is dict:
        return "kind" not in value and all(
            type(k) is str and not strength(k) and k not in ("value", "Value") and _gather(k, words, depth)
            and _gather(v, words, depth + 1)
            for k, v in value.items()
        )  # fmt: skip
    if type(value) is list:
        return not (len(value) == 2 and type(value[0]) is str and strength(value[0])) and all(
            _gather(inner, words, depth + 1) for inner in value
        )
    import pandas as pd

    return isinstance(value, pd.Timestamp | pd.Timedelta | type(pd.NaT)) or (isinstance(value, Mapping) and not value)


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
