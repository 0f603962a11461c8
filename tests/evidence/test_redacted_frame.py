"""Frames: every column that can hold a secret is looked at, the others come back untouched."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aisre_nb.evidence import redacted_frame
from aisre_nb.evidence.redaction import UNREADABLE, Redactor

SECRET = "password=hunter2"
MASKED = "password=[redacted:secret:1]"


@pytest.fixture(autouse=True, params=[100, 0], ids=["few texts", "many texts"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redacted_frame, "_FEW", request.param)


def _one(column: object) -> object:
    return Redactor().frame(pd.DataFrame({"x": column}))["x"].iloc[0]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([SECRET, "b"]),
        pd.Series([SECRET, None], dtype="str"),
        pd.Series([SECRET, 3], dtype=object),
        pd.Series([SECRET, "b"], dtype="category"),
        pd.Series([SECRET, "b"], dtype="string[python]"),
        pd.Series([SECRET.encode(), b"x"], dtype=object),
    ],
    ids=["str", "str with gaps", "mixed", "category", "string", "bytes"],
)
def test_texts_are_masked_in_every_type_of_column(column: pd.Series) -> None:
    assert _one(column) == MASKED


@pytest.mark.parametrize(
    "cell", [{"a": SECRET}, [SECRET], (SECRET,), {SECRET}, np.array([SECRET]), {"a": {"b": [SECRET]}}], ids=str
)
def test_nested_cells_are_masked(cell: object) -> None:
    assert MASKED in str(_one(pd.Series([cell, None], dtype=object)))


def test_arrow_columns_are_masked() -> None:
    import pyarrow as pa

    column = pd.Series([{"a": SECRET}], dtype=pd.ArrowDtype(pa.struct([("a", pa.string())])))
    assert "hunter2" not in str(_one(column))


def test_a_key_in_a_cell_names_its_secret() -> None:
    assert _one(pd.Series([{"db_password": "pg", "n": 1}], dtype=object)) == {
        "db_password": "[redacted:secret:1]",
        "n": 1,
    }


def test_a_column_that_names_a_secret_is_masked_whole() -> None:
    clean = Redactor().frame(pd.DataFrame({"password": ["a", "b", None], "tokens": [1, 2, 3]}))
    assert list(clean["password"])[:2] == ["[redacted:secret:1]", "[redacted:secret:2]"]
    assert list(clean["tokens"]) == [1, 2, 3]


def test_a_password_that_is_a_number_is_masked_and_a_count_of_words_is_not() -> None:
    clean = Redactor().frame(pd.DataFrame({"password": [1234, 5678], "Failed password for root": [3, 4]}))
    assert list(clean["password"]) == ["[redacted:secret:1]", "[redacted:secret:2]"]
    assert list(clean["Failed password for root"]) == [3, 4]


def test_a_value_is_masked_because_of_the_name_in_its_row() -> None:
    frame = pd.DataFrame({"name": ["DB_PASSWORD", "LEVEL", "auth_tokens"], "value": ["pg", "info", 3]})
    assert list(Redactor().frame(frame)["value"]) == ["[redacted:secret:1]", "info", 3]


def test_a_map_that_came_as_pairs_is_masked() -> None:
    pairs = [("http.route", "/cart"), ("db.password", "hunter2"), ("note", SECRET)]
    clean = _one(pd.Series([pairs, *[[("http.route", f"/{n}")] for n in range(200)]], dtype=object))
    assert "hunter2" not in str(clean) and "/cart" in str(clean)


@pytest.mark.parametrize(
    "cell", [[("a", "b")], np.array([1.5, np.nan]), np.array(["x"]), np.array([{"a": 1}], dtype=object), ["a", ("b",)]],
    ids=str,
)  # fmt: skip
def test_arrays_and_pairs_become_lists_whether_masked_or_not(cell: object) -> None:
    clean = Redactor().frame(pd.DataFrame({"x": pd.Series([cell, [SECRET]], dtype=object)}))["x"]
    assert clean.iloc[0] == Redactor().value(cell) and type(clean.iloc[0]) is list
    assert clean.iloc[1] == [MASKED]
    alone = Redactor().frame(pd.DataFrame({"x": pd.Series([cell], dtype=object)}))["x"].iloc[0]
    assert alone == Redactor().value(cell)


def test_a_frame_that_cannot_be_read_is_masked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(redacted_frame, "_labels", broken)
    clean = Redactor().frame(pd.DataFrame({"body": ["x", SECRET]}))
    assert "hunter2" not in str(clean) and len(clean) == 2


def test_labels_of_columns_and_rows_are_masked() -> None:
    frame = pd.DataFrame([[1, 2]], columns=[SECRET, "ok"], index=pd.Index(["pwd=hunter2x"]))
    clean = Redactor().frame(frame)
    assert "hunter2" not in str(clean) and list(clean.columns) == [MASKED, "ok"]
    many = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", SECRET)]))
    assert list(Redactor().frame(many).columns) == [("a", MASKED)]


def test_two_columns_of_one_name_are_both_masked() -> None:
    frame = pd.DataFrame([[SECRET, SECRET]], columns=["a", "a"])
    assert list(Redactor().frame(frame).iloc[0]) == [MASKED, MASKED]


def test_numbers_and_times_and_the_frame_itself_stay() -> None:
    frame = pd.DataFrame(
        {
            "t": pd.date_range("2026-11-23T10:00Z", periods=2),
            "n": [1, 2],
            "f": [0.5, None],
            "body": [SECRET, "b"],
            "ok": [{"a": 1}, {"b": pd.Timestamp("2026-11-23T10:00Z")}],
        }
    )
    before = frame.copy(deep=True)
    clean = Redactor().frame(frame)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(clean.drop(columns="body"), before.drop(columns="body"))
    assert clean["body"].dtype == before["body"].dtype


def test_a_key_whose_lines_are_rows_is_masked() -> None:
    body = ["MIIEpAIBAAKCAQEA" + "x1Y2" * 12] * 4
    lines = ["before", "-----BEGIN PRIVATE KEY-----", *body, "Ab=", "-----END PRIVATE KEY-----", "after"]
    clean = list(Redactor().frame(pd.DataFrame({"line": range(len(lines)), "text": lines}))["text"])
    assert len(clean) == len(lines) and (clean[0], clean[-1]) == ("before", "after")
    assert not any("x1Y2" in line or line == "Ab=" for line in clean)


def test_a_cut_off_key_hides_no_other_records() -> None:
    lines = ["-----BEGIN PRIVATE KEY-----", "x1Y2" * 16, "2026 INFO request handled", "done"]
    clean = list(Redactor().frame(pd.DataFrame({"text": lines}))["text"])
    assert clean[2:] == lines[2:] and "x1Y2" not in clean[1]


def test_a_manifest_whose_lines_are_rows_is_masked() -> None:
    lines = ["apiVersion: v1", "kind: Secret", "data:", "  url: cG9zdA==", "  ca: |", "    Zm9v", "type: Opaque", "---", "kind: X", "data:", "  url: open"]  # fmt: skip # noqa: E501
    clean = list(Redactor().frame(pd.DataFrame({"text": lines}))["text"])
    assert "cG9zdA" not in str(clean) and "Zm9v" not in str(clean)
    assert clean[6:] == lines[6:]


def test_a_column_that_cannot_be_read_is_masked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(redacted_frame._Column, "masked", broken)
    clean = Redactor().frame(pd.DataFrame({"n": [1, 2], "body": ["x", SECRET]}))
    assert list(clean["body"]) == [UNREADABLE, UNREADABLE] and list(clean["n"]) == [1, 2]


def test_an_empty_frame_stays_empty() -> None:
    assert Redactor().frame(pd.DataFrame({"a": []})).empty and Redactor().frame(pd.DataFrame()).empty


def test_half_a_surrogate_pair_does_not_stop_it() -> None:
    assert _one(pd.Series(["\ud800 password=hunter2"], dtype=object)) == "\ufffd " + MASKED
