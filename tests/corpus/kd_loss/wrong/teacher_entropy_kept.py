# wrong: offset|misconception - cross entropy, not zero where both agree
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    soft = F.softmax(teacher_logits.detach() / T, dim=-1)
    return T**2 * F.cross_entropy(student_logits / T, soft)
