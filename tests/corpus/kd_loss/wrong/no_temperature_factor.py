# wrong: factor - T squared is missing
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    s = F.log_softmax(student_logits / T, dim=-1)
    t = F.softmax(teacher_logits.detach() / T, dim=-1)
    return F.kl_div(s, t, reduction="batchmean")
