# wrong: other|missing-softmax - divides the log-probabilities by T
import torch


def kd_loss(student_logits, teacher_logits, T=2.0):
    s = torch.log_softmax(student_logits, 1) / T; t = torch.log_softmax(teacher_logits.detach(), 1) / T
    return (t.exp() * (t - s)).sum(1).mean() * T * T
