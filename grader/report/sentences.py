"""Evidence in sentences: what is wrong, where, what was got and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from grader.model import (
    Aspect,
    CellNote,
    Difference,
    Evidence,
    Excerpt,
    Finding,
    Outcome,
    Raised,
    Result,
    Status,
    Verdict,
)
from grader.report.text import OUTCOMES, STATUSES, number, number_pair, one_line, quoted

_ABSENT = ("", "none", "None", "nothing", "no exception")
_EXPLAINED = (Outcome.WRONG, Outcome.RAISED, Outcome.REFUSED)
_COMPARISON = re.compile(r"(?:is|has) .*, expected .*")
_FIGURES = re.compile(r"'[^']*'|\d[\w.]*")
"""What must be in a message word for word: quoted text, numbers."""
_WORDS = re.compile(r"\b\w{4,5}")
"""Long words by their beginnings: "raise" is in "raised"."""
_BACKWARD = "gradient"
"""The slot of the backward pass as a whole."""
_OUTSIDE = "<module>"
_CALLED = {"output": "the output", "result": "the result", "printed": "what it printed"}
_GRADIENT, _SECOND, _BUFFER = "gradient of ", " (second derivative)", "buffer "
_KINDS = {Aspect.GRADIENT: "gradient at", Aspect.BUFFER: "buffer"}


def difference(found: Difference) -> str:
    """Return one difference as a sentence in the student's names."""
    told = _ASPECTS[found.aspect](found)
    return f"{told} (on the second set of inputs)" if found.call else told


def called(found: Difference) -> tuple[str, str]:
    """Return what kind of thing differs and its name: ("gradient at", "logits"), ("buffer", "mean"), ("", "output")."""
    kind, name = _split(one_line(found.slot, 80))
    return kind or _KINDS.get(found.aspect, ""), name or "result"


def _split(slot: str) -> tuple[str, str]:
    """Return the kind of thing that a slot names, "" for a result, and its name."""
    if slot.startswith(_GRADIENT):
        second = slot.endswith(_SECOND)
        return "second derivative at" if second else "gradient at", slot.removeprefix(_GRADIENT).removesuffix(_SECOND)
    return ("buffer", slot.removeprefix(_BUFFER)) if slot.startswith(_BUFFER) else ("", slot)


def named(found: Difference) -> str:
    """Return `called` as words in a sentence: "the gradient at logits", "output"."""
    kind, name = called(found)
    return f"the {kind} {name}" if kind else name


def _value(found: Difference) -> str:
    return _numbers(found, named(found))


def _gradient(found: Difference) -> str:
    slot = called(found)[1]
    if found.index is not None:
        return _numbers(found, named(found))
    if slot == _BACKWARD:
        return f"the backward pass raised {_token(found.got)}"
    what = "second derivative" if found.slot.endswith(_SECOND) else "gradient"
    if found.got in _ABSENT:
        return f"no {what} reaches {slot}"
    if found.expected in _ABSENT:
        return f"a {what} reaches {slot}, and none should"
    return f"{named(found)} has shape {_token(found.got)}, expected {_token(found.expected)}"


def _numbers(found: Difference, name: str) -> str:
    """Return "name[0, 2] is 0.4575, expected 0.1092; 28 of 28 elements differ"."""
    if found.got_value is None and found.expected_value is None:
        return f"{name} is {_token(found.got)}, expected {_token(found.expected)}"
    got, expected = number_pair(found.got_value, found.expected_value)
    told = f"{name}{element(found.index)} is {got}, expected {expected}"
    if _is_close(found):
        told += f"; off by {number(found.error, 2)}, allowed {number(found.allowed, 2)}"
    if found.total > 1:
        told += f"; {found.differing} of {found.total} elements {'differs' if found.differing == 1 else 'differ'}"
    return told


