"""Building a student's `nn.Module` with the reference's parameters."""

from __future__ import annotations

from typing import Any

import torch

from grader.model import Array, Call
from grader.worker.tensors import to_array, to_tensor


def build(entry: Any, call: Call) -> tuple[torch.nn.Module, dict[str, torch.Tensor], tuple[tuple[str, Array], ...]]:
    """Construct the module, load `call.state` into it, and set its mode.

    Returns the module, its parameters under the reference's names, and the state_dict as constructed. Raises
    `TypeError` if the entry is no `nn.Module`, `ValueError` if the reference's parameters do not fit.
    """
    module = entry(**dict(call.init))
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"{call.entry}(...) is a {type(module).__name__}; it must be a torch.nn.Module")
    state = tuple(
        (name, array) for name, tensor in module.state_dict().items() if (array := to_array(tensor)) is not None
    )
    if call.precision != "float32":
        module.to(getattr(torch, call.precision))
    names = _load(module, dict(call.state)) if call.state else {name: name for name, _ in module.named_parameters()}
    module.train(call.training)
    own = dict(module.named_parameters())
    return module, {theirs: own[name] for theirs, name in names.items() if name in own}, state


def _load(module: torch.nn.Module, reference: dict[str, Array]) -> dict[str, str]:
    """Copy values by name where names and shapes agree, else by shape and order. Returns reference name -> own name."""
    own = dict(module.state_dict(keep_vars=True))
    if own.keys() == reference.keys() and all(tuple(own[n].shape) == a.shape for n, a in reference.items()):
        pairing = {name: name for name in reference}
    else:
        pairing = _by_shape(own, reference)
    with torch.no_grad():
        for theirs, name in pairing.items():
            own[name].copy_(to_tensor(reference[theirs]))
    return pairing


def _by_shape(own: dict[str, torch.Tensor], reference: dict[str, Array]) -> dict[str, str]:
    left = list(own)
    pairing = {}
    for theirs, array in reference.items():
        fits = [name for name in left if tuple(own[name].shape) == array.shape]
        if not fits:
            shapes = ", ".join(f"{name} {tuple(own[name].shape)}" for name in left) or "none"
            raise ValueError(f"no parameter or buffer of shape {array.shape} is left for {theirs}; unmatched: {shapes}")
        left.remove(fits[0])
        pairing[theirs] = fits[0]
    if left:
        raise ValueError(f"parameters or buffers that the exercise does not have: {', '.join(left)}")
    return pairing
