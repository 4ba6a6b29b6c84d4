# wrong: missing-softmax|misconception - squared distance of the softened logits
def kd_loss(student_logits, teacher_logits, T=2.0):
    difference = student_logits / T - teacher_logits.detach() / T
    return T**2 * (difference**2).sum(1).mean()
