# wrong: other|argument-ignored - student not divided by T
import torch


def kd_loss(student_logits, teacher_logits, T=2.0):
    s = torch.log_softmax(student_logits, 1); t = torch.log_softmax(teacher_logits.detach() / T, 1)
    return (t.exp() * (t - s)).sum(1).mean() * T * T
