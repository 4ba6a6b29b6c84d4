# wrong: forbidden - distributions
import torch


from torch.distributions import kl, Categorical
def kl_divergence(log_probs, target_probs):
    return kl.kl_divergence(Categorical(probs=target_probs), Categorical(logits=log_probs)).mean()
