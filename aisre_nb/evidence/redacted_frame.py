"""Frames without secrets: RE2 finds the few cells that need a closer look."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
_HINT = f"{HINT}|{BLOCK_HINT}"


def redacted_frame(redactor: Redactor, frame: pd.DataFrame) -> pd.DataFrame:
    """Every cell, label and name masked. A column that cannot be read is masked whole."""
    clean = frame.copy(deep=False)
    clean.attrs = redactor.value(dict(frame.attrs))
    for place in range(frame.shape[1]):
        series = frame.iloc[:, place]
        if _is_plain(series.dtype):
            continue
        try:
            clean.isetitem(place, _column(redactor, series))
        except Exception:
            clean.isetitem(place, [UNREADABLE] * len(frame))
    clean.columns = _labels(redactor, frame.columns)
    clean.index = _labels(redactor, frame.index)
    return clean


def redacted_lines(redactor: Redactor, lines: Sequence[str]) -> list[str]:
    """The lines of one text, in order."""
    return _texts(redactor, list(lines))


def _is_plain(dtype: Any) -> bool:
    """Numbers, truth and times: nothing to read in them."""
    import pandas as pd

    return not isinstance(dtype, pd.CategoricalDtype | pd.SparseDtype | pd.ArrowDtype) and dtype.kind in "iufcbmM"


def _column(redactor: Redactor, series: pd.Series[Any]) -> Any:
    import pandas as pd

    name = str(series.name)
    values = list(series.astype(object))
    if strength(name):
        values = [redactor.value({name: value})[redactor.text(name)] for value in values]
        return pd.Series(values, index=series.index, dtype=object).array
    texts = [place for place, value in enumerate(values) if isinstance(value, str)]
    before = [values[place] for place in texts]
    changed = False
    for place, old, new in zip(texts, before, _texts(redactor, before), strict=True):
        if new is not old:
            values[place], changed = new, True
    if len(texts) < len(values):
        changed = _nested(redactor, values) or changed
    if not changed:
        return series.array
    return pd.Series(values, index=series.index, dtype=series.dtype if _holds_any_text(series.dtype) else object).array


def _holds_any_text(dtype: Any) -> bool:
    import pandas as pd

    return isinstance(dtype, pd.StringDtype) or pd.api.types.is_object_dtype(dtype)


def _texts(redactor: Redactor, texts: list[str]) -> list[str]:
    """Each text masked; those without anything to mask are the same objects."""
    hits = _found(texts, _HINT)
    if not hits:
        return texts
    clean = list(texts)
    for place in hits:
        clean[place] = visible(texts[place])
    if any(_BLOCK.search(clean[place]) for place in hits):
        # Rows may be the lines of one file.
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


def _found(texts: list[str], pattern: str) -> list[int]:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array = pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        return list(range(len(texts)))
    mask = pc.match_substring_regex(array, pattern)
    return pc.indices_nonzero(mask).to_pylist()  # type: ignore[no-any-return]


def _nested(redactor: Redactor, values: list[Any]) -> bool:
    """Mask dicts, lists and the like in place; says whether anything was replaced."""
    words: set[str] = set()
    odd = [not isinstance(value, str) and not _gather(value, words, 0) for value in values]
    dirty = bool(words) and bool(_found(list(words), _HINT))
    if not dirty and not any(odd):
        return False
    for place, value in enumerate(values):
        if not isinstance(value, str) and (dirty or odd[place]):
            values[place] = redactor.value(value)
    return True


def _gather(value: Any, words: set[str], depth: int) -> bool:
    """Collect the words of a JSON value; False: it needs a closer look."""
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
