"""Mistakes that a person made and can mend. Only `grader.cli` catches them."""


class GraderError(Exception):
    """The root of every error that this package raises on purpose."""


class Mistake(GraderError):  # noqa: N818 - it names whose fault it is
    """Something in a file, a spec or a flag is not as it must be; `cure` says what to do about it."""

    def __init__(self, problem: str, cure: str = "") -> None:
        super().__init__(f"{problem}\n{cure}" if cure else problem)
        self.problem, self.cure = problem, cure


class WireError(GraderError):
    """Bytes that are not the message they should be."""
