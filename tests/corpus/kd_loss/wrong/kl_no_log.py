# wrong: other - F.kl_div given probabilities for both
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    return F.kl_div(F.softmax(student_logits / T, 1), F.softmax(teacher_logits.detach() / T, 1), reduction="batchmean") * T * T
