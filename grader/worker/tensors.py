"""Arrays to tensors, with the memory layout a case asks for, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from grader.model import ITEM_BYTES, Argument, Array, Mapping, Node, Nothing, Number, Opaque, Sequence, Tensor, Text
from grader.worker.load import printable

DTYPES = {name: getattr(torch, name) for name in ITEM_BYTES}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
PARSERS: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "True",
    "int": int,
    "float": float,
    "complex": complex,
}
MAX_DEPTH = 20
MAX_ITEMS = 10_000
MAX_TEXT = 100_000


def to_tensor(array: Array) -> torch.Tensor:
    """Return a tensor with memory of its own."""
    if not array.data:
        return torch.empty(array.shape, dtype=DTYPES[array.dtype])
    return torch.frombuffer(bytearray(array.data), dtype=DTYPES[array.dtype]).reshape(array.shape)


def lay_out(argument: Argument) -> torch.Tensor:
    """Return an argument's tensor in its layout: contiguous, strided (every other element), transposed, expanded."""
    assert argument.array is not None
    values = to_tensor(argument.array)
    if values.dim() == 0:
        return values
    match argument.layout:
        case "strided":
            spaced = torch.zeros((*values.shape[:-1], 2 * values.shape[-1]), dtype=values.dtype)
            spaced[..., ::2] = values
            return spaced[..., ::2]
        case "transposed":
            return values.transpose(0, -1).contiguous().transpose(0, -1)
        case "expanded":
            return values[:1].clone().expand(values.shape) if values.shape[0] else values
        case _:
            return values


def to_array(tensor: torch.Tensor) -> Array | None:
    """Return a tensor's values, or None where its dtype or layout cannot be sent."""
    name = NAMES.get(tensor.dtype)
    if name is None or tensor.layout is not torch.strided or tensor.is_quantized:
        return None
    plain = torch.Tensor.detach(tensor).as_subclass(torch.Tensor).cpu().resolve_conj().resolve_neg()
    bits = plain.view(torch.int16) if plain.dtype is torch.bfloat16 else plain
    return Array(name, tuple(plain.shape), bits.numpy().tobytes())


def to_node(value: Any, owners: dict[int, str] | None = None, depth: int = 0) -> Node:
    """Return what a function gave back as plain values; `owners` maps storage addresses to argument names."""
    if depth > MAX_DEPTH:
        return Opaque(type="...")
    if isinstance(value, torch.Tensor):
        return _tensor_node(value, owners or {})
    kind = type(value)
    if value is None:
        return Nothing()
    if kind in {bool, int, float, complex}:
        return Number(type=kind.__name__, text=repr(value)[:100])
    if kind is str:
        return Text(text=printable(value[:MAX_TEXT]))
    if isinstance(value, tuple | list):
        items = tuple(to_node(item, owners, depth + 1) for item in list(value)[:MAX_ITEMS])
        return Sequence(type="tuple" if isinstance(value, tuple) else "list", items=items)
    if isinstance(value, dict):
        entries = list(value.items())[:MAX_ITEMS]
        return Mapping(
            type="dict",
            items=tuple((printable(str(key)[:200]), to_node(item, owners, depth + 1)) for key, item in entries),
        )
    return Opaque(type=_type_name(kind)[:200])


def _type_name(kind: type) -> str:
    """Return a type's name, with where it comes from where that tells: NumPy's `float32` is no tensor's dtype."""
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def _tensor_node(value: torch.Tensor, owners: dict[int, str]) -> Node:
    array = to_array(value)
    if array is None:
        return Opaque(type=f"{value.dtype} tensor ({value.layout})".replace("torch.", ""))
    owner = owners.get(storage_address(value)) if value.numel() else None
    return Tensor(
        array=array,
        requires_grad=bool(value.requires_grad),
        device=str(value.device),
        shares=() if owner is None else (owner,),
    )


def storage_address(tensor: torch.Tensor) -> int:
    """Return the address of the memory behind a tensor."""
    return int(tensor.untyped_storage().data_ptr())


def from_node(node: Node) -> Any:
    """Return the Python value that a node describes; an Opaque becomes its type's name in angle brackets."""
    match node:
        case Tensor():
            return to_tensor(node.array)
        case Number():
            return PARSERS[node.type](node.text)
        case Text():
            return node.text
        case Nothing():
            return None
        case Sequence():
            items = [from_node(item) for item in node.items]
            return items if node.type == "list" else tuple(items)
        case Mapping():
            return {key: from_node(item) for key, item in node.items}
        case Opaque():
            return f"<{node.type}>"


def tensors_in(value: Any, slot: str = "output", depth: int = 0) -> list[tuple[str, torch.Tensor]]:
    """Return (slot, tensor) for every tensor in a returned structure, in order."""
    if depth > MAX_DEPTH:
        return []
    if isinstance(value, torch.Tensor):
        return [(slot, value)]
    if isinstance(value, tuple | list):
        entries = [(f"{slot}[{index}]", item) for index, item in enumerate(list(value)[:MAX_ITEMS])]
    elif isinstance(value, dict):
        entries = [(f"{slot}.{key}", item) for key, item in list(value.items())[:MAX_ITEMS]]
    else:
        return []
    return [pair for name, item in entries for pair in tensors_in(item, name, depth + 1)]
