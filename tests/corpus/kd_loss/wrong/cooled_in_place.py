# wrong: input-overwritten - divides the caller's teacher logits by T
import torch
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    with torch.no_grad():
        t = F.log_softmax(teacher_logits.div_(T), dim=-1)
    s = F.log_softmax(student_logits / T, dim=-1)
    return T**2 * F.kl_div(s, t, reduction="batchmean", log_target=True)
