"""How often an evaluation names a fault that was planted in the data, and how often it names one that is not there.

    python benchmarks/planted_faults.py              # prints a table in Markdown
    python benchmarks/planted_faults.py --seeds 5

Each seed makes 20 clouds of 25 points in 16 dimensions, whose widths vary, and three pools of them: as they are, with one class made
a copy of another, and with a tenth of the items exchanged among the classes. Nearest centroid answers 150 5-way 1-shot episodes.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the pools are those of the tests

from tests.records.planted import clouds, scored, with_a_copy, with_wrong_labels

KINDS = ("near-duplicate classes", "wrong labels")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=30)
    seeds = parser.parse_args().seeds
    named = {pool: dict.fromkeys((*KINDS, "the planted pair alone"), 0) for pool in ("clean", "a copy", "wrong labels")}
    for seed in range(seeds):
        pool = clouds(seed)
        pools = {"clean": pool, "a copy": with_a_copy(pool, seed), "wrong labels": with_wrong_labels(pool, seed)[0]}
        for name, planted in pools.items():
            for fault in scored(planted, seed).faults:
                named[name][fault.kind] += 1
                pairs = [set(pair) for pair in fault.pairs]
                named[name]["the planted pair alone"] += pairs == [{"<class 0>", "<class 1>"}]
    print(f"| pool, {seeds} seeds | {' | '.join(KINDS)} | the planted pair alone |")
    print("| --- | ---: | ---: | ---: |")
    for name, counts in named.items():
        print(f"| {name} | {' | '.join(map(str, counts.values()))} |")


if __name__ == "__main__":
    main()
