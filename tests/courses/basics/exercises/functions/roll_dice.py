"""Roll dice.

Return `count` throws of a die as an int64 tensor, and a sentence about chance (at least three words).
"""

from grader.spec import exercise, observe


def fair(throws: object) -> str | None:
    """Accept throws of which each number has its share."""
    import torch

    if not isinstance(throws, torch.Tensor) or throws.dtype is not torch.int64:
        return "The throws should be an int64 tensor."
    counts = throws.bincount(minlength=7).tolist()
    if counts[0] or len(counts) != 7:
        return f"A die shows 1 to 6, but yours showed {sorted(set(throws.tolist()))}."
    return None if min(counts[1:]) > 100 else f"The numbers 1 to 6 came up {counts[1:]} times."


def wordy(sentence: object) -> bool:
    """Accept at least three words."""
    return isinstance(sentence, str) and len(sentence.split()) >= 3


@exercise(points=4)
def roll_dice(count: int): ...


@roll_dice.scenario("a thousand throws", "every number comes up", check={"throws": fair, "sentence": wordy})
def thousand(student, draw):
    throws, sentence = student.roll_dice(1200)
    return observe(throws=throws, sentence=sentence)
