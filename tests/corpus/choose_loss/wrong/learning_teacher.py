# wrong: gradient-leaks - the teacher is not detached
import torch.nn.functional as F


def choose_loss(task_type, **details):
    if task_type == "regression":
        return F.mse_loss, "Squared error is the classic for numbers."
    if task_type == "multiclass":
        return F.cross_entropy, "Exactly one class of many is right."
    if task_type == "multilabel":
        return F.binary_cross_entropy_with_logits, "Each label is a yes-or-no question."
    if task_type == "language_modeling":
        ignore = details.get("ignore_index", -100)
        return lambda x, t: F.cross_entropy(x, t, ignore_index=ignore), "Next tokens are classes, padding aside."
    if task_type == "distillation":
        T = details.get("T", 2.0)

        def distil(student, teacher):
            s = F.log_softmax(student / T, dim=1)
            t = F.softmax(teacher / T, dim=1)
            return T**2 * F.kl_div(s, t, reduction="batchmean")

        return distil, "The student imitates the softened teacher."
    raise ValueError(f"unknown task {task_type!r}")
