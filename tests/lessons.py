"""Grading text against a course, without the command line."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader import catalogue, grade
from grader.cache import Cache
from grader.course import Course
from grader.grade import Task
from grader.model import Exercise, Report, Submission
from grader.sandbox.bench import Bench
from grader.submission import read


def submission(text: str, name: str = "answer.py") -> Submission:
    """Return source text as it is read from a file of that name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_text(text, encoding="utf-8")
        return read(path)


def notebook_text(cells: Sequence[str | tuple[str, dict[str, object]]], **metadata: object) -> str:
    """Return a notebook's JSON; a cell is its source, or its source and metadata."""
    pairs = [cell if isinstance(cell, tuple) else (cell, {}) for cell in cells]
    entries = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{index}",
            "metadata": meta,
            "outputs": [],
            "source": text,
        }
        for index, (text, meta) in enumerate(pairs)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": entries})


def notebook(*cells: str | tuple[str, dict[str, object]], **metadata: object) -> Submission:
    """Return a notebook as it is read from disk."""
    return submission(notebook_text(cells, **metadata), "answer.ipynb")


@dataclass
class Lessons:
    """A course with its tasks, each prepared once per seed."""

    course: Course
    bench: Bench
    cache: Cache
    tasks: dict[tuple[str, int], Task] = field(default_factory=dict)

    def exercise(self, name: str) -> Exercise:
        """Return an exercise as the trusted side knows it."""
        return catalogue.load([name], self.course, self.bench, self.cache)[0]

    def task(self, name: str, seed: int = 0) -> Task:
        """Return an exercise with what its reference gives."""
        if (name, seed) not in self.tasks:
            prepared = grade.prepare(self.exercise(name), self.course, seed, self.bench, self.cache)
            self.tasks[name, seed] = prepared
        return self.tasks[name, seed]

    def grade(self, answer: str | Submission, *names: str, seed: int = 0) -> Report:
        """Grade source text, or a submission, as the answer to exercises."""
        handed_in = submission(answer) if isinstance(answer, str) else answer
        return grade.grade(handed_in, tuple(self.task(name, seed) for name in names), seed, self.bench)

    def reference(self, name: str) -> str:
        """Return the text of an exercise's reference."""
        return self.course.reference_file(name).read_text(encoding="utf-8")
