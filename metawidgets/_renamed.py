"""Old module names, which version 0.2 will remove. Importing an old name returns the new module with a deprecation warning."""

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["NEW_NAMES", "install"]

_LEARNERS = {
    "baselines": ("nearest", "nearest_centroid", "from_scratch"),
    "metric_based": ("protonet", "matching", "matching_fce", "relation"),
    "model_based": ("recurrent", "mann", "snail", "in_context"),
    "networks": ("encoders", "norms"),
    "optimisation_based": ("gradient", "maml", "anil", "meta_sgd", "reptile", "implicit_maml"),
    "transfer": (
        "pretrained",
        "fine_tune",
        "linear_probe",
        "baseline_plus",
        "pretrained_centroid",
        "pretrained_nearest",
    ),
}
NEW_NAMES: dict[str, str] = {
    "allocator": "training.allocator",
    "alternating_shots": "episodes.alternating_shots",
    "checkpoints": "training.checkpoints",
    "contests": "records.arena",
    "control": "training.control",
    "episode_edits": "episodes.edits",
    "evaluation": "training.evaluation",
    "inner_loops": "records.mlp_inner_loop",
    "paths": "files.paths",
    "pictures": "files.pictures",
    "plain_json": "files.plain_json",
    "results": "records",
    "sampling": "episodes.sampling",
    "score_bounds": "analysis.intervals",
    "significance": "analysis.significance",
    "traces": "records.trace",
    "zips": "files.zips",
    "learners.agreement": "learners.landscape.meta_gradient_agreement",
    "reports.beginnings": "reports.baselines",
    "reports.entrants": "reports.report_learners",
    "reports.export": "reports.pages.export",
    "reports.left_out": "reports.pages.left_out",
    **{f"learners.{name}": f"learners.{family}.{name}" for family, names in _LEARNERS.items() for name in names},
}
"""The new name of each old name, both relative to `metawidgets.`."""

# Renamed classes and functions: for each new module, the new name of each old name.
_MEMBERS = {
    "records.arena": {"Contest": "EpisodeComparison"},
    "reports.report_learners": {
        "Entrant": "ReportLearner",
        "Entrants": "ReportLearners",
        "entrant": "report_learner",
        "entrants": "report_learners",
    },
    "training.evaluation": {"contest": "compare_on_episode"},
}


class _Renamed(MetaPathFinder, Loader):
    """An import finder and loader for the old names. It runs after all other finders have failed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, old = fullname.partition(".")
        return ModuleSpec(fullname, self) if package == "metawidgets" and old in NEW_NAMES else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        old = spec.name.partition(".")[2]
        new = NEW_NAMES[old]
        warnings.warn(
            f"metawidgets.{old} is now metawidgets.{new}; import the new name. The old name will be removed in version 0.2.",
            DeprecationWarning,
            stacklevel=2,  # the importing line: Python skips its own import frames
        )
        found = importlib.import_module(f"metawidgets.{new}")
        module = ModuleType(spec.name, found.__doc__)
        module.__dict__.update({name: value for name, value in vars(found).items() if not name.startswith("__")})
        for was, now in _MEMBERS.get(new, {}).items():
            setattr(module, was, getattr(found, now))
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: `create_module` has already copied everything."""


def install() -> None:
    """Make the old names importable; calling it again changes nothing."""
    if not any(isinstance(finder, _Renamed) for finder in sys.meta_path):
        sys.meta_path.append(_Renamed())
