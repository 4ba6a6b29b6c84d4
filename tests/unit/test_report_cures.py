"""Code that stopped outside of every answer: what to do about it, and nothing that the code chose."""

import pytest

from grader.model import Raised
from grader.report.cures import cure


@pytest.mark.parametrize(
    ("kind", "message", "told"),
    [
        ("SyntaxError", "'(' was never closed", "Count the brackets"),
        ("SyntaxError", "expected ':'", "End this line with a colon"),
        ("SyntaxError", "unterminated string literal (detected at line 1)", "Close the quotes"),
        ("SyntaxError", "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", "`==` compares"),
        ("SyntaxError", "invalid syntax", "the end of the one above"),
        ("IndentationError", "expected an indented block after 'if' statement on line 1", "by four spaces"),
        ("TabError", "inconsistent use of tabs and spaces in indentation", "do not mix tabs and spaces"),
        ("NameError", "name 'Tensor' is not defined", "Write `from torch import Tensor` at the top."),
        ("NameError", "name 'F' is not defined", "Write `import torch.nn.functional as F` at the top."),
        ("NameError", "name 'x]](http://evil.example)' is not defined", "Check the spelling. If it is right"),
        ("NameError", "name 'mine' is not defined", "Check the spelling. If it is right"),
        ("ModuleNotFoundError", "No module named 'pytorch'", "PyTorch is `import torch`"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'data.csv'", "without your files"),
        ("RuntimeError", "inconsistent tensor size", "mend the line"),
    ],
)
def test_each_kind_has_its_own_words(kind: str, message: str, told: str) -> None:
    bases = {
        "ModuleNotFoundError": ("ImportError",),
        "IndentationError": ("SyntaxError",),
        "TabError": ("IndentationError", "SyntaxError"),
    }
    said = cure(Raised(type=kind, message=message, bases=bases.get(kind, ())))
    assert told in said
    assert "evil" not in said


def test_without_an_exception_there_is_nothing_to_cure() -> None:
    assert cure(None) == ""
