"""Parts of a page that hundreds of pages share, such as a case's inputs: rendered once, and kept."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from typing import Any, cast

import msgspec
from markupsafe import Markup

from grader.model import Array

MOST_BYTES = 48 << 20
UID = "\ue000"
"""What stands for an id in a part that is kept: a character that no page prints, for it is not cleaned away but replaced."""


def keeper() -> Callable[..., Markup]:
    """Return `kept(macro, *values)`, which is `macro(*values)`, rendered once for values that print the same.

    For macros that print their values and nothing else. Values are told apart by their bytes, since 1, 1.0 and True, or 0.0
    and -0.0, are equal and not printed alike.
    """
    parts: dict[bytes, Markup] = {}
    size = 0

    def kept(macro: Any, *values: object) -> Markup:
        nonlocal size
        try:
            told = msgspec.msgpack.encode((macro.name, values), enc_hook=_array)
        except UnicodeEncodeError:  # half of a surrogate pair, which only somebody who tries this hands in
            return cast(Markup, macro(*values))
        key = hashlib.blake2b(told, digest_size=20).digest()
        found = parts.get(key)
        if found is None:
            found = parts[key] = macro(*values)
            size += sys.getsizeof(found)
            if size > MOST_BYTES:  # what is common comes again soon
                parts.clear()
                size = 0
        return found

    return kept


def _array(value: object) -> object:
    assert isinstance(value, Array), f"no macro is given a {type(value).__name__}"
    return value.dtype, value.shape, value.data
