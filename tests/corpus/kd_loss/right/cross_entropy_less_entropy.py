# right: soft cross entropy minus the teacher's entropy, in float64
import torch
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    s = student_logits.double() / T
    p = (teacher_logits.detach().double() / T).softmax(-1)
    entropy = torch.special.entr(p).sum(-1).mean()
    loss = T**2 * (F.cross_entropy(s, p) - entropy)
    return loss.to(student_logits.dtype)
