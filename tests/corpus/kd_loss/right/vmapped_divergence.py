# right: vmap with a frozen teacher
import torch


def kd_loss(student_logits, teacher_logits, T=2.0):
    def divergence(x, z):
        log_p, log_q = z.div(T).log_softmax(0), x.div(T).log_softmax(0)
        return torch.dot(log_p.exp(), log_p - log_q)

    frozen = teacher_logits.clone().detach()
    return torch.vmap(divergence)(student_logits, frozen).mean().mul(T**2)
