# wrong: misconception|missing - only the student is softened
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    s = F.log_softmax(student_logits / T, dim=-1)
    t = F.softmax(teacher_logits.detach(), dim=-1)
    return T**2 * F.kl_div(s, t, reduction="batchmean")
