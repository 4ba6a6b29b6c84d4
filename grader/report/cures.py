"""What to do about code that stopped before any answer could be asked: in words of its own for each kind of error."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.model import Raised

_SYNTAX = (
    (("was never closed", "unmatched", "does not match opening"),
     "Count the brackets: each one that opens must close, here or in a line above."),
    (("expected ':'",), "End this line with a colon, as in `def f(x):`."),
    (("unterminated",), "Close the quotes: a text ends with the same quotes that it begins with."),
    (("invalid decimal literal", "cannot assign", "Maybe you meant"),
     "Check this line: `=` gives a name to a value, `==` compares; a name cannot begin with a digit."),
)  # fmt: skip
"""By words of Python's message; the first that fits."""

_UNREADABLE = (
    "Look at this line and at the end of the one above: a bracket, a quote, a comma or a colon is missing there."
)
_INDENTED = (
    "Indent what belongs to a `def`, `if` or `for` by four spaces, all its lines alike, and nothing else; "
    "do not mix tabs and spaces."
)
_UNKNOWN = (
    "Check the spelling. If it is right, import or define the name above this line: a fresh run knows nothing else."
)
_IMPORTS: Mapping[str, str] = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "Tensor": "from torch import Tensor",
    "np": "import numpy as np",
    "math": "import math",
    "Optional": "from typing import Optional",
}
_NAME = re.compile(r"name '(\w+)' is not defined")
_MODULE = (
    "Check the spelling (PyTorch is `import torch`). If the exercise does not need the package, take the import out: "
    "it is not installed where your code is graded."
)
_MISSING_FILE = "Your code runs in an empty folder, without your files: make small inputs in the code instead."
_OTHER = "This runs before any answer is looked at: mend the line, or take it out if no answer needs it."


def cure(raised: Raised | None) -> str:
    """Return what to do about an exception outside of every answer, as Markdown; "" if there was none.

    Nothing of the exception's own words is in it.
    """
    if raised is None:
        return ""
    kinds = {raised.type, *raised.bases}
    if kinds & {"IndentationError", "TabError"}:
        return _INDENTED
    if "SyntaxError" in kinds:
        return next((told for words, told in _SYNTAX if any(word in raised.message for word in words)), _UNREADABLE)
    if "NameError" in kinds:
        name = _NAME.search(raised.message)
        line = _IMPORTS.get(name[1]) if name else None
        return f"Write `{line}` at the top." if line else _UNKNOWN
    if "ImportError" in kinds:
        return _MODULE
    return _MISSING_FILE if "FileNotFoundError" in kinds else _OTHER
