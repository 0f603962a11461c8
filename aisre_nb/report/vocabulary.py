"""Words that look like names and are none."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FIRST = _words(
    """
    a all back built by call code cross day cut end error even far fast first five follow four full half hand high hour
    in last left less log long low mid minute multi near new no non not off old on once one open out over own peak per
    point post pre pull rate re read real request retry right roll root run same second self semi set short side single
    slow so start step still sub ten then third three time top trade two ultra un under up well wide work worst write
    year
    """
)
"""A word joined by a hyphen that begins so is English: *follow-up*, *read-only*."""
LAST = _words(
    """
    in up off out down only side wide based level time rate related like free first end minute second hour old new
    facing specific term running known to by ahead back over point page pages line request requests scale safe aware
    long ago driven induced heavy bound caused
    """
)
"""… and so is one that ends so: *user-facing*."""
PROPER = _words(
    """
    UTC HTTP HTTPS API APIs URL URLs CPU SRE SLO SLI SQL JSON YAML RFC PR PRs ID IDs Kubernetes The This That Its Since
    From With After Before And But For Not Each Every Some Most All Both When Where What Why How January February March
    April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday
    """
)
"""Capitals within a sentence that name nothing which evidence would have to hold."""
COUNTED = _words(
    """
    pod node replica container customer user request order error restart instance host query connection thread message
    call span trace alert deployment commit release test worker job page log record line event service session payment
    cart parcel mail search product
    """
)
"""What sentences count: evidence that holds the number must speak of it too."""
NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "million": 1_000_000,
}  # fmt: skip
PARTS = {"half": 50.0, "third": 33.3, "quarter": 25.0, "tenth": 10.0}
"""In percent."""
RATIOS = {"twice": 2.0, "double": 2.0, "doubled": 2.0, "triple": 3.0, "tripled": 3.0, "thrice": 3.0, "tenfold": 10.0}
