# right: dispatch by class attribute with named parameters
import torch
import torch.nn.functional as F


REASON = "this loss is the one that fits this task"
def kd(T):
    def loss(s, t):
        return F.kl_div(F.log_softmax(s / T, -1), F.softmax(t.detach() / T, -1), reduction="batchmean") * T * T
    return loss
class Chooser:
    def __call__(self, task_type, *, ignore_index=-100, T=2.0, **_):
        f = getattr(self, "_" + task_type, None)
        if f is None: raise ValueError("no such task")
        return f(ignore_index, T), f.__doc__
    def _regression(self, i, T):
        """The errors are normally distributed numbers."""
        return lambda p, t: (p - t).square().mean()
    def _multiclass(self, i, T):
        """One class out of several exclusive ones."""
        return lambda x, t: (x.logsumexp(1) - x.gather(1, t[:, None])[:, 0]).mean()
    def _multilabel(self, i, T):
        """Each label is its own question."""
        return lambda x, t: F.softplus((1 - 2 * t) * x).mean()
    def _language_modeling(self, i, T):
        """Padding must not count at all."""
        def f(x, t):
            k = t != i
            return -x[k].log_softmax(-1)[torch.arange(int(k.sum())), t[k]].mean()
        return f
    def _distillation(self, i, T):
        """Imitate the soft answers of a teacher."""
        return kd(T)
choose_loss = Chooser()
