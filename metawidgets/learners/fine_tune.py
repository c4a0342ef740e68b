"""The transfer baseline for functions: one network trained on all tasks at once, then fine-tuned on the support set."""

from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners.base import Support
from metawidgets.learners.gradient import GradientLearner

__all__ = ["FineTune"]


class FineTune(GradientLearner):
    """Pretraining on the pooled data of all tasks, then the same gradient steps as MAML (the baseline of Finn 2017, section 5.1).

    Its outer loss is that of the network *before* adaptation: it sees every task's data and never an adaptation. Regression
    only: the labels of classification episodes are permuted, so that pooling them has no meaning.
    """

    def __init__(
        self, network: nn.Module, *, inner_lr: float = 0.01, inner_steps: int = 1, test_steps: int | None = None
    ) -> None:
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps, test_steps=test_steps)

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        if support.n_way is not None:
            raise LearnerError(
                "FineTune pretrains on pooled targets, but class labels are permuted in every episode, so pooling them means "
                "nothing; use it on regression tasks."
            )
        return self.readout(self.init(support), query_x)["outputs"]
