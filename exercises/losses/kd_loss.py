r"""Knowledge distillation.

A small model learns from a large one: not only which class is right, but how likely the teacher finds all the others
(Hinton, Vinyals and Dean 2015). Dividing both models' logits by a temperature $T$ softens them, so that the small
probabilities can be seen:

$$p_i = \mathrm{softmax}\!\left(\frac{z_i}{T}\right) \qquad q_i = \mathrm{softmax}\!\left(\frac{x_i}{T}\right) \qquad
L = T^2 \cdot \frac{1}{n}\sum_{i=1}^{n}\sum_{k} p_{ik}\,\bigl(\log p_{ik} - \log q_{ik}\bigr)$$

$z$ is `teacher_logits`, $x$ is `student_logits`, $n$ is the batch size. In words: $T^2$ times
$\mathrm{KL}(\text{teacher}_T \,\|\, \text{student}_T)$, summed over the classes, averaged over the batch. Softening
shrinks the gradients by about $1/T^2$; the factor $T^2$ makes up for it.

The teacher is finished and only gives the answer: **no gradient may reach `teacher_logits`**, even if they ask for one.

- `student_logits`, `teacher_logits`: floats of shape (batch, classes), raw scores, of one dtype.
- `T`: a float above 0, 2.0 if left out.
- Returns the divergence times $T^2$. There is no term for hard labels.

**Graded:** the value and the gradient with respect to `student_logits`, for the default `T`, a higher one and 1; that
no gradient reaches `teacher_logits`; that the loss is 0 where both agree; and logits in the thousands of either sign,
where value and gradient must be finite and right.

**Not graded:** `T` of 0 or below; a mix with the cross entropy of true labels.

**Allowed:** everything, `torch.nn.functional.kl_div` included. Read its documentation with care: which argument wants
logs, and what does it average over?

**Always:** the result is a 0-d tensor with the dtype of `student_logits`; float32, float64 and bfloat16 are tried.
Arguments come by position or by name, may be non-contiguous or expanded views, and are left as they were. Any batch
size from 1 up may come, odd ones too; an empty batch is not graded, since the mean over nothing has no agreed value.
The same call twice gives the same answer. Nothing global (default dtype, gradient mode, random generators) is left
changed. Speed is not graded.
"""

from torch import Tensor

from grader.spec import Float, case, exercise


@exercise(
    case("the default temperature", "T² times the divergence of the softened models", batch=8, classes=5),
    case("hot", "T is an argument, and softens both models", batch=6, classes=7, args={"T": 3.0}),
    case("no softening", "with T = 1 the plain divergence remains", batch=6, classes=4, args={"T": 1.0}),
    case(
        "the student has learned it all",
        "equal logits leave no loss and no gradient",
        fill={"teacher_logits": "same:student_logits"},
        weight=0.5,
    ),
    case(
        "confident models stay finite",
        "a probability that underflows to 0 has no log",
        batch=8,
        classes=5,
        std={"student_logits": 1e3, "teacher_logits": 1e3},
        criterion="stability",
    ),
    gradients=["student_logits"],
    detached=["teacher_logits"],
    hints=[
        "Four things to check: both models softened, the right one in front, no gradient to the teacher, T² at the end.",
        "The log-probabilities of each model come from `F.log_softmax(... / T, dim=-1)`; the teacher's are detached.",
        "`teacher.exp() * (teacher - student)` with both as log-probabilities; sum the last axis, average, times `T ** 2`.",
    ],
    without={"empty": "the mean over nothing has no agreed value"},
)
def kd_loss(
    student_logits: Float[Tensor, "batch classes"], teacher_logits: Float[Tensor, "batch classes"], T: float = 2.0
) -> Float[Tensor, ""]:
    """Knowledge distillation."""
