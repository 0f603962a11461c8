"""What messages of kubelets, schedulers and admission mean, by the words that Kubernetes itself writes.

A message is data: the patterns are fixed, and what they catch is only ever compared and shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aisre_nb.analysis.kubernetes.finding import Kind, Ref, plain

_NAME = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
_KINDS = {
    "secret": "Secret",
    "configmap": "ConfigMap",
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "serviceaccount": "ServiceAccount",
}
_MISSING = re.compile(
    rf"\b(secrets?|configmaps?|persistentvolumeclaim|serviceaccounts?) [\"'](?:{_NAME}/)?({_NAME})[\"'] not found", re.I
)
_PULL_SECRET = re.compile(rf"unable to retrieve some image pull secrets \(({_NAME})", re.I)
_KEY = re.compile(
    rf"(?:couldn't find key|references non-existent (?:secret|config) key:?) ?([\w.-]{{0,253}})"
    rf"(?: in (ConfigMap|Secret) (?:{_NAME}/)?({_NAME}))?",
    re.I,
)
_MEANINGS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("quota", re.compile(r"exceeded quota|insufficient quota|must specify (?:limits|requests)\.\w+", re.I)),
    ("admission", re.compile(
            r"admission webhook|violates podsecurity|failed calling webhook|denied by policy"
            r"|(?:maximum|minimum) (?:cpu|memory) usage per",
            re.I,
        ),
    ),
    ("forbidden", re.compile(r"\bcannot \w+ resource\b|is forbidden: user\b|\brbac\b", re.I)),
    ("certificate", re.compile(r"certificate (?:has )?expired|x509: |certificate is not yet valid", re.I)),
    ("dns", re.compile(r"no such host|temporary failure in name resolution|lookup \S{1,253}.{0,60}i/o timeout", re.I)),
    (
        "image_pull",
        re.compile(r"pull(?:ing)? image|errimage|imagepull|failed to (?:pull and unpack|resolve reference)", re.I),
    ),
    (
        "liveness_probe",
        re.compile(r"(?:liveness|startup) probe (?:failed|errored)|failed (?:liveness|startup) probe", re.I),
    ),
    ("readiness_probe", re.compile(r"readiness probe (?:failed|errored)", re.I)),
)  # fmt: skip
_IMAGE = (
    (
        re.compile(r"unauthori[sz]ed|authentication required|access denied|\b40[13]\b|no basic auth", re.I),
        "the registry refuses access",
        "Check the pull secret (imagePullSecrets) and what it may read.",
    ),
    (
        re.compile(r"not found|manifest unknown|does not exist|repository name not known", re.I),
        "the registry has no such image",
        "Push that image, or set the deployment back to a version that is there.",
    ),
    (
        re.compile(r"too ?many ?requests|rate limit|\b429\b", re.I),
        "the registry limits how often it is asked",
        "Use a mirror or credentials with a higher limit.",
    ),
    (
        re.compile(r"no such host|i/o timeout|connection refused|deadline exceeded|no route", re.I),
        "the registry cannot be reached from the node",
        "Check the network and DNS from the node to the registry.",
    ),
    (re.compile(r"no space left", re.I), "the node's disk is full", "Free the node's disk, or use another node."),
    (re.compile(r"invalid ?image ?name|parse reference", re.I), "the image's name is malformed", "Correct the name."),
    (
        re.compile(r"no match(?:ing manifest)? for (?:platform|linux)", re.I),
        "the image is not built for the node's architecture",
        "Build it for that architecture, or select other nodes.",
    ),
)


@dataclass(frozen=True)
class Meaning:
    """What a message says."""

    kind: Kind
    about: tuple[Ref, ...] = ()
    """Objects that it names as missing."""
    key: str = ""
    """The key that such an object does not have; empty where it is missing itself."""


def meaning(message: str, namespace: str = "") -> Meaning | None:
    """The first meaning that fits; None where it has none that is known."""
    message = message[:4000]
    if found := _MISSING.search(message):
        return Meaning("reference_missing", (Ref(_KINDS[found[1].lower().rstrip("s")], found[2], namespace),))
    if found := _PULL_SECRET.search(message):
        return Meaning("reference_missing", (Ref("Secret", found[1], namespace),))
    if found := _KEY.search(message):
        name = (Ref(found[2], found[3], namespace),) if found[2] and found[3] else ()
        return Meaning("reference_missing", name, plain(found[1], 100))
    return next((Meaning(kind) for kind, pattern in _MEANINGS if pattern.search(message)), None)


def why_no_image(message: str) -> tuple[str, str]:
    """Why an image does not come, in words, and what mends it; empty words where the message does not tell."""
    for pattern, says, remedy in _IMAGE:
        if pattern.search(message[:4000]):
            return says, remedy
    return "", "Check the image's name and tag, the registry, and the pull secret."
