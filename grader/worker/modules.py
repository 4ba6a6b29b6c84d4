"""Building a student's `nn.Module` with the reference's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from grader.model import Array, Call
from grader.worker.tensors import to_array, to_tensor


class ParametersDiffer(Exception):  # noqa: N818 - told to the student by this name
    """The module has not the parameters that the exercise asks for."""


@dataclass(frozen=True)
class Built:
    """A module, its parameters under the reference's names, and its state_dict as constructed.

    `names` says what each of the reference's parameters and buffers is called in the student's module.
    """

    module: torch.nn.Module
    parameters: dict[str, torch.Tensor]
    names: dict[str, str]
    state: tuple[tuple[str, Array], ...]

    def buffers(self) -> dict[str, torch.Tensor]:
        """Return the buffers as they are now, under the reference's names; a call may have put new tensors in place."""
        theirs = {own: name for name, own in self.names.items()}
        return {theirs.get(own, own): tensor for own, tensor in self.module.named_buffers()}


def build(entry: Any, call: Call) -> Built:
    """Construct the module, load `call.state` into it, and set its mode.

    Raises `TypeError` if the entry is no `nn.Module`, `ParametersDiffer` if the reference's parameters do not fit. Buffers
    need not: a mask or a table may be kept in one or computed anew.
    """
    module = entry(**dict(call.init))
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"{call.entry}(...) is a {type(module).__name__}; it must be a torch.nn.Module")
    state = tuple(
        (name, array) for name, tensor in module.state_dict().items() if (array := to_array(tensor)) is not None
    )
    if call.precision != "float32":
        module.to(getattr(torch, call.precision))
    names = _load(module, call) if call.state else {name: name for name, _ in module.named_parameters()}
    module.train(call.training)
    own = dict(module.named_parameters())
    parameters = {theirs: own[name] for theirs, name in names.items() if name in own}
    return Built(module, parameters, names, state)


def _load(module: torch.nn.Module, call: Call) -> dict[str, str]:
    """Copy values by name where names and shapes agree, else by shape and order. Returns reference name -> own name."""
    reference = dict(call.state)
    own = dict(module.state_dict(keep_vars=True))
    parameters = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    alike = parameters == reference.keys() - set(call.state_buffers) and own.keys() >= reference.keys()
    if alike and all(tuple(own[n].shape) == a.shape for n, a in reference.items()):
        pairing = {name: name for name in reference}
    else:
        pairing = _by_shape(module, reference, set(call.state_buffers))
    with torch.no_grad():
        for theirs, name in pairing.items():
            own[name].copy_(to_tensor(reference[theirs]))
    return pairing


def _by_shape(module: torch.nn.Module, reference: dict[str, Array], buffers: set[str]) -> dict[str, str]:
    state = module.state_dict(keep_vars=True)
    own = {name: tensor for name, tensor in state.items() if isinstance(tensor, torch.nn.Parameter)}
    theirs = {name: array for name, array in reference.items() if name not in buffers}
    pairing, left = _paired(own, theirs)
    if left:
        raise ParametersDiffer(f"the module has parameters that are not asked for: {_listed(own, left)}")
    missing = [name for name in theirs if name not in pairing]
    if missing:
        raise ParametersDiffer(f"no parameter of shape {theirs[missing[0]].shape} is left for `{missing[0]}`")
    kept = {name: tensor for name, tensor in state.items() if name not in own}
    return pairing | _paired(kept, {name: reference[name] for name in reference if name in buffers})[0]


def _paired(own: dict[str, torch.Tensor], theirs: dict[str, Array]) -> tuple[dict[str, str], list[str]]:
    """Pair what has the same name and shape, then what has the same shape, in order. Returns also what is left over."""
    fits = [name for name, array in theirs.items() if name in own and tuple(own[name].shape) == array.shape]
    pairing = {name: name for name in fits}
    left = [name for name in own if name not in pairing]
    for name, array in theirs.items():
        like = [other for other in left if name not in pairing and tuple(own[other].shape) == array.shape]
        if like:
            left.remove(like[0])
            pairing[name] = like[0]
    return pairing, left


def _listed(own: dict[str, torch.Tensor], names: list[str]) -> str:
    return ", ".join(f"`{name}` of shape {tuple(own[name].shape)}" for name in names)
