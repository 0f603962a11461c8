"""Tables without secrets, column by column: each text is looked at once, however many rows hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.redaction import Redactor

if TYPE_CHECKING:
    import pyarrow as pa

_IDS = frozenset({"TraceId", "SpanId", "ParentSpanId"})
"""Made at random, and what rows are joined by."""


def masked(table: pa.Table, redactor: Redactor) -> pa.Table:
    """The table with its texts and the values of its maps masked as evidence is."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if field.name in _IDS:
            continue
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            column = _texts(table[field.name], field.name, redactor)
        elif pa.types.is_map(field.type):
            column = _maps(table[field.name], redactor)
        else:
            continue
        table = table.set_column(place, pa.field(field.name, column.type), column)
    return table


def _texts(column: Any, name: str, redactor: Redactor) -> Any:
    import pandas as pd
    import pyarrow as pa

    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    known = pd.DataFrame({name: pd.Series(encoded.dictionary.to_pylist(), dtype="str")})
    clean = redactor.frame(known).iloc[:, 0]
    return pa.array([str(text) for text in clean], type=pa.string()).take(encoded.indices)


def _maps(column: Any, redactor: Redactor) -> Any:
    """A value is looked at beside its key: what stands under ``password`` is one whatever it looks like."""
    import pandas as pd
    import pyarrow as pa

    maps = column.combine_chunks()
    # Of a slice the items of the whole would come, so that rows and items no longer fitted.
    maps = pa.concat_arrays([maps]) if maps.offset == 0 else pa.array(maps.to_pylist(), type=maps.type)
    keys, values = maps.keys.to_pylist(), maps.items.to_pylist()
    pairs = {pair: n for n, pair in enumerate(dict.fromkeys(zip(keys, values, strict=True)))}
    if not pairs:
        return maps
    known = pd.DataFrame(list(pairs), columns=["name", "value"], dtype="str")
    clean = redactor.frame(known)
    found = [None if value is None else str(clean["value"].iloc[n]) for (_, value), n in pairs.items()]
    items = pa.array([found[pairs[pair]] for pair in zip(keys, values, strict=True)], type=pa.string())
    return pa.MapArray.from_arrays(maps.offsets, pa.array(keys, type=pa.string()), items)
