"""Any file is a submission or a sentence, quickly."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from grader.errors import Mistake
from grader.model import Job, Load
from grader.submission import read
from grader.wire import encode

QUICK_S = 2.0
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw", "", "CODE"]) | values},
    optional={
        "source": st.text(max_size=200) | st.lists(st.text(max_size=40), max_size=4) | values,
        "metadata": values,
        "outputs": values,
        "id": values,
    },
)
metadata = st.fixed_dictionaries(
    {},
    optional={
        "grader": values | st.fixed_dictionaries({}, optional={"lesson": values, "exercises": values}),
        "tags": values,
        "kernelspec": values,
    },
)
notebooks = st.fixed_dictionaries(
    {"nbformat": st.integers(0, 6) | values},
    optional={
        "cells": st.lists(cells | values, max_size=5) | values,
        "metadata": metadata | values,
        "nbformat_minor": values,
    },
)
encodings = st.sampled_from(
    [
        "utf-8",
        "utf-7",
        "latin-1",
        "idna",
        "punycode",
        "undefined",
        "rot13",
        "hex",
        "utf-16",
        "unicode_escape",
        "cp037",
        "gbk",
        "x" * 99,
        "",
    ]
)


def handed_in(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        started = time.perf_counter()
        submission, refused = None, None
        try:
            submission = read(path)
        except Mistake as mistake:
            refused = mistake
        if refused is not None:
            assert refused.problem.strip()
            assert refused.cure.strip()
        if submission is not None:
            assert submission.cells
            encode(Load(mode="read", cells=submission.cells))  # it can be sent to a worker
            assert Job(mode="module", cells=submission.cells)
        assert time.perf_counter() - started < QUICK_S


@given(notebooks)
def test_what_looks_like_a_notebook(notebook: Any) -> None:
    handed_in("answer.ipynb", json.dumps(notebook).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 100_000)
@example(b'{"nbformat":4,"cells":' + b"[" * 100_000)
@example(b'{"nbformat":4,"metadata":{"tags":' + b'{"a":' * 100_000)
@example(b'{"nbformat":' + b"9" * 10_000 + b"}")
def test_any_bytes(data: bytes) -> None:
    handed_in("answer.ipynb", data)
    handed_in("answer.py", data)


@given(notebooks, st.data())
def test_a_damaged_notebook(notebook: Any, data: st.DataObject) -> None:
    text = bytearray(json.dumps(notebook).encode("utf-8", "surrogatepass"))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    handed_in("answer.ipynb", bytes(text))


@given(encodings, st.binary(max_size=200), st.sampled_from([b"\n", b"\r", b"\r\n"]))
@example("utf-7", b"x = '+2AA-'", b"\n")
def test_any_coding_line(encoding: str, body: bytes, newline: bytes) -> None:
    with contextlib.suppress(UnicodeEncodeError):
        handed_in("answer.py", b"# -*- coding: " + encoding.encode() + b" -*-" + newline + body)


@given(
    st.sampled_from(["\n", "#", "# ", " ", "\t", "# exercise:", "a:", "=", "(", "\\\n", "'''", "# exercise: x\n"]),
    st.integers(1, 60_000),
)
def test_what_repeats_costs_no_more_than_its_length(piece: str, times: int) -> None:
    handed_in("answer.py", (piece * times)[:300_000].encode() + b"\nx = 1\n")
