r"""Choose the loss.

The whole lesson in one function: told what the task is, name the loss that fits and say why. `choose_loss` returns a
pair `(loss, reason)`. `loss` is something to call (a function, a lambda, a module such as `nn.MSELoss()`), always with
two tensors by position; `reason` is one sentence in your own words.

| `task_type` | details | how `loss` is called | what it returns |
|---|---|---|---|
| `"regression"` | none | `loss(pred, target)`, both floats (batch, features) | squared error, mean over every element |
| `"multiclass"` | none | `loss(logits, targets)`, floats (batch, classes), int64 (batch) | cross entropy, mean over the batch |
| `"multilabel"` | none | `loss(logits, targets)`, both floats (batch, labels), targets 0.0 or 1.0 | binary cross entropy from logits, mean over every element |
| `"language_modeling"` | `ignore_index` (default -100) | `loss(logits, targets)`, floats (tokens, classes), int64 (tokens) | cross entropy, mean over the tokens whose target is not `ignore_index` |
| `"distillation"` | `T` (default 2.0) | `loss(student_logits, teacher_logits)`, both floats (batch, classes) | $T^2\cdot\mathrm{KL}(\text{teacher}_T \Vert \text{student}_T)$, summed over classes, mean over the batch; no gradient to the teacher |
| anything else | | | `choose_loss` itself raises `ValueError` |

For `"language_modeling"` batch and sequence have been flattened into one axis of tokens by the caller, and nothing is
shifted. Logits are raw scores everywhere: softmax and sigmoid belong to the loss.

Details come by keyword: `choose_loss("distillation", T=3.0)`. A detail that the task does not use, such as
`choose_loss("multiclass", num_classes=5)`, is accepted and ignored.

**Graded:** for every task the value of the returned loss and its gradient with respect to its first argument; for
multiclass and multilabel also with logits in the thousands of either sign (finite and right); `ignore_index` and `T`,
given and left out, whatever earlier calls were given; details that the task does not use; that the distillation teacher gets no gradient; the
`ValueError`, raised by `choose_loss` itself and not only when a loss is called; and for every task that `reason` is a
string of at least four words.

**Not graded:** what `reason` says (a person may read it); what kind of callable the loss is; other spellings of the
tasks; losses called by keyword; tokens that are all ignored; empty batches; the message of the error.

**Allowed:** everything: all of `torch.nn` and `torch.nn.functional`, and your own functions of this lesson if they are
in the same file.

**Always:** results are 0-d float32 tensors for float32 inputs. Inputs are left as they were. The same call twice
gives the same answer. Nothing global (default dtype, gradient mode, random generators) is left changed. Speed is not
graded.
"""

from torch import Tensor

from grader.spec import exercise, observe

TASKS = ("regression", "multiclass", "multilabel", "language_modeling", "distillation")


def is_a_sentence(reason: object) -> str | None:
    """Accept a string of at least four words."""
    if not isinstance(reason, str):
        return f"The reason should be a string, but it is a {type(reason).__name__}."
    if len(reason.split()) < 4:
        return f"The reason should be a sentence of at least four words, but it is {reason!r}."
    return None


@exercise(
    points=20,
    hints=[
        "Each task is a loss that you have already written; only the way it is called is fixed here.",
        "What a detail changes must be remembered by the loss: a lambda or an inner function can see `details`.",
        "A chain of `if task_type == ...:` with a `return loss, reason` each, and a `raise ValueError(...)` at the end.",
    ],
)
def choose_loss(task_type: str, **details: object) -> tuple:
    """Choose the loss."""


@choose_loss.scenario("regression", "numbers to predict: mean squared error", points=2)
def regression(student, draw):
    loss, _ = student.choose_loss("regression")
    pred = draw.normal("batch features", batch=6, features=3, watch="pred")
    return observe(loss=loss(pred, draw.normal("batch features", batch=6, features=3)))


@choose_loss.scenario("multiclass", "one class of several: softmax cross entropy", points=2)
def multiclass(student, draw):
    loss, _ = student.choose_loss("multiclass")
    logits = draw.normal("batch classes", batch=8, classes=5, watch="logits")
    return observe(loss=loss(logits, draw.integers("batch", below=5, batch=8)))


