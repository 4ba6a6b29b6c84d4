"""The page `docs/findings.md`: every rule with its words. `python -m grader.findings.docs` writes it."""

from __future__ import annotations

from pathlib import Path

from grader.findings.catalogue import RULES
from grader.findings.rule import Rule
from grader.findings.samples import in_words
from grader.model import RuleText

GROUPS = {
    "rule": "Rules of the exercise",
    "run": "The call did not end as it should",
    "structure": "Kind, shape and dtype of the result",
    "effect": "What the call did besides",
    "cost": "What the call costs",
    "value": "Values",
    "slip": "Slips: the right answer with one place changed",
    "gradient": "Gradients",
    "state": "What a module keeps",
}

INTRODUCTION = """\
# Findings

What `grade` can recognise, and how to mend it. Each rule is a numerical test on the evidence of all cases of an
exercise; where it is not sure, it says nothing. A student is told the most fundamental finding first: the one with the
smallest rank. The names and numbers in a message are those of its example here; in a report, those that were found. A
mistake that an exercise's author foresaw (`misconception.…`) has rank 5.

This page is made from `grader/findings/` by `python -m grader.findings.docs`.
"""


def page() -> str:
    """Return the page as Markdown."""
    parts = [INTRODUCTION, _contents()]
    for group, title in GROUPS.items():
        parts.append(f"## {title}\n")
        parts += [section(rule) for rule in _of(group)]
    return "\n".join(parts)


def _of(group: str) -> list[Rule]:
    return [rule for rule in RULES if rule.text.id.partition(".")[0] == group]


def _contents() -> str:
    lines = ["| rule | rank | title |", "|---|---|---|"]
    for group in GROUPS:
        lines += [f"| [`{one.text.id}`](#{_anchor(one.text)}) | {one.rank} | {one.text.title} |" for one in _of(group)]
    return "\n".join(lines) + "\n"


def _anchor(text: RuleText) -> str:
    return text.id.replace(".", "")


def section(rule: Rule) -> str:
    """Return one rule as Markdown."""
    text = in_words(rule.text)
    parts = [
        f"### {text.id}\n",
        f"**{text.title}.** {text.message}\n",
        f"*Why:* {text.why}\n",
        f"*Mend:* {text.mend}\n",
    ]
    if text.example:
        parts.append(f"```python\n{text.example.rstrip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "findings.md").write_text(page(), encoding="utf-8")
