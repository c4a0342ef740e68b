"""Timing contenders beside each other, so that a busy machine slows them alike and what is compared is their ratio.

Contenders run in turn within every repetition, and a ratio is taken within a repetition: one contender's time through the
other's, moments apart. The median over repetitions is what counts; the ratio of the two minima is printed beside it, since it
needs only one undisturbed run of each.
"""

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

__all__ = ["Race", "Ratio", "Repetition", "Result", "gemm_rate", "operations", "paired", "race"]

DISTURBED = 0.15  # share of a core that other processes may use before a repetition counts as disturbed
SHORTEST = 0.1  # seconds: /proc/stat counts in hundredths, so it says nothing of less than this


class Repetition(NamedTuple):
    """Seconds of one call, and the share of a core that other processes used meanwhile."""

    wall: float
    cpu: float
    others: float = 0.0


class Ratio(NamedTuple):
    """One contender's time through another's: over the pairs of a repetition, and of the two minima; of how many pairs."""

    median: float
    smallest: float
    of_minima: float
    pairs: int


@dataclass
class Result:
    """What one contender took, repetition by repetition, or why it took part in none."""

    repetitions: list[Repetition]
    failed: str | None = None

    def seconds(self, clock: str) -> list[float]:
        return [getattr(repetition, clock) for repetition in self.repetitions]


def paired(ours: Sequence[float], theirs: Sequence[float], clean: Sequence[int] | None = None) -> Ratio:
    """Ratios ours / theirs of repetitions that belong together.

    `clean` are the repetitions that nobody disturbed. The pairs are those, if there are two at least; the minima are over all,
    since a disturbed repetition is only ever longer.
    """
    counted = clean if clean is not None and len(clean) > 1 else range(len(ours))
    ratios = [ours[i] / theirs[i] for i in counted]
    return Ratio(statistics.median(ratios), min(ratios), min(ours) / min(theirs), len(ratios))


@dataclass
class Race:
    """The results of one piece of work, by contender."""

    results: dict[str, Result]
    threads: int

    @property
    def clock(self) -> str:
        """What counts: on one thread the processor's time, in which waiting for others has no part; on more the wall's."""
        return "cpu" if self.threads == 1 else "wall"

    @property
    def finished(self) -> list[str]:
        return [name for name, result in self.results.items() if result.repetitions]

    def median(self, name: str) -> float:
        return statistics.median(self.results[name].seconds(self.clock))

    def minimum(self, name: str) -> float:
        return min(self.results[name].seconds(self.clock))

    def fastest(self, names: Sequence[str]) -> str | None:
        """Of these contenders, the one with the least median; `None` if none of them finished."""
        return min((name for name in names if name in self.finished), key=self.median, default=None)

    def clean(self, *names: str) -> list[int]:
        """The repetitions in which nobody else disturbed any of these contenders."""
        runs = zip(*(self.results[name].repetitions for name in names), strict=True)
        return [i for i, together in enumerate(runs) if all(run.others < DISTURBED for run in together)]

    def ratio(self, ours: str, theirs: str) -> Ratio:
        one, other = (self.results[name].seconds(self.clock) for name in (ours, theirs))
        return paired(one, other, self.clean(ours, theirs))

    def to_dict(self) -> dict[str, Any]:
        return {
            name: {"failed": result.failed, "repetitions": [r._asdict() for r in result.repetitions]}
            for name, result in self.results.items()
        }


def race(
    contenders: Mapping[str, Callable[[], object]],
    repetitions: int,
    threads: int,
    *,
    least_seconds: float = SHORTEST,
) -> Race:
    """Time every contender in every repetition, after one call of each that counts for nothing.

    One that raises is left out, with the reason. Short calls are repeated within a repetition until it lasts `least_seconds`.
    """
    results, calls = {name: Result([]) for name in contenders}, {}
    for name, call in contenders.items():
        try:
            first = _timed(call, 1, threads)
            if first.wall < least_seconds:  # what it set up in its first call took longer than the work
                first = _timed(call, 1, threads)
        except Exception as error:  # a peer's failure is a result too, and must not end the others' race
            first_line = (str(error).splitlines() or [""])[0]
            results[name].failed = f"{type(error).__name__}: {first_line[:160]}"
        else:
            calls[name] = max(1, round(least_seconds / max(first.wall, 1e-6)))
    order = list(calls)
    gc.collect()
    for i in range(repetitions):
        turn = i % max(1, len(order))
        for name in order[turn:] + order[:turn]:  # so that nobody always runs in the same one's wake
            results[name].repetitions.append(_timed(contenders[name], calls[name], threads))
    return Race(results, threads)


def _timed(call: Callable[[], object], calls: int, threads: int) -> Repetition:
    # every time, since a contender that starts threads of its own may have changed it for whoever comes next
    torch.set_num_threads(threads)
    busy, cpu, wall = _machine_seconds(), time.process_time(), time.perf_counter()
    for _ in range(calls):
        call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    others = max(0.0, _machine_seconds() - busy - cpu) / wall if wall >= SHORTEST else 0.0
    return Repetition(wall / calls, cpu / calls, others)


def _machine_seconds() -> float:
    """Processor seconds that all processes together have used, where Linux says so."""
    path = Path("/proc/stat")
    if not path.is_file():
        return 0.0
    user, nice, system, _, _, *rest = map(int, path.read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def operations(call: Callable[[], object]) -> int:
    """Floating-point operations of the matrix products and convolutions in a call, backward passes included."""
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def gemm_rate(threads: int, size: int = 1024, repetitions: int = 8) -> float:
    """Floating-point operations a second of a large float32 matrix product: the most that any of this could reach."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    product = torch.empty(size, size)
    found = race({"product": lambda: torch.mm(a, b, out=product)}, repetitions, threads)
    return 2 * size**3 / found.minimum("product")
