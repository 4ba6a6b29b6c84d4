# wrong: misconception|offset - mixes in the teacher's favourite as a hard label
import torch.nn.functional as F


def kd_loss(student_logits, teacher_logits, T=2.0):
    teacher = teacher_logits.detach()
    soft = F.kl_div(F.log_softmax(student_logits / T, 1), F.softmax(teacher / T, 1), reduction="batchmean")
    hard = F.cross_entropy(student_logits, teacher.argmax(1))
    return 0.9 * T**2 * soft + 0.1 * hard
