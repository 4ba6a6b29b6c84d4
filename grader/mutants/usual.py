"""The mutants that are slips: what people write in place of the right formula. Cases need not tell these apart."""

from __future__ import annotations

from grader.mutants import changes, formulas, functions
from grader.mutants.changes import Change

USUAL: dict[str, Change] = {
    "term dropped": changes.dropped_terms,
    "call dropped": changes.calls_dropped,
    "operator": changes.operators,
    "swapped": changes.swapped,
    "sign": changes.signs,
    "argument ignored": changes.arguments_ignored,
    "complemented": formulas.complemented,
    "counted all": functions.counted_all,
    "part": formulas.parts,
    "turned": formulas.turned,
    "axis": functions.axes,
    "size": functions.sizes,
    "whole": functions.whole,
    "renamed": functions.renamed,
    "norm": functions.norms,
    "counted otherwise": functions.counted_otherwise,
    "moved": functions.moved,
    "filled": functions.filled,
    "shifted": formulas.shifted,
    "smallest": functions.smallest,
    "exchanged": formulas.exchanged,
    "name": formulas.other_names,
    "neighbour": formulas.neighbours,
    "keyword dropped": changes.keywords_dropped,
    "step dropped": formulas.steps_dropped,
    "condition": changes.conditions,
    "comparison": changes.comparisons,
    "detached": changes.detached,
    "doubled": functions.doubled,
    "weighted": formulas.weighted,
    "negated": formulas.negated,
    "constant": formulas.constants,
}
"""Every operator whose mutants are slips, by name; where two mutants are alike, the earlier tells it better."""
