# right: example by example, class by class
import torch


def kd_loss(student_logits, teacher_logits, T=2.0):
    losses = []
    for x, z in zip(student_logits, teacher_logits.detach()):
        log_q = torch.log_softmax(x / T, 0)
        log_p = torch.log_softmax(z / T, 0)
        losses.append(sum(lp.exp() * (lp - lq) for lp, lq in zip(log_p, log_q)))
    return T**2 * torch.stack(losses).mean()
