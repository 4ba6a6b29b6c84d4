"""Square roots of what has one.

Return the square roots of `x`; raise a ValueError where an element is below 0. `halve` is a function of your own that
returns half of its argument: `positive_root(4 * halve(x))` is tried.
"""

from grader.spec import exercise, observe


@exercise(points=6)
def positive_root(x: float): ...


@positive_root.scenario("roots", "of positive numbers", points=2)
def roots(student, draw):
    x = draw.uniform("n", 0.5, 2.0, n=6, watch="x")
    return observe(root=student.positive_root(x))


@positive_root.scenario("negative", "what has no root is refused")
def negative(student, draw):
    return observe(root=student.positive_root(draw.uniform("n", -2.0, -1.0, n=3)))


@positive_root.scenario("with halve", "your own function is used")
def with_halve(student, draw):
    return student.positive_root(4 * student.halve(draw.uniform("n", 1.0, 2.0, n=3)))
