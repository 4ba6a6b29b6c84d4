"""What a student is told first of all that was found in the failing cases of an exercise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from grader.model import VAGUE, Finding

SYMPTOMS = {
    "value.nan", "value.infinite", "value.overflow", "value.underflow", "value.capped", "gradient.nan", "run.dtypes",
}  # fmt: skip
"""What a wrong formula shows here and there too: told first only if it is seen in a third of the failing cases."""


DIGITS = 3
"""A factor with so many digits is no number that somebody wrote."""

WHERE = {
    "gradient.wrong", "state.differs", "value.argument-misused", "value.factor-where", "value.infinite",
    "value.left-out-where", "value.missing-term", "value.mode", "value.nan", "value.no-sigmoid", "value.some-places",
    "value.some-rows", "value.where",
}  # fmt: skip
"""What says where something differs, or by how much, and not why."""


PLACES = {"value.factor", "value.some-places", "value.where"}
"""Where such a thing leads and is not explained, a line of the source says more."""


def is_only_a_place(leads: Sequence[Finding]) -> bool:
    """Tell whether what leads, and is unexplained, says less than the line at which the numbers part."""
    lead = leading(leads)
    return lead is None or lead.rank >= VAGUE or lead.rule in PLACES


def is_unexplained(leads: Sequence[Finding]) -> bool:
    """Tell whether a cause is still to be looked for beside what leads; `leads` has one finding of each failing case.

    A factor is no cause if it is not the same in all of them, or a number without a meaning, as 2.473 is. Nor is a
    symptom, or a few digits, where another case differs and nobody knows why.
    """
    lead = leading(leads)
    if lead is None:
        return False
    if lead.rule in {*SYMPTOMS, "value.lost-digits"} and any(one.rank >= VAGUE for one in leads):
        return True
    return lead.rank >= VAGUE or lead.rule in WHERE or (lead.rule == "value.factor" and not _is_plain(lead, leads))


def _is_plain(lead: Finding, leads: Sequence[Finding]) -> bool:
    factors = {str(dict(one.facts).get("expression")) for one in leads if one.rule == lead.rule}
    digits = re.fullmatch(r"-?(\d+)\.(\d+)", next(iter(factors)))
    return len(factors) == 1 and (digits is None or len("".join(digits.groups()).lstrip("0")) < DIGITS)


def leading(leads: Sequence[Finding]) -> Finding | None:
    """Return the most fundamental of the findings that lead in many failing cases; `leads` has one of each case.

    A finding that leads in less than a third of them is a peculiarity of those cases, not the cause.
    """
    every = Counter(finding.rule for finding in leads)
    rare = {rule for rule in SYMPTOMS if 3 * every[rule] < len(leads)}
    telling = [finding for finding in leads if finding.rank < VAGUE and finding.rule not in rare] or list(leads)
    count = Counter(finding.rule for finding in telling)
    common = [finding for finding in telling if 3 * count[finding.rule] >= len(telling)]
    return min(common or telling, key=lambda finding: finding.rank, default=None)
