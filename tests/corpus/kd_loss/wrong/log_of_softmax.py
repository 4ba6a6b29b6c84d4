# wrong: underflow|nan - the student's log is taken after the softmax
import torch
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    p = torch.softmax(teacher_logits.detach() / T, dim=1)
    q = torch.softmax(student_logits / T, dim=1)
    return T**2 * F.kl_div(torch.log(q), p, reduction="batchmean")
