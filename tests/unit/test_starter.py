"""The starter that students get."""

import ast

from grader.spec.starter import starter_source

SOURCE = '''
from somewhere import exercise

@exercise(gradients=["x"])
def answer(x: Float[Tensor, "batch classes"], y: Annotated[Int[Tensor, "batch"], below("classes")],
           weight: Float[Tensor, "classes"] | None = None, eps: float = 0.1) -> Probs[Tensor, ""]:
    """Explain."""

def other(): ...
'''


def test_annotations_become_plain_and_the_body_raises() -> None:
    expected = '''def answer(x: Tensor, y: Tensor, weight: Tensor | None=None, eps: float=0.1) -> Tensor:
    """Explain."""
    raise NotImplementedError
'''
    assert starter_source(SOURCE, "answer") == expected


def test_a_body_of_dots_raises_too() -> None:
    assert ast.parse(starter_source(SOURCE, "other")).body[0].body[0].exc.id == "NotImplementedError"


def test_a_class_keeps_what_its_author_wrote() -> None:
    source = '@exercise()\nclass Net(nn.Module):\n    def __init__(self, width: int):\n        super().__init__()\n    def forward(self, x: Float[Tensor, "b"]): ...\n'
    starter = starter_source(source, "Net")
    assert "super().__init__()" in starter
    assert "def forward(self, x: Tensor):\n        raise NotImplementedError" in starter
    assert "exercise" not in starter


def test_an_unknown_name_has_no_starter() -> None:
    assert starter_source(SOURCE, "nobody") == ""
