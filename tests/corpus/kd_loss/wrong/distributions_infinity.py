# wrong: underflow|overflow - Categorical's divergence is inf where the student's probability is 0
import torch.distributions as D


def kd_loss(student_logits, teacher_logits, T=2.0):
    teacher = D.Categorical(logits=teacher_logits.detach() / T)
    student = D.Categorical(logits=student_logits / T)
    return T**2 * D.kl_divergence(teacher, student).mean()