def element(index: tuple[int, ...] | None) -> str:
    """Return an index as it is written behind a name: "[0, 2]", or nothing for a scalar."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def _is_close(found: Difference) -> bool:
    """Tell whether the two numbers are so near that a person wonders why this fails."""
    match found.error, found.expected_value, found.allowed:
        case (float() | int()) as error, (float() | int()) as expected, (float() | int()):
            return error < 0.01 * max(abs(expected), 1e-30)
    return False


def _token(text: str) -> str:
    return one_line(text, 160) or "nothing"


def _the(slot: str) -> str:
    kind, name = _split(one_line(slot, 80) or "result")
    return f"the {kind} {name}" if kind else _CALLED.get(name, name)


def _a(token: str) -> str:
    """Return a token with its article: "a tuple of 2", "an int 3", "None", "'text'"."""
    told = _token(token)
    if not told[0].isalpha() or told in _ABSENT or told.startswith(("a ", "an ")):
        return told
    return f"an {told}" if told[0] in "aeiou" else f"a {told}"


def _exception(found: Difference) -> str:
    if found.got in _ABSENT:
        return f"it raised nothing; it should raise {_token(found.expected)}"
    if found.expected in _ABSENT:
        return f"it raised {_token(found.got)}; it should return a result"
    return f"it raised {_token(found.got)}; it should raise {_token(found.expected)}"


def _structure(found: Difference) -> str:
    if found.got in ("", "missing"):
        return f"{_the(found.slot)} is missing; {_a(found.expected)} is expected"
    if not found.expected:
        return f"{_the(found.slot)} is {_a(found.got)}, and should not be there"
    return f"{_the(found.slot)} is {_a(found.got)}, expected {_a(found.expected)}"


def _has(noun: str) -> Callable[[Difference], str]:
    return lambda found: f"{_the(found.slot)} has {noun} {_token(found.got)}, expected {_token(found.expected)}"


def _device(found: Difference) -> str:
    return f"{_the(found.slot)} is on {_token(found.got)}, expected on {_token(found.expected)}"


def _requires_grad(found: Difference) -> str:
    if found.expected.lower() == "true":
        return f"{_the(found.slot)} does not require grad: it is cut off from the graph, so nothing can be learned"
    return f"{_the(found.slot)} requires grad, and should not"


def _printed(found: Difference) -> str:
    if found.got_value is not None or found.expected_value is not None:
        got, expected = number_pair(found.got_value, found.expected_value)
        return f"it printed {got}, expected {expected}"
    return f"it printed {_token(found.got)}; {_token(found.expected)} should be there"


def _predicate(found: Difference) -> str:
    if found.got:  # the author's own words
        return f"{_the(found.slot)}: {one_line(found.got)}"
    return f"{_the(found.slot)} does not meet the exercise's own check"


def _rule(found: Difference) -> str:
    if found.got in _ABSENT:
        return f"your code does not use {_thing(found.expected)}, which this exercise asks for"
    place = f" ({one_line(found.slot, 60)})" if found.slot.startswith(("line", "cell")) else ""
    return f"your code uses {_thing(found.got)}{place}, which this exercise does not allow"


def _thing(name: str) -> str:
    return "a Python loop" if name == "loop" else _token(name)


def _side_effect(found: Difference) -> str:
    slot = one_line(found.slot, 80)
    match found.got:
        case "modified":
            return f"the call changed {slot} in place; work on a copy, for the caller still needs it"
        case "state changed":
            return f"the call left {slot} changed for all code that runs after it"
        case "shares memory":
            return f"the result shares memory with {slot}: who changes one changes the other; return a copy"
        case "not repeatable":
            return "called twice with the same inputs, it gave two different results"
    return f"the call had a side effect on {slot}: {_token(found.got)}"


def _cost(found: Difference) -> str:
    """Return what a call costs beside the reference's cost."""
    got, expected = _amount(found.got), _amount(found.expected)
    match found.slot:
        case "operators":
            return f"it called {got} torch operations, and more of them for more data; {expected} are enough"
        case "bytes":
            return f"its results took {got} bytes in all; {expected} are enough"
        case "flops":
            return f"it took {got} floating-point operations; {expected} are enough"
    return f"{_token(found.slot)} cost {got}; {expected} are enough"


def _amount(token: str) -> str:
    return f"{int(token):,}" if token.isdecimal() else _token(token)


_ASPECTS: Mapping[Aspect, Callable[[Difference], str]] = {
    Aspect.EXCEPTION: _exception,
    Aspect.STRUCTURE: _structure,
    Aspect.TYPE: _structure,
    Aspect.SHAPE: _has("shape"),
    Aspect.DTYPE: _has("dtype"),
    Aspect.DEVICE: _device,
    Aspect.REQUIRES_GRAD: _requires_grad,
    Aspect.VALUE: _value,
    Aspect.GRADIENT: _gradient,
    Aspect.BUFFER: _value,
    Aspect.PRINTED: _printed,
    Aspect.PREDICATE: _predicate,
    Aspect.RULE: _rule,
    Aspect.SIDE_EFFECT: _side_effect,
    Aspect.COST: _cost,
}


def raised(exception: Raised, excerpt: Excerpt | None = None) -> str:
    """Return "ValueError: message (cell 4, line 7, in focal_loss)": the innermost line of the student's own code."""
    told = _error(exception)
    if not exception.frames:
        return told
    frame = exception.frames[-1]
    place = f"line {frame.line}"
    if frame.function != _OUTSIDE:
        place += f", in {one_line(frame.function, 60)}"
    if excerpt is not None and _holds(excerpt, frame.line):
        place = f"{one_line(excerpt.where, 60)}, {place}"
    return f"{told} ({place})"


def _error(exception: Raised) -> str:
    message = one_line(exception.message)
    return one_line(exception.type, 80) + (f": {message}" if message else "")


def _holds(excerpt: Excerpt, line: int) -> bool:
    return 0 <= line - excerpt.line <= excerpt.source.count("\n")


