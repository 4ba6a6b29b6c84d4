"""The mutants that are slips: what people write in place of the right formula. Cases need not tell these apart."""

from __future__ import annotations

from grader.mutants import changes, formulas, functions, instead, logs, means, misread, steps
from grader.mutants.changes import Change

USUAL: dict[str, Change] = {
    "term dropped": changes.dropped_terms,
    "call dropped": changes.calls_dropped,
    "operator": changes.operators,
    "swapped": changes.swapped,
    "sign": changes.signs,
    "argument ignored": changes.arguments_ignored,
    "taken for": misread.taken_for,
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
    "before selection": steps.before_selection,
    "normalised again": steps.normalised_again,
    "after placing": steps.after_placing,
    "not put back": steps.not_put_back,
    "item by item": steps.item_by_item,
    "one by one": steps.one_by_one,
    "decided once": steps.decided_once,
    "product": steps.products,
    "bracket": steps.brackets,
    "early affine": steps.affine_early,
    "early factor": steps.factor_early,
    "stepped": steps.stepped,
    "ratio": steps.ratios,
    "smooth": instead.smooth,
    "added": instead.added,
    "apart": instead.apart,
    "together": instead.together,
    "powered": instead.powered,
    "each": instead.each,
    "nonzero": instead.nonzero,
    "log of mean": logs.log_of_mean,
    "unlogged": logs.unlogged,
    "logged": logs.logged,
    "per weight": means.per_weight,
    "joined": means.joined,
    "reshaped": formulas.reshaped,
    "magnitudes": means.magnitudes,
    "power": means.powers,
    "averaged first": means.averaged_first,
    "zeros counted": means.zeros_counted,
    "exclusive": means.exclusive,
    "rotated": formulas.rotated,
    "stale": steps.stale,
    "hardened": instead.hardened,
    "softened": instead.softened,
    "halves": steps.halves,
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
    "narrowed": steps.narrowed,
    "divisor": steps.divisors,
    "squares": steps.squares,
    "weighted": formulas.weighted,
    "negated": formulas.negated,
    "turned round": misread.turned_round,
    "bounded": misread.bounded,
    "misread": misread.misread,
    "number": steps.numbers,
    "constant": formulas.constants,
}
"""Every operator whose mutants are slips, by name; where two mutants are alike, the earlier tells it better."""

COMMON = frozenset(
    number
    for number, kind in enumerate(USUAL)
    if kind
    in {
        "term dropped", "call dropped", "operator", "sign", "argument ignored", "complemented", "axis", "whole", "renamed",
        "norm", "counted otherwise", "moved", "filled", "shifted", "keyword dropped", "swapped", "after placing",
        "product", "halves",
    }
)  # fmt: skip
"""The places in `USUAL` of what is tried in pairs first."""

ALONE = frozenset(
    number
    for number, kind in enumerate(USUAL)
    if kind in {"bounded", "misread", "number", "constant", "neighbour", "name", "taken for", "detached", "doubled"}
)
"""The places in `USUAL` of what is tried by itself only: together with another change it can mimic too much."""

SPANNING: dict[str, Change] = {
    kind: change
    for kind, change in USUAL.items()
    if kind
    in {
        "part", "norm", "moved", "filled", "before selection", "normalised again", "after placing", "not put back",
        "item by item", "decided once", "product", "bracket", "early factor", "ratio", "smooth", "added", "apart",
        "together", "powered", "each", "nonzero", "weighted",
    }
}  # fmt: skip
"""The operators that look at more than one step: where a step has a name, they are tried on what it stands for too."""
