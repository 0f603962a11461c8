"""Manifests, set back."""

from __future__ import annotations

import pytest

from aisre_nb.models.builtin.mend.rollback import rolled_back


@pytest.mark.parametrize(
    ("manifest", "after"),
    [
        ("image: r.example/billing:3.5.0\n", "image: r.example/billing:3.4.1\n"),
        ('- image: "r.example:5000/billing:v3.5.0"\n', '- image: "r.example:5000/billing:v3.4.1"\n'),
        ("  tag: v3.5.0\n", "  tag: v3.4.1\n"),
        ("newTag: '3.5.0'\n", "newTag: '3.4.1'\n"),
        ("image: r/billing:billing-3.5.0\n", "image: r/billing:billing-3.4.1\n"),
        ("image: r/billing:3.5.0 # pinned\r\n", "image: r/billing:3.4.1 # pinned\r\n"),
        ("image: r/proxy:3.5.0\nimage: r/billing-api:3.5.0\n", "image: r/proxy:3.5.0\nimage: r/billing-api:3.4.1\n"),
        ("app/version: 3.5.0\nimage: r/billing:3.5.0\n", "app/version: 3.4.1\nimage: r/billing:3.4.1\n"),
    ],
)
def test_the_image_goes_back_and_its_version_labels_with_it(manifest: str, after: str) -> None:
    assert rolled_back(manifest, "billing-service", "3.5.0", "3.4.1") == after


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "image: r/billing:3.5.1\n",
        "image: r/billing:13.5.0\n",
        "image: r/billing:3.5.0.1\n",
        "image: r/billing:3.5.0-rc1\n",
        "# image: r/billing:3.5.0\n",
        "image: r/billing:3.5.0\n---\nimage: r/billing:3.5.0\n",
        "memory: 3.5.0\n",
    ],
)
def test_what_does_not_name_exactly_one_such_image_is_left_alone(manifest: str) -> None:
    assert rolled_back(manifest, "billing", "3.5.0", "3.4.1") is None
