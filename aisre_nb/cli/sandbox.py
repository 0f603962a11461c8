"""``aisre-nb sandbox``: list the scenarios, make a world."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from aisre_nb.cli.progress import making


def sandbox(arguments: argparse.Namespace) -> int:
    """Returns the exit status."""
    from aisre_nb.sandbox import make, scenarios

    if arguments.action == "list":
        found = [
            {k: v for k, v in asdict(s).items() if k in ("name", "title", "question", "difficulty")}
            for s in scenarios()
        ]
        if arguments.json:
            print(json.dumps(found, indent=1))
        else:
            for scenario in found:
                print(f"{scenario['name']:<24}{scenario['difficulty']:<8}{scenario['title']}")
        return 0
    folder = make(arguments.name, arguments.seed, arguments.out, progress=making)
    print(folder)
    return 0
