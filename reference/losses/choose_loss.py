"""Choose the loss: the answer, and what goes wrong."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from grader.spec import misconception

Loss = Callable[[Tensor, Tensor], Tensor]


def choose_loss(task_type: str, **details: object) -> tuple[Loss, str]:
    match task_type:
        case "regression":
            return nn.MSELoss(), "Squared error suits numbers whose large misses should cost the most."
        case "multiclass":
            return nn.CrossEntropyLoss(), "Exactly one class is right, so a softmax makes the classes compete."
        case "multilabel":
            return nn.BCEWithLogitsLoss(), "Each label is its own yes-or-no question, so each gets a sigmoid."
        case "language_modeling":
            ignored = details.get("ignore_index", -100)
            loss = nn.CrossEntropyLoss(ignore_index=ignored)
            return loss, "The next token is one class of many, and padding must not count."
        case "distillation":
            return _distillation(details.get("T", 2.0)), "The student should match the teacher's whole softened answer."
        case _:
            raise ValueError(f"no loss is known for the task {task_type!r}")


def _distillation(T: float) -> Loss:
    def loss(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
        student = F.log_softmax(student_logits / T, dim=1)
        teacher = F.log_softmax(teacher_logits.detach() / T, dim=1)
        return T**2 * F.kl_div(student, teacher, reduction="batchmean", log_target=True)

    return loss


@misconception
def softmax_for_many_labels(task_type: str, **details: object) -> tuple[Loss, str]:
    """For "multilabel" you chose the softmax cross entropy, in which one label can only win if the others lose.

    A photo can show several things at once: use a binary cross entropy for each label.
    """
    if task_type == "multilabel":
        return nn.CrossEntropyLoss(), "There are several classes, so cross entropy is the loss."
    return choose_loss(task_type, **details)


@misconception
def sigmoid_for_one_class(task_type: str, **details: object) -> tuple[Loss, str]:
    """For "multiclass" you chose a binary cross entropy for each class, as if several could be right at once.

    Exactly one class is right: let the classes compete in a softmax cross entropy.
    """
    if task_type == "multiclass":
        one_hot = lambda x, t: F.one_hot(t, x.shape[1]).to(x.dtype)  # noqa: E731 - as a student would write it
        loss = lambda x, t: F.binary_cross_entropy_with_logits(x, one_hot(x, t))  # noqa: E731
        return loss, "Each class is either right or wrong for an example."
    return choose_loss(task_type, **details)


@misconception
def softmax_before_cross_entropy(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your "multiclass" loss applies a softmax and then a cross entropy that contains one, so it acts twice.

    Give the cross entropy the raw logits.
    """
    if task_type == "multiclass":
        return lambda x, t: F.cross_entropy(
            torch.softmax(x, dim=1), t
        ), "A softmax turns the scores into probabilities."
    return choose_loss(task_type, **details)


@misconception
def absolute_error_for_regression(task_type: str, **details: object) -> tuple[Loss, str]:
    """For "regression" your loss averages absolute errors; the table asks for squared ones.

    Return `nn.MSELoss()` or your own `mse_loss`.
    """
    if task_type == "regression":
        return nn.L1Loss(), "Absolute errors are robust against a few outliers."
    return choose_loss(task_type, **details)


@misconception
def padding_counted(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your "language_modeling" loss is made without looking at `details`, so an `ignore_index` of 0 is not obeyed.

    Pass it on: `details.get("ignore_index", -100)`.
    """
    return choose_loss(task_type, **{key: value for key, value in details.items() if key != "ignore_index"})


@misconception
def temperature_not_passed_on(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your "distillation" loss always uses the temperature 2, whatever `T` says.

    Pass it on: `details.get("T", 2.0)`.
    """
    return choose_loss(task_type, **{key: value for key, value in details.items() if key != "T"})


@misconception
def temperature_squared_forgotten(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your "distillation" loss softens both models but is not multiplied by T², so it fades as `T` grows.

    Multiply the divergence by `T ** 2`.
    """
    loss, reason = choose_loss(task_type, **details)
    if task_type == "distillation":
        T = details.get("T", 2.0)
        return lambda student, teacher: loss(student, teacher) / T**2, reason
    return loss, reason


@misconception
def teacher_not_detached(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your "distillation" loss lets gradients reach the teacher, so the teacher would learn to agree with its student.

    Cut it off with `.detach()` before the softmax.
    """
    if task_type == "distillation":
        T = details.get("T", 2.0)
        loss = lambda student, teacher: (  # noqa: E731 - as a student would write it
            T**2 * F.kl_div(F.log_softmax(student / T, 1), F.softmax(teacher / T, 1), reduction="batchmean")
        )
        return loss, "The student imitates the teacher's softened answer."
    return choose_loss(task_type, **details)


@misconception
def roles_swapped(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your "distillation" loss takes the teacher first and the student second; it is called with the student first.

    Swap the two parameters: `loss(student_logits, teacher_logits)`.
    """
    loss, reason = choose_loss(task_type, **details)
    if task_type == "distillation":
        return lambda first, second: loss(second, first), reason
    return loss, reason


@misconception
def tokens_shifted(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your "language_modeling" loss shifts the tokens by one, but the caller has done that already.

    Compare `logits[i]` with `targets[i]`.
    """
    loss, reason = choose_loss(task_type, **details)
    if task_type == "language_modeling":
        return lambda logits, targets: loss(logits[:-1], targets[1:]), reason
    return loss, reason


@misconception
def unknown_task_not_refused(task_type: str, **details: object) -> tuple[Loss | None, str]:
    """For a task it does not know, your function returns something instead of stopping, and the error comes much later.

    End with `raise ValueError(...)`.
    """
    try:
        return choose_loss(task_type, **details)
    except ValueError:
        return None, "There is no loss for an unknown task."


@misconception
def wrong_exception(task_type: str, **details: object) -> tuple[Loss, str]:
    """For a task it does not know, your function raises a KeyError, which is what a dict says when it is surprised.

    Say it yourself: check the name first, and raise a ValueError.
    """
    try:
        return choose_loss(task_type, **details)
    except ValueError:
        raise KeyError(task_type) from None


@misconception
def reason_left_out(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your losses are right, but the reason is empty or a single word.

    Say in one sentence, of four words at least, why this loss fits the task.
    """
    return choose_loss(task_type, **details)[0], ""


EARLIER: dict[str, object] = {}


@misconception
def details_remembered(task_type: str, **details: object) -> tuple[Loss, str]:
    """Your function remembers the details of earlier calls, so one choice changes the next.

    Take `ignore_index` and `T` from the details of this call alone, and their defaults where they are left out.
    """
    EARLIER.update(details)
    return choose_loss(task_type, **EARLIER)