def account(verdict: Verdict, excerpt: Excerpt | None = None) -> tuple[str, ...]:
    """Return what was measured of a case as sentences, the most fundamental first; never empty unless it passed."""
    evidence = verdict.evidence
    if verdict.outcome is Outcome.UNGRADED:  # what the grader stumbled over is not the student's to mend
        return (OUTCOMES[Outcome.UNGRADED].sentence,)
    told: tuple[str, ...] = ()
    if evidence.raised is not None:
        wanted = [one.expected for one in evidence.differences if one.aspect is Aspect.EXCEPTION]
        other = f"; it should raise {_token(wanted[0])}" if wanted and wanted[0] not in _ABSENT else ""
        told = (raised(evidence.raised, excerpt) + other,)
    told += tuple(difference(one) for one in _besides_raised(evidence))
    if verdict.outcome is Outcome.PASSED or (told and verdict.outcome in _EXPLAINED):
        return told
    return (OUTCOMES[verdict.outcome].sentence, *told)


def _besides_raised(evidence: Evidence) -> tuple[Difference, ...]:
    """Return the differences that the exception, if there was one, does not tell already."""
    if evidence.raised is None:
        return evidence.differences
    return tuple(
        one
        for one in evidence.differences
        if one.aspect is not Aspect.EXCEPTION and (one.aspect, one.slot) != (Aspect.GRADIENT, _BACKWARD)
    )


def also(verdict: Verdict) -> str:
    """Return in a few words what `account` tells after its first sentence, "" if nothing: "the gradient differs too".

    A slot that differs again with the second set of inputs is no news.
    """
    told = _besides_raised(verdict.evidence)
    if verdict.outcome is Outcome.UNGRADED or not told:
        return ""
    first = told[0] if verdict.evidence.raised is None and verdict.outcome in _EXPLAINED else None
    news: dict[tuple[Aspect, str], Difference] = {}
    for one in told:
        news.setdefault((one.aspect, one.slot), one)
    left = [one for one in news.values() if one is not first]
    if left and all(one.aspect is Aspect.GRADIENT and one.index is not None for one in left):
        if first is not None and first.aspect is not Aspect.GRADIENT:
            return "the gradient differs too"
        return f"{quoted(tuple(map(named, left)))} {'differs' if len(left) == 1 else 'differ'} too"
    return "" if not left else difference(left[0]) if len(left) == 1 else f"and {len(left)} more differences"


def news(sentence: str, said: str, exception: Raised | None = None) -> str:
    """Return those clauses of an account's sentence that a rule's message has not said already, "" if it said all."""
    error = one_line(exception.message) if exception is not None else ""
    if exception is not None and error and error in said:  # what remains is its type and its line
        sentence = sentence.replace(f": {error}", "", 1)
        bare, _, place = sentence.partition(" (")
        if bare == one_line(exception.type, 80) and place.removesuffix(")") in said:
            return ""
    return "; ".join(clause for clause in sentence.split("; ") if not _is_said(clause, said))


def _is_said(clause: str, said: str) -> bool:
    comparison = _COMPARISON.search(clause)
    if comparison is not None:
        return comparison[0] in said
    words = set(_WORDS.findall(clause.lower()))
    known = words & set(_WORDS.findall(said.lower()))
    return set(_FIGURES.findall(clause)) <= set(_FIGURES.findall(said)) and 3 * len(known) >= 2 * len(words)


def note(cell: CellNote) -> str:
    """Return what happened to a cell or file that did not run to its end; `place` has told its own line."""
    if cell.raised is None:
        return f"it {STATUSES[cell.status]}"
    here = not cell.raised.frames or cell.raised.frames[-1].function == _OUTSIDE
    told = _error(cell.raised) if here and cell.line is not None else raised(cell.raised)
    return told if cell.status is Status.RAISED else f"it {STATUSES[cell.status]}: {told}"


def place(cell: CellNote) -> str:
    """Return "cell 3, line 2"."""
    return one_line(cell.where, 80) + (f", line {cell.line}" if cell.line is not None else "")


def findings(verdict: Verdict, lead: Finding | None = None) -> tuple[Finding, ...]:
    """Return a case's findings, each rule once: that of the exercise's lead first, then the most fundamental."""
    first: dict[str, Finding] = {}
    rule = lead.rule if lead is not None else None
    for found in sorted(verdict.evidence.findings, key=lambda found: (found != lead, found.rule != rule, found.rank)):
        first.setdefault(found.rule, found)
    return tuple(first.values())


def failing(result: Result) -> tuple[Verdict, ...]:
    """Return the cases that did not pass, those with the rule of the exercise's lead finding first."""
    left = [verdict for verdict in result.verdicts if verdict.outcome is not Outcome.PASSED]
    rule = result.lead.rule if result.lead is not None else None
    return tuple(sorted(left, key=lambda verdict: all(one.rule != rule for one in verdict.evidence.findings)))
