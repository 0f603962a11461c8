"""The pattern of each log line: a window of lines as a whole, with no rules for a system.

A sample of the lines is mined for templates; what the templates fit is matched by hashes, all lines at once; what
none fits is the next sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.logs.hashing import VARIABLE, line_hashes
from aisre_nb.analysis.logs.lines import chunks, distinct, first_line, joined
from aisre_nb.analysis.logs.matching import Matcher
from aisre_nb.analysis.logs.merging import merged
from aisre_nb.analysis.logs.templates import Template, templates
from aisre_nb.analysis.logs.tokens import WILDCARD, Tokens, together, tokenise
from aisre_nb.analysis.logs.vocabulary import FREE, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pyarrow as pa

_SAMPLE = 2000
"""Lines that are mined together, at most."""
_SAMPLE_BYTES = 2 << 20
"""Their bytes, but for the least number of lines."""
_LEAST = 500
_ROUNDS = 20
_BATCH = 8
"""Chunks of lines that are matched together."""


@dataclass(frozen=True)
class Mined:
    """Lines with their patterns."""

    ids: np.ndarray
    """For each line the index of its pattern, int64."""
    patterns: list[str]
    """As text, with ``<*>`` where lines differ; each one once."""


def mine(bodies: Iterable[Any]) -> Mined:
    """The patterns of log bodies; of a body of several lines the first one counts, and of a long one its beginning.

    Any body is taken (None, bytes, text that is no UTF-8), every one gets exactly one pattern, nothing is raised.
    """
    import numpy as np

    texts, inverse = distinct(bodies)
    work = _Work(texts, np.bincount(inverse, minlength=len(texts)))
    work.run()
    names = work.names()
    patterns = list(dict.fromkeys(names))
    number = {name: n for n, name in enumerate(patterns)}
    of_name = np.array([number[name] for name in names], np.int64)
    return Mined(of_name[work.of][inverse] if len(inverse) else np.zeros(0, np.int64), patterns)


def masked(line: str) -> str:
    """One line with what varies by nature (numbers, addresses, ids, paths) written as ``<*>``."""
    text = first_line(line).encode("utf-8", "replace") + b"\n"
    tokens = tokenise(text, places=True)
    return _written(text, tokens, 0, tokens.values)


class _Work:
    """The state of mining one window."""

    def __init__(self, texts: pa.LargeStringArray, counts: np.ndarray) -> None:
        import numpy as np

        self.texts, self.counts = texts, counts
        self.of = np.full(len(texts), -1, np.int64)
        """The number of each text's template."""
        self.found: list[Template] = []
        self.vocabulary, self.matcher = Vocabulary(), Matcher()
        self.samples: list[tuple[bytes, Tokens, int]] = []
        """Where the row of a template is written: the text, its tokens, the line."""
        self.rest: dict[str, int] = {}
        """First words of the texts that are of no template, by what they add to the number of templates."""

    def run(self) -> None:
        """Mines until every text has a template."""
        import numpy as np

        left = np.arange(len(self.texts))
        most = max(_LEAST, min(_SAMPLE, _SAMPLE_BYTES * len(left) // max(1, self.texts.nbytes)))
        for _ in range(_ROUNDS):
            if not len(left):
                break
            sample = left[np.linspace(0, len(left) - 1, min(most, len(left))).astype(np.int64)]
            known = len(self.found)
            self.learn(sample)
            if len(sample) == len(left):
                left = left[:0]
                break
            before, left = len(left), self.match(left)
            if before - len(left) < 2 * len(sample) and known:
                break
        self.leave(left)

    def learn(self, sample: np.ndarray) -> None:
        """Templates of these texts."""
        import numpy as np
        import pyarrow as pa

        text = joined(self.texts.take(pa.array(sample)))
        tokens = tokenise(text, places=True)
        hashes, at, inverse = np.unique(
            line_hashes(tokens.values, tokens.first), return_index=True, return_inverse=True
        )
        counts = np.bincount(inverse, weights=self.counts[sample]).astype(np.int64).tolist()
        assert tokens.starts is not None and tokens.ends is not None
        starts, ends = tokens.starts, tokens.ends
        kind = self.vocabulary.learn(tokens.values, lambda n: text[starts[n] : ends[n]].decode("utf-8", "replace"))
        lines = [slice(tokens.first[n], tokens.first[n + 1]) for n in at.tolist()]
        rows, kinds = [tokens.values[line] for line in lines], [kind[line] for line in lines]
        base, offset = len(self.samples), len(self.found)
        self.samples += [(text, tokens, n) for n in at.tolist()]
        # Together with what is known: a line that stood alone in an earlier sample may find others now.
        known = [template for template in self.found if template.into is None]
        fresh = len(rows)
        counts += [template.count for template in known]
        rows += [template.values for template in known]
        found, of = templates(rows, kinds + [template.kinds for template in known], counts)
        for template in found:
            old = template.row - fresh
            template.row = known[old].row if old >= 0 else template.row + base
        for template, n in zip(known, of[fresh:], strict=True):
            template.into = found[n]
        of = of[:fresh]
        self.found += found
        merged(self.found)
        for line_hash, n in zip(hashes.tolist(), of, strict=True):
            self.matcher.learn_line(line_hash, offset + n)
        for n in range(offset, len(self.found)):
            self.matcher.learn_template(self.found[n], n)
        self.of[sample] = offset + np.array(of, np.int64)[inverse]

    def match(self, left: np.ndarray) -> np.ndarray:
        """Gives the texts their templates; those that fit none."""
        import pyarrow as pa

        texts = self.texts if len(left) == len(self.texts) else self.texts.take(pa.array(left))
        batch: list[tuple[Tokens, np.ndarray]] = []
        for part, text in chunks(texts):
            tokens = tokenise(text)
            batch.append((tokens, line_hashes(tokens.values, tokens.first)))
            if len(batch) == _BATCH or part.stop == len(left):
                whole, hashes = together(batch)
                self.of[left[part.stop - len(hashes) : part.stop]] = self.matcher.match(whole, hashes)
                batch.clear()
        rest: np.ndarray = left[self.of[left] < 0]
        return rest

    def leave(self, left: np.ndarray) -> None:
        """Texts that share nothing but their first token; that, too, only while there are few of them."""
        import pyarrow as pa

        begin = len(self.found)
        for part, text in chunks(self.texts.take(pa.array(left))):
            tokens = tokenise(text, places=True)
            assert tokens.starts is not None and tokens.ends is not None
            for n, first in zip(left[part].tolist(), tokens.first[:-1].tolist(), strict=True):
                word = text[tokens.starts[first] : tokens.ends[first]].decode("utf-8", "replace")
                known = word in self.rest or len(self.rest) < _SAMPLE
                name = word if int(tokens.values[first]) != VARIABLE and known else ""
                self.of[n] = begin + self.rest.setdefault(name, len(self.rest))

    def names(self) -> list[str]:
        """The text of each template, by its number."""
        names = {}
        for template in self.found:
            root = template.root
            if id(root) not in names:
                names[id(root)] = _written(*self.samples[root.row], root.values)
        rest = [f"{word} {WILDCARD.decode()}".strip() for word in self.rest]
        return [names[id(template.root)] for template in self.found] + rest


def _written(text: bytes, tokens: Tokens, line: int, values: np.ndarray) -> str:
    """A line with ``<*>`` for each token that is variable in ``values``."""
    assert tokens.starts is not None and tokens.ends is not None
    first, end = int(tokens.first[line]), int(tokens.first[line + 1])
    begin = int(tokens.ends[first - 1]) if line else 0
    variable = ((values == VARIABLE) | (values == FREE)).tolist()
    places = zip(variable, tokens.starts[first:end].tolist(), tokens.ends[first:end].tolist(), strict=True)
    parts: list[bytes] = []
    for free, start, stop in places:
        parts += (text[begin:start], WILDCARD if free else text[start:stop])
        begin = max(begin, stop)
    return b"".join(parts).decode("utf-8", "replace").strip()
