"""Knowledge distillation: the answer, and what goes wrong."""

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.spec import misconception


def kd_loss(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    student = F.log_softmax(student_logits / T, dim=1)
    teacher = F.log_softmax(teacher_logits.detach() / T, dim=1)
    return T**2 * _kl(teacher, student)


def _kl(log_p: Tensor, log_q: Tensor) -> Tensor:
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).mean()


@misconception
def temperature_squared_forgotten(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """Your divergence is right, but the factor T² is missing, so a higher temperature silences the teacher.

    Multiply the result by `T ** 2`.
    """
    return kd_loss(student_logits, teacher_logits, T) / T**2


@misconception
def temperature_not_squared(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You multiplied by `T`, but the gradients shrink with its square: both softmaxes are softened.

    Multiply by `T ** 2`.
    """
    return kd_loss(student_logits, teacher_logits, T) / T


@misconception
def teacher_not_detached(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """Your value is right, but gradients reach `teacher_logits`, so the teacher would learn to agree with its student.

    Cut it off with `teacher_logits.detach()` (or compute its part under `torch.no_grad()`).
    """
    return T**2 * _kl(F.log_softmax(teacher_logits / T, dim=1), F.log_softmax(student_logits / T, dim=1))


@misconception
def student_detached(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """Nothing can be learned from your loss: no gradient reaches `student_logits`.

    Detach the teacher only, and keep the student's part out of `torch.no_grad()`.
    """
    return kd_loss(student_logits.detach(), teacher_logits, T)


@misconception
def teacher_not_softened(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You divided only the student's logits by `T`; the teacher's stay as sharp as before, and the two cannot agree.

    Divide both by `T` before the softmax.
    """
    return kd_loss(student_logits, teacher_logits * T, T)


@misconception
def direction_reversed(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You computed KL(student || teacher): the student's probabilities do the weighing.

    The teacher is the truth here: weigh the difference of the logs by the teacher's probabilities.
    """
    student = F.log_softmax(student_logits / T, dim=1)
    teacher = F.log_softmax(teacher_logits.detach() / T, dim=1)
    return T**2 * _kl(student, teacher)


@misconception
def mean_over_all_elements(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You averaged over the classes as well (`reduction="mean"` does that), so the loss is too small.

    Sum over the classes and average over the batch: `reduction="batchmean"`.
    """
    return kd_loss(student_logits, teacher_logits, T) / student_logits.shape[1]


@misconception
def cross_entropy_with_the_teacher(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You left out the teacher's own log-probabilities: the gradient is right, but the loss is not 0 when both agree.

    A divergence compares the two: subtract the student's logs from the teacher's.
    """
    student = F.log_softmax(student_logits / T, dim=1)
    teacher = torch.softmax(teacher_logits.detach() / T, dim=1)
    return -(T**2) * (teacher * student).sum(dim=1).mean()


@misconception
def logits_multiplied(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You multiplied the logits by `T`, which sharpens both models; softening them means dividing.

    Use `student_logits / T` and `teacher_logits / T`.
    """
    return T**4 * kd_loss(student_logits, teacher_logits, 1 / T)


@misconception
def student_not_softened(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You divided only the teacher's logits by `T`; the student is compared as it is with a softened teacher.

    Divide both by `T` before the softmax.
    """
    return kd_loss(T * student_logits, teacher_logits, T)


@misconception
def softened_after_the_softmax(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You divided the log-probabilities by `T`, after the softmax, and so they are no log-probabilities any more.

    The temperature belongs inside: divide the logits by `T`, then take the log-softmax.
    """
    student = F.log_softmax(student_logits, dim=1) / T
    teacher = F.log_softmax(teacher_logits.detach(), dim=1) / T
    return T**2 * _kl(teacher, student)


@misconception
def probabilities_where_logs_belong(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You gave `F.kl_div` the student's probabilities; its first argument wants log-probabilities.

    Use `F.log_softmax` for the student and `F.softmax` for the teacher.
    """
    student = F.softmax(student_logits / T, dim=1)
    teacher = F.softmax(teacher_logits.detach() / T, dim=1)
    return T**2 * F.kl_div(student, teacher, reduction="batchmean")


@misconception
def teacher_s_best_class_only(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    """You kept only the class that the teacher finds most likely, and threw away what it says about the others.

    Compare the two whole distributions: that is the point of a soft target.
    """
    return T**2 * F.cross_entropy(student_logits / T, teacher_logits.argmax(dim=1))
