# right: own backward
import torch


class K(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s, t, T):
        ls, lt = (s / T).log_softmax(1), (t / T).log_softmax(1)
        ctx.save_for_backward(ls, lt)
        ctx.T = T
        return T * T * (lt.exp() * (lt - ls)).sum(1).mean()
    @staticmethod
    def backward(ctx, g):
        ls, lt = ctx.saved_tensors
        return g * ctx.T * (ls.exp() - lt.exp()) / len(ls), None, None
def kd_loss(student_logits, teacher_logits, T=2.0):
    return K.apply(student_logits, teacher_logits, T)
