# wrong: misconception|other - kl_div gets softmax where it wants logs
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    s = F.softmax(student_logits / T, dim=-1)
    t = F.softmax(teacher_logits.detach() / T, dim=-1)
    return T**2 * F.kl_div(s, t, reduction="batchmean")
