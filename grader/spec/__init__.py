"""The author's vocabulary: what an exercise file and a reference file import."""

from grader.spec.vocabulary import (
    Binary,
    Bool,
    Float,
    Int,
    LogProbs,
    Probs,
    below,
    between,
    case,
    exercise,
    misconception,
    mixed,
    observe,
)

__all__ = [
    "Binary",
    "Bool",
    "Float",
    "Int",
    "LogProbs",
    "Probs",
    "below",
    "between",
    "case",
    "exercise",
    "misconception",
    "mixed",
    "observe",
]
