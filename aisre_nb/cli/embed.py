"""``aisre-nb embed``: a notebook's records into the notebook's own file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from aisre_nb.settings import Settings

HELP = """\
They become attachments of one last Markdown cell; doing it again replaces that cell. Close the notebook's page before:
a page that is open has the notebook without them, and would save it so."""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The grammar."""
    verb.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    verb.add_argument(
        "records", type=Path, nargs="*", metavar="RECORD",
        help="folders or names (default: those that the notebook's outputs name)",
    )  # fmt: skip
    verb.add_argument("--cited", action="store_true", help="leave out the frames that no report rests on")


def embed(arguments: argparse.Namespace) -> int:
    """Do it; returns the exit status."""
    from aisre_nb.errors import UsageError
    from aisre_nb.record.embedding import embed, size
    from aisre_nb.record.notebooks import find, of_notebook
    from aisre_nb.record.pack import pack

    notebook: Path = arguments.notebook
    if notebook.suffix != ".ipynb" or not notebook.is_file():
        raise UsageError(f"{notebook} is no notebook", "name an .ipynb file")
    settings = Settings.load()
    named = [folder for record in arguments.records for folder in find(record, settings.record_dir)]
    folders = named or of_notebook(notebook, settings.record_dir)
    packed = {folder.resolve().name: pack(folder, cited=arguments.cited) for folder in folders}
    embed(notebook, packed)
    for name, data in packed.items():
        print(f"{name}: {size(len(data))} compressed")
    total = sum(map(len, packed.values()))
    print(f"{notebook} holds them now, {size(notebook.stat().st_size)} in all.")
    if total > 10e6:
        print("That is much for a notebook; --cited leaves out what no report rests on.", file=sys.stderr)
    return 0
