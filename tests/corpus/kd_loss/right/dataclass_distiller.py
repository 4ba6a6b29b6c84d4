# right: a dataclass with a method for softening
from dataclasses import dataclass

from torch import Tensor, nn


@dataclass
class Distiller:
    T: float

    def logs(self, x: Tensor) -> Tensor:
        return nn.functional.log_softmax(x.div(self.T), dim=x.dim() - 1)

    def loss(self, student: Tensor, teacher: Tensor) -> Tensor:
        kl = nn.KLDivLoss(reduction="none", log_target=True)(self.logs(student), self.logs(teacher))
        return kl.sum(1).mean() * self.T**2


def kd_loss(student_logits: Tensor, teacher_logits: Tensor, T: float = 2.0) -> Tensor:
    return Distiller(T).loss(student_logits, teacher_logits.detach())
