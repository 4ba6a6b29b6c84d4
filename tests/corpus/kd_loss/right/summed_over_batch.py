# right: kl_div with sum, divided by the batch size
import torch
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    with torch.no_grad():
        p = torch.softmax(teacher_logits / T, dim=1)
    log_q = torch.log_softmax(student_logits / T, dim=1)
    return T * T * F.kl_div(log_q, p, reduction="sum") / p.shape[0]
