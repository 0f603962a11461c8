from __future__ import annotations

import pytest

from aisre_nb.sources.manifests import images, same_service, split_image

KUSTOMIZATION = """\
resources: [base]
images:
  - name: registry.shop.example:5000/shelf
    newTag: "0.2.0"   # bumped
  - newName: eu.example/lamp
    newTag: v7
"""
VALUES = """\
replicaCount: 2
image:
  repository: registry.shop.example/shelf
  tag: 0.2.0
sidecar:
  image: envoy:1.30@sha256:0123456789abcdef
"""


def test_images_of_a_deployment() -> None:
    text = "spec:\n  containers:\n    - name: main\n      image: 'r.example/shelf:0.1.0' # x\n"
    text += "    - image: {{ .Values.x }}\n"
    assert [(i.service, i.tag, i.line) for i in images(text, "deploy/shelf.yaml")] == [("shelf", "0.1.0", 4)]


def test_images_of_a_kustomization() -> None:
    found = images(KUSTOMIZATION, "kustomization.yaml")
    assert [(i.service, i.tag) for i in found] == [
        ("shelf", "0.2.0"),
        ("lamp", "v7"),
    ]


def test_images_of_helm_values() -> None:
    assert [(i.service, i.tag) for i in images(VALUES, "values.yaml")] == [("shelf", "0.2.0"), ("envoy", "1.30")]


def test_a_tag_without_a_repository_is_the_files_service() -> None:
    assert images("image:\n  tag: '3'\n", "charts/lamp/values.yaml")[0].service == "lamp"
    assert images("image:\n  tag: '3'\n", "env/values-lamp.yaml")[0].service == "lamp"


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("registry:5000/a/shelf:0.1.0", ("shelf", "0.1.0")),
        ("shelf", ("shelf", "")),
        ("registry:5000/shelf@sha256:0123456789abcdef", ("shelf", "sha256:0123456789ab")),
    ],
)
def test_an_images_name_is_split(image: str, parts: tuple[str, str]) -> None:
    assert split_image(image) == parts


def test_usual_spellings_mean_one_service() -> None:
    assert same_service("cart", "cartservice")
    assert same_service("Cart_Service", "cart-svc")
    assert not same_service("cart", "carts")
    assert not same_service("service", "server")
