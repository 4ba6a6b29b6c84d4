# wrong: argument-ignored|hard-coded - a global temperature of 2
import torch.nn.functional as F

TEMPERATURE = 2.0


def kd_loss(student_logits, teacher_logits, T=TEMPERATURE):
    s = F.log_softmax(student_logits / TEMPERATURE, dim=-1)
    t = F.softmax(teacher_logits.detach() / TEMPERATURE, dim=-1)
    return TEMPERATURE**2 * F.kl_div(s, t, reduction="batchmean")
