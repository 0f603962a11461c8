"""``%sre embed``: the record as an output of this cell, so that it is saved with the notebook.

Not into the file under the page: JupyterLab would find it changed, and whoever answers "overwrite" loses the record.
"""

from __future__ import annotations

import base64
from pathlib import Path

from IPython.core.getipython import get_ipython
from IPython.display import display

from aisre_nb.errors import RecordError, UsageError
from aisre_nb.notebook.handle import Handle


def embed(words: list[str], handle: Handle) -> None:
    """The named records, or those of this notebook. ``--cited`` leaves out frames that no report rests on."""
    from aisre_nb.record.embedding import size
    from aisre_nb.record.notebooks import find
    from aisre_nb.record.pack import MIME, pack

    unknown = [word for word in words if word.startswith("-") and word != "--cited"]
    if unknown:
        raise UsageError(f"%sre embed {unknown[0]} is not known", "%sre embed [RECORD …] [--cited]")
    named = [Path(word).expanduser() for word in words if word != "--cited"]
    folders = [folder for path in named for folder in find(path, handle.settings.record_dir)] or _own(handle)
    for folder in folders:
        packed = pack(folder, cited="--cited" in words)
        name = folder.resolve().name
        said = (
            f"The record {name} is inside this cell: {size(len(packed))} compressed. Save the notebook to keep it; "
            "%sre replay, or aisre-nb replay with the notebook's name, plays it offline."
        )
        data = {"record": name, "bytes": len(packed), "zip": base64.b64encode(packed).decode()}
        display({MIME: data, "text/plain": said}, raw=True, metadata={"aisre": {"record": name}})


def _own(handle: Handle) -> list[Path]:
    """Those that are replayed, or those of the notebook as it was saved and the one that is written now."""
    from aisre_nb.notebook.this_notebook import this_notebook
    from aisre_nb.record.notebooks import of_notebook

    if handle.replay is not None:
        return [record.folder for record in handle.replay.records]
    found: list[Path] = []
    notebook = this_notebook(get_ipython())
    if notebook is not None:
        try:
            found = of_notebook(notebook, handle.settings.record_dir)
        except RecordError:
            # It was not saved since, or an earlier record of it is gone: the one of this kernel is there.
            found = []
    own = handle.last.record
    if own is not None and own.folder.resolve() not in [folder.resolve() for folder in found]:
        found.append(own.folder)
    if not found:
        raise UsageError("there is no record to embed", "run a %%sre cell, or %sre embed FOLDER")
    return found
