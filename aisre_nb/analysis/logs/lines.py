"""Log bodies of any kind as the first lines of text, each different one once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

LONGEST = 2000
"""Characters of a line that count; a longer one is told by its beginning."""
_FEW = 1000
_CHUNK = 1 << 19
"""Bytes that are looked at together: what is made of them should stay in the processor's cache."""


def distinct(bodies: Iterable[Any]) -> tuple[pa.LargeStringArray, np.ndarray]:
    """The lines, and for each body the index of its one; each different one once if there are many equal ones."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = _texts(bodies)
    if (len(texts) and pc.max(pc.binary_length(texts)).as_py() > LONGEST) or _has_newline(texts):
        texts = _first_lines(texts)
    few = texts.take(pa.array(np.linspace(0, len(texts) - 1, min(_FEW, len(texts))).astype(np.int64)))
    if pc.count_distinct(few).as_py() > len(few) / 2 and len(texts) > _FEW:
        return texts, np.arange(len(texts))
    coded = texts.dictionary_encode()
    return coded.dictionary, coded.indices.to_numpy(zero_copy_only=False)


def chunks(texts: pa.LargeStringArray) -> Iterator[tuple[slice, bytes]]:
    """The lines joined by newlines, as many at a time as make up a chunk, and which ones they are."""
    import numpy as np
    import pyarrow.compute as pc

    ends = np.cumsum(pc.binary_length(texts).to_numpy(zero_copy_only=False) + 1)
    begin = 0
    while begin < len(texts):
        start = ends[begin - 1] if begin else 0
        end = max(int(np.searchsorted(ends, start + _CHUNK, side="right")), begin + 1)
        yield slice(begin, end), joined(texts[begin:end])
        begin = end


def joined(texts: pa.LargeStringArray) -> bytes:
    """Each line with a newline behind it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(texts):
        return b""
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(texts)], pa.int64()), texts)
    return bytes(pc.binary_join(whole, pa.scalar("\n", pa.large_string()))[0].as_buffer()) + b"\n"


def first_line(text: str) -> str:
    """What counts of a body of several lines, or of a long one."""
    return text.lstrip()[:LONGEST].split("\n", 1)[0]


def _texts(bodies: Iterable[Any]) -> pa.LargeStringArray:
    import pyarrow as pa

    bodies = list(bodies) if isinstance(bodies, Iterator) else bodies
    try:
        found = pa.array(bodies, pa.large_string(), from_pandas=True)
    except (pa.ArrowException, UnicodeError, TypeError, ValueError):
        found = pa.array([_text(body) for body in bodies], pa.large_string())
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return found.fill_null("")


def _text(body: Any) -> str:
    if isinstance(body, bytes):
        return body.decode("utf-8", "replace")
    text = "" if body is None or body != body else str(body)
    return text.encode("utf-8", "replace").decode("utf-8")


def _has_newline(texts: pa.LargeStringArray) -> bool:
    """Whether any of the lines may have one; far cheaper than to look into each."""
    import numpy as np

    data = texts.buffers()[2]
    whole = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return any((whole[n : n + _CHUNK] == ord("\n")).any() for n in range(0, len(whole), _CHUNK))


def _several(texts: pa.LargeStringArray) -> pa.BooleanArray:
    """Which have more than one line."""
    import pyarrow.compute as pc

    return pc.match_substring(texts, "\n")


def _first_lines(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    long = pc.greater(pc.binary_length(texts), LONGEST)
    at = np.flatnonzero(pc.or_(long, _several(texts)).to_numpy(zero_copy_only=False))
    short = [first_line(text.as_py()) for text in texts.take(pa.array(at))]
    mask = np.zeros(len(texts), bool)
    mask[at] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(short, pa.large_string()))
