# wrong: argument-ignored|other - T cast to int
import torch


def kd_loss(student_logits, teacher_logits, T=2.0):
    T = int(T)
    s = torch.log_softmax(student_logits / T, 1); t = torch.log_softmax(teacher_logits.detach() / T, 1)
    return (t.exp() * (t - s)).sum(1).mean() * T * T
