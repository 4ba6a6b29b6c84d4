"""The result is what comes out if the inputs went through a softmax or a sigmoid first."""

from grader.findings.guesses import looking
from grader.findings.rule import Rule
from grader.model import RuleText

TWICE = (
    "Probabilities lie close together compared with logits, so a second {0} flattens everything: the model looks "
    "unsure "
    "whatever it says, and the gradients nearly vanish."
)

RULES = (
    Rule(
        RuleText(
            id="value.double-softmax",
            title="Softmax applied twice",
            message="your result is what comes out if `{first}` went through a softmax first: the softmax was "
            "applied twice.",
            why=TWICE.format("softmax"),
            mend="Give the raw `{first}` to the function that contains a softmax (`log_softmax`, `cross_entropy`), "
            "and leave your own out.",
            example="""\
def right(logits, targets):
    return -torch.log_softmax(logits, dim=1).gather(1, targets[:, None]).mean()

def wrong(logits, targets):
    probs = torch.softmax(logits, dim=1)
    return -torch.log_softmax(probs, dim=1).gather(1, targets[:, None]).mean()
""",
        ),
        rank=13,
        look=looking("softmax"),
    ),
    Rule(
        RuleText(
            id="value.double-sigmoid",
            title="Sigmoid applied twice",
            message="your result is what comes out if `{first}` went through a sigmoid first: the sigmoid was "
            "applied twice.",
            why=TWICE.format("sigmoid"),
            mend="Give the raw `{first}` to the function whose name ends in `_with_logits` (or to `logsigmoid`), and "
            "leave your own sigmoid out.",
            example="""\
def right(scores, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)

def wrong(scores, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(torch.sigmoid(scores), labels)
""",
        ),
        rank=13,
        look=looking("sigmoid"),
    ),
)
