# right: if after if, inner functions
import torch.nn.functional as F


def choose_loss(task_type, **details):
    if task_type == "regression":
        return F.mse_loss, "Squared error suits Gaussian noise on numbers."
    if task_type == "multiclass":
        return F.cross_entropy, "Exactly one class of many is right."
    if task_type == "multilabel":
        return F.binary_cross_entropy_with_logits, "Each label is a yes-or-no question."
    if task_type == "language_modeling":
        ignore = details.get("ignore_index", -100)

        def loss(logits, targets):
            return F.cross_entropy(logits, targets, ignore_index=ignore)

        return loss, "The next token is one class of many, padding aside."
    if task_type == "distillation":
        T = details.get("T", 2.0)

        def distil(student, teacher):
            log_q = F.log_softmax(student / T, dim=1)
            p = F.softmax(teacher.detach() / T, dim=1)
            return T**2 * F.kl_div(log_q, p, reduction="batchmean")

        return distil, "The student should match the softened teacher."
    raise ValueError(f"no loss for {task_type!r}")
