"""The rules of an exercise: what its answer must not, and must, use; from the source and from what torch dispatched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from grader.model import Aspect, Claims, Difference, Exercise, Facts, Use
from grader.sight import Mention, Sight

LOOP = "loop"

REACHING = "reaching into the program that grades"

MORE_NAMES = "(more names than are looked at)"
"""Stands for the rest among the uses of a file that has too many; `grader.worker.inspection` puts it there."""

AT_ONCE = "(at once)"
"""Stands for where a name is used, if that is in a definition, and runs when the file is loaded."""

SUSPICIOUS = (
    "torch._C", "torch.utils._python_dispatch", "torch.overrides", "torch.library", "ctypes", "_ctypes", "cffi",
    "gc.get_objects", "gc.get_referrers", "gc.get_referents", "gc.*", "sys._getframe", "sys._current_frames",
    "sys.settrace", "sys.setprofile", "sys.addaudithook", "sys.monitoring", "threading.settrace",
    "threading.setprofile", "inspect.currentframe", "inspect.stack", "inspect.trace", "inspect.getouterframes",
    "inspect.getinnerframes", "traceback.walk_stack", "traceback.walk_tb", "importlib.import_module", "importlib.util",
    "importlib.machinery", "__import__", "exec", "eval", "grader", MORE_NAMES,
)  # fmt: skip
"""What reaches into the program that watches an answer, or hides what the answer does: a finding wherever it stands.

What the worker can only claim (dispatched operators, inputs left alone) holds as far as nothing of this is used.
"""

SUSPICIOUS_INSIDE = (
    "sys.modules", "builtins", "__builtins__", "os.fork", "os.forkpty", "_thread", "types.FunctionType", "types.CodeType",
    "marshal", "pickle.loads", "runpy", "operator.attrgetter", "operator.methodcaller", "inspect.getattr_static",
)  # fmt: skip
"""The same in an answer; elsewhere in a file there are good reasons for it ("google.colab" in sys.modules).

Threads and processes are none of it: a right answer may use them. What is dispatched in them is not counted, so there
the source alone tells what is called.
"""

SUSPICIOUS_ATTRIBUTES = frozenset(
    {
        "_DisableTorchDispatch", "_DisableFuncTorch", "DisableTorchFunction", "DisableTorchFunctionSubclass",
        "_disabled_torch_function_impl", "_disabled_torch_dispatch_impl", "_get_current_dispatch_mode", "_getframe",
        "_current_frames", "f_back", "f_locals", "f_globals", "f_builtins", "tb_frame", "gi_frame", "cr_frame",
        "ag_frame", "get_objects", "get_referrers", "get_referents", "__subclasses__", "__globals__", "__builtins__",
        "run_cell", "run_cell_async", "run_code", "run_ast_nodes",
    }
)  # fmt: skip
"""Names that mean the same of whatever object they are asked."""

HARMLESS = ("grader.spec",)


def broken(sight: Sight) -> tuple[Difference, ...]:
    """Return a difference for every forbidden thing used, and every required thing not used."""
    exercise = sight.exercise
    mentions = sight.mentions if sight.mentions is not None else in_source(exercise, Source.of(sight.facts))
    used = called(exercise, sight.observed.claims)
    if not mentions and not used and not exercise.require:
        return ()
    seen = {wanted: (name, where) for wanted, name, where in reversed((*mentions, *used))}
    forbidden = [
        Difference(slot=seen[wanted][1], aspect=Aspect.RULE, got=seen[wanted][0], expected=f"not {wanted}")
        for wanted in exercise.forbid
        if wanted in seen
    ]
    missing = [
        Difference(slot="source", aspect=Aspect.RULE, got="", expected=wanted)
        for wanted in exercise.require
        if wanted not in seen
    ]
    reaching = [
        Difference(slot=where, aspect=Aspect.RULE, got=name, expected=f"not {REACHING}")
        for wanted, (name, where) in seen.items()
        if wanted == REACHING
    ]
    return (*forbidden, *missing, *reaching)


@dataclass(frozen=True)
class Source:
    """What a file says, made ready to be asked by many exercises: `mentioned` by each definition, `loaded` with the file.

    `uses` are by definition, with their numbers; `suspects` are those that in an answer reach into the grader.
    """

    facts: Facts
    mentioned: dict[str, set[str]]
    loaded: frozenset[str]
    uses: dict[str, list[tuple[int, Use]]]
    suspects: tuple[Use, ...]

    @classmethod
    def of(cls, facts: Facts) -> Source:
        """Return the facts of a file with what follows from them."""
        defined = {definition.name for definition in facts.definitions}
        mentioned: dict[str, set[str]] = {}
        for inside, name in dict.fromkeys((use.inside, use.name.partition(".")[0]) for use in facts.uses):
            if name in defined:
                mentioned.setdefault(inside, set()).add(name)
        uses: dict[str, list[tuple[int, Use]]] = {}
        for index, use in enumerate(facts.uses):
            uses.setdefault(use.inside, []).append((index, use))
        suspects = tuple(use for use in facts.uses if suspicious(use.name))
        return cls(facts, mentioned, _closure(("", AT_ONCE), mentioned), uses, suspects)


def in_source(exercise: Exercise, source: Source) -> tuple[Mention, ...]:
    """Return what a rule names and the answer's source mentions; the same for every case of an exercise."""
    facts, wanted = source.facts, (*exercise.forbid, *exercise.require)
    names = _closure((exercise.id, *exercise.outputs), source.mentioned)
    loops = [each for each in facts.definitions if each.name in names and each.loops]
    found = [(LOOP, LOOP, f"line {loops[0].loops[0]}")] if LOOP in wanted and loops else []
    inside = names | {""} if exercise.outputs else names
    numbered = sorted((each for name in inside for each in source.uses.get(name, ())), key=lambda each: each[0])
    every, inside_every = _in_source(wanted)
    uses = [use for _, use in numbered if use.name in every or use.name.startswith(inside_every)]
    for name in wanted if uses else ():
        whole, inner = _patterns((name, *_operators(name)))
        found += [
            (name, use.name, f"line {use.line}") for use in uses if use.name in whole or use.name.startswith(inner)
        ]
    return (*found, *_reaching(names, source))