@choose_loss.scenario("multilabel", "any number of labels at once: a binary cross entropy each", points=2)
def multilabel(student, draw):
    loss, _ = student.choose_loss("multilabel")
    logits = draw.normal("batch labels", batch=8, labels=5, watch="logits")
    return observe(loss=loss(logits, draw.binary("batch labels", batch=8, labels=5)))


@choose_loss.scenario("language modeling", "the next word, and padding marked with -100", points=2)
def language_modeling(student, draw):
    loss, _ = student.choose_loss("language_modeling")
    logits = draw.normal("tokens classes", tokens=12, classes=7, watch="logits")
    return observe(loss=loss(logits, padded(draw.integers("tokens", below=7, tokens=12), -100)))


@choose_loss.scenario("language modeling, padding is class 0", "ignore_index is passed on to the loss", points=2)
def language_modeling_padding(student, draw):
    loss, _ = student.choose_loss("language_modeling", ignore_index=0)
    logits = draw.normal("tokens classes", tokens=12, classes=7, watch="logits")
    return observe(loss=loss(logits, padded(draw.integers("tokens", below=7, tokens=12), 0)))


@choose_loss.scenario("distillation", "a teacher to imitate, at the default temperature", points=2)
def distillation(student, draw):
    loss, _ = student.choose_loss("distillation")
    logits = draw.normal("batch classes", batch=8, classes=5, watch="student_logits")
    teacher = draw.normal("batch classes", batch=8, classes=5, watch="teacher_logits")
    return observe(loss=loss(logits, teacher))


@choose_loss.scenario("distillation, hotter", "T is passed on to the loss", points=2)
def distillation_hot(student, draw):
    loss, _ = student.choose_loss("distillation", T=3.0)
    logits = draw.normal("batch classes", batch=6, classes=4, watch="student_logits")
    teacher = draw.normal("batch classes", batch=6, classes=4, watch="teacher_logits")
    return observe(loss=loss(logits, teacher))


@choose_loss.scenario("confident logits stay finite", "the loss starts from logits, not from probabilities", points=2)
def confident(student, draw):
    multiclass_loss, _ = student.choose_loss("multiclass")
    multilabel_loss, _ = student.choose_loss("multilabel")
    logits = draw.normal("batch classes", std=1e3, batch=16, classes=5, watch="logits")
    return observe(
        multiclass=multiclass_loss(logits, draw.integers("batch", below=5, batch=16)),
        multilabel=multilabel_loss(logits, draw.binary("batch classes", batch=16, classes=5)),
    )


@choose_loss.scenario("details of other tasks", "a detail that is not needed is ignored", points=1)
def other_details(student, draw):
    loss, _ = student.choose_loss("multiclass", num_classes=5, T=9.0)
    logits = draw.normal("batch classes", batch=7, classes=5, watch="logits")
    return observe(loss=loss(logits, draw.integers("batch", below=5, batch=7)))


@choose_loss.scenario("one choice does not change the next", "details of an earlier call are forgotten", points=1)
def earlier_details(student, draw):
    student.choose_loss("distillation", T=7.0)
    student.choose_loss("language_modeling", ignore_index=3)
    distilling, _ = student.choose_loss("distillation")
    modeling, _ = student.choose_loss("language_modeling")
    logits = draw.normal("batch classes", batch=9, classes=5, watch="student_logits")
    teacher = draw.normal("batch classes", batch=9, classes=5)
    targets = padded(draw.integers("batch", below=5, batch=9), -100)
    return observe(distillation=distilling(logits, teacher), language_modeling=modeling(logits, targets))


@choose_loss.scenario("an unknown task", "it is better to stop than to guess", points=1)
def unknown(student, draw):
    return observe(returned=student.choose_loss("astrology"))


@choose_loss.scenario(
    "reasons", "every choice comes with a sentence", points=2, check=dict.fromkeys(TASKS, is_a_sentence)
)
def reasons(student, draw):
    return observe(**{task: student.choose_loss(task)[1] for task in TASKS})


def padded(targets: Tensor, ignore_index: int) -> Tensor:
    """Return the targets with every third one ignored."""
    marked = targets.clone()
    marked[::3] = ignore_index
    return marked
