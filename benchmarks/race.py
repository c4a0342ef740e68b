"""Timing of contenders side by side, so that a busy machine slows all of them alike and their ratios stay comparable.

Contenders take turns within every repetition, and a ratio divides two times of the same repetition, measured moments apart. The
result is the median over repetitions. The ratio of the two minima is printed too, because it needs only one undisturbed run of each
contender.
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
SHORTEST = 0.1  # seconds; /proc/stat counts in hundredths of a second, which is too coarse for less


class Repetition(NamedTuple):
    """One contender's wall and processor seconds per call, and the share of a core that other processes used meanwhile."""

    wall: float
    cpu: float
    others: float = 0.0


class Ratio(NamedTuple):
    """One contender's time divided by another's.

    Args:
        median, smallest: of the ratios within a repetition. of_minima: ratio of the two minima. pairs: number of ratios.
    """

    median: float
    smallest: float
    of_minima: float
    pairs: int


@dataclass
class Result:
    """One contender's times, repetition by repetition, or the reason why it has none."""

    repetitions: list[Repetition]
    failed: str | None = None

    def seconds(self, clock: str) -> list[float]:
        return [getattr(repetition, clock) for repetition in self.repetitions]


def paired(ours: Sequence[float], theirs: Sequence[float], clean: Sequence[int] | None = None) -> Ratio:
    """Return the ratios ours / theirs, paired within each repetition.

    Args:
        clean: indices of the undisturbed repetitions. If there are at least two, only these are paired. The minima are always over
            all repetitions, since a disturbance only makes a repetition longer.
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
        """The clock that counts: processor time ("cpu") on one thread, since it leaves out waiting; wall time on several."""
        return "cpu" if self.threads == 1 else "wall"

    @property
    def finished(self) -> list[str]:
        return [name for name, result in self.results.items() if result.repetitions]

    def median(self, name: str) -> float:
        return statistics.median(self.results[name].seconds(self.clock))

    def minimum(self, name: str) -> float:
        return min(self.results[name].seconds(self.clock))

    def fastest(self, names: Sequence[str]) -> str | None:
        """Return the contender of these with the smallest median; `None` if none of them finished."""
        return min((name for name in names if name in self.finished), key=self.median, default=None)

    def clean(self, *names: str) -> list[int]:
        """Return the indices of the repetitions in which other processes disturbed none of these contenders."""
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
    """Time every contender in every repetition, after a warm-up call of each.

    A contender that raises is left out, with the reason. A short call is repeated within a repetition to fill `least_seconds`.
    """
    results, calls = {name: Result([]) for name in contenders}, {}
    for name, call in contenders.items():
        try:
            first = _timed(call, 1, threads)
            if first.wall < least_seconds:  # the first call may have spent most of its time on setting up
                first = _timed(call, 1, threads)
        except Exception as error:  # a peer's failure is a result too, and must not stop the others
            first_line = (str(error).splitlines() or [""])[0]
            results[name].failed = f"{type(error).__name__}: {first_line[:160]}"
        else:
            calls[name] = max(1, round(least_seconds / max(first.wall, 1e-6)))
    order = list(calls)
    gc.collect()
    for i in range(repetitions):
        turn = i % max(1, len(order))
        for name in (
            order[turn:] + order[:turn]
        ):  # the order rotates, so that no contender always runs after the same one
            results[name].repetitions.append(_timed(contenders[name], calls[name], threads))
    return Race(results, threads)


def _timed(call: Callable[[], object], calls: int, threads: int) -> Repetition:
    # set every time, since the previous contender may have changed it
    torch.set_num_threads(threads)
    busy, cpu, wall = _machine_seconds(), time.process_time(), time.perf_counter()
    for _ in range(calls):
        call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    others = max(0.0, _machine_seconds() - busy - cpu) / wall if wall >= SHORTEST else 0.0
    return Repetition(wall / calls, cpu / calls, others)


def _machine_seconds() -> float:
    """Return the processor seconds that all processes together have used since boot; 0 where there is no /proc/stat."""
    path = Path("/proc/stat")
    if not path.is_file():
        return 0.0
    user, nice, system, _, _, *rest = map(int, path.read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def operations(call: Callable[[], object]) -> int:
    """Count the floating-point operations of matrix products and convolutions in a call, backward passes included."""
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def gemm_rate(threads: int, size: int = 1024, repetitions: int = 8) -> float:
    """Measure the floating-point operations per second of a large float32 matrix product: an upper limit for all the work here."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    product = torch.empty(size, size)
    found = race({"product": lambda: torch.mm(a, b, out=product)}, repetitions, threads)
    return 2 * size**3 / found.minimum("product")