@lru_cache(maxsize=1024)
def _patterns(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of one function, and how the names of what is inside it begin."""
    return names, tuple(f"{name}." for name in names)


@lru_cache(maxsize=256)
def _in_source(wanted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what `_patterns` does, of all that an exercise's rules name."""
    return _patterns(tuple(each for name in wanted for each in (name, *_operators(name))))


def _operators(wanted: str) -> tuple[str, ...]:
    """Return what the operators behind a function of torch are called: `torch.ops.aten._log_softmax`."""
    head, _, tail = wanted.rpartition(".")
    known = head in {"torch", "torch.nn.functional", "torch.special"}
    return (f"torch.ops.aten.{tail}", f"torch.ops.aten._{tail}", f"torch._{tail}") if known else ()


def _reaching(own: frozenset[str], source: Source) -> Iterator[Mention]:
    """Yield what reaches into the grader in the answer, and in all that runs when the file is loaded."""
    heard = own | source.loaded
    for use in source.suspects:
        if use.inside in heard and suspicious(use.name, inside=use.inside in own):
            yield REACHING, use.name, f"line {use.line}"


@lru_cache(maxsize=4096)
def suspicious(name: str, *, inside: bool = True) -> bool:
    """Tell whether a name reaches into the program that watches an answer; `inside`: it stands in the answer itself."""
    if any(_is(name, harmless) for harmless in HARMLESS):
        return False
    listed = (*SUSPICIOUS, *SUSPICIOUS_INSIDE) if inside else SUSPICIOUS
    return any(_is(name, each) for each in listed) or not SUSPICIOUS_ATTRIBUTES.isdisjoint(name.split("."))


def called(exercise: Exercise, claims: Claims) -> tuple[Mention, ...]:
    """Return what a rule names and a call has used."""
    operators = tuple(operator for operator, _ in claims.operators)
    return _at_run_time((*exercise.forbid, *exercise.require), claims.used, operators)


@lru_cache(maxsize=1024)
def _at_run_time(ruled: tuple[str, ...], used: tuple[str, ...], operators: tuple[str, ...]) -> tuple[Mention, ...]:
    """Return what a rule names and a call has used: most calls of a class use the same few functions."""
    names = sorted({*used, *(f"torch.ops.{operator}" for operator in operators)}) if ruled else []
    found = []
    for wanted in ruled:
        whole, inner = _patterns(aliases(wanted))
        found += [(wanted, name, "call") for name in names if name in whole or name.startswith(inner)]
    return tuple(found)


def reachable(entry: str, facts: Facts) -> frozenset[str]:
    """Return the top-level definitions that an answer is made of: its own, and those it mentions, and so on."""
    return _closure((entry,), Source.of(facts).mentioned)


def _closure(entries: tuple[str, ...], mentioned: dict[str, set[str]]) -> frozenset[str]:
    found, todo = set[str](), list(entries)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += mentioned.get(name, ())
    return frozenset(found)


def _is(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(f"{wanted}.")


def aliases(wanted: str) -> tuple[str, ...]:
    """Return the names under which torch may report a function: `F.x` also goes by `torch.x`, `torch._C._nn.x`."""
    head, _, tail = wanted.rpartition(".")
    if head == "torch.nn.functional":
        return wanted, f"torch._C._nn.{tail}", f"torch.{tail}", f"torch.Tensor.{tail}", f"torch.ops.aten.{tail}"
    if head == "torch":
        return wanted, f"torch.Tensor.{tail}", f"torch.ops.aten.{tail}"
    return (wanted,)
