# wrong: gradient-leaks|gradient-detached - detaches the student instead of the teacher
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    s = F.log_softmax(student_logits.detach() / T, dim=-1)
    t = F.log_softmax(teacher_logits / T, dim=-1)
    return T**2 * F.kl_div(s, t, reduction="batchmean", log_target=True)
