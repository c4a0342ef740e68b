"""Every view's specification, compared with a saved one, so that no change to a chart goes unnoticed.

After an intended change, look at the charts, and write the files again with

    METAWIDGETS_WRITE_GOLDEN=1 python -m pytest tests/views/test_golden.py
"""

import base64
import hashlib
import io
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from metawidgets import views
from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views import View

from . import make_traces

GOLDEN = Path(__file__).parent / "golden"
CHARTS = {
    "learning_curves": "prototypes",
    "query_probabilities": "prototypes",
    "prototype_distances": "prototypes",
    "relation_scores": "relations",
    "attention_map": "attention",
    "memory_writes": "memory",
    "memory_contents": "memory",
    "memory_reads": "memory",
    "hidden_state": "memory",
    "learned_rates": "rates",
    "embedding_map": "prototypes",
    "fitted_curve": "curve",
    "decision_regions": "regions",
    "episode_sheet": "prototypes",
}


def normalised(node: Any, names: dict[str, str] | None = None) -> Any:
    """Return a specification without the parts that may differ for equal charts.

    Altair names data by a hash of their content, and a PNG's bytes depend on the compressor. Therefore data are numbered, and images
    are replaced by a hash of their pixels.
    """
    names = {} if names is None else names
    if isinstance(node, dict):
        for name in node.get("datasets", {}):
            names[name] = f"data-{len(names)}"
        return {names.get(k, k): normalised(v, names) for k, v in node.items() if k != "$schema"}
    if isinstance(node, list):
        return [normalised(v, names) for v in node]
    if isinstance(node, str) and node.startswith("data:image/png;base64,"):
        image = Image.open(io.BytesIO(base64.b64decode(node.partition(",")[2]))).convert("RGB")
        return f"{image.width}x{image.height} pixels {hashlib.sha256(image.tobytes()).hexdigest()[:12]}"
    return names.get(node, node) if isinstance(node, str) else node


def differences(found: Any, golden: Any, at: str = "$") -> list[str]:
    """Return the places where two specifications differ. The last of a number's four digits may differ, as it does between machines."""
    if isinstance(found, dict) and isinstance(golden, dict):
        odd = [f"{at}: {key} is in one of them only" for key in found.keys() ^ golden.keys()]
        return odd + [
            d for key in found.keys() & golden.keys() for d in differences(found[key], golden[key], f"{at}.{key}")
        ]
    if isinstance(found, list) and isinstance(golden, list):
        if len(found) != len(golden):
            return [f"{at}: {len(found)} entries, {len(golden)} on file"]
        return [d for i, pair in enumerate(zip(found, golden, strict=True)) for d in differences(*pair, f"{at}[{i}]")]
    return [] if _same(found, golden) else [f"{at}: {found!r}, on file {golden!r}"]


def _same(found: Any, golden: Any) -> bool:
    numbers = [v for v in (found, golden) if isinstance(v, int | float) and not isinstance(v, bool)]
    return math.isclose(*numbers, rel_tol=2e-3, abs_tol=1e-6) if len(numbers) == 2 else found == golden


def _dumped(spec: dict[str, Any]) -> str:
    """Return JSON with one line per row of data, so that differences are readable."""
    data = spec.pop("datasets")
    head = json.dumps(spec, indent=1, sort_keys=True)[:-2]
    tables = []
    for name, rows in data.items():
        lines = ",\n".join("   " + json.dumps(row, sort_keys=True) for row in rows)
        tables.append(f'  "{name}": [\n{lines}\n  ]')
    return head + ',\n "datasets": {\n' + ",\n".join(tables) + "\n }\n}\n"


@pytest.mark.parametrize("view", views.ALL.values(), ids=views.ALL)
def test_specification_is_the_one_on_file(view: View, traces: dict[str, Trace]) -> None:
    trace = traces[CHARTS[view.__name__]]
    found = normalised(view(trace.episode if view.subject is Episode else trace).to_dict())
    path = GOLDEN / f"{view.__name__}.json"
    if os.environ.get("METAWIDGETS_WRITE_GOLDEN") == "1":
        path.write_text(_dumped(dict(found)), encoding="utf-8")
    golden = json.loads(path.read_text(encoding="utf-8"))
    assert differences(found, golden) == []


def test_golden_files_are_those_of_the_views() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(views.ALL)


@pytest.mark.parametrize("name", [make.__name__ for make in make_traces.ALL])
def test_fixed_traces_are_what_their_script_makes(name: str, traces: dict[str, Trace]) -> None:
    made, kept = getattr(make_traces, name)(), traces[name]
    assert made.axis == kept.axis
    assert made.channels.keys() == kept.channels.keys()
    for channel in made.channels:
        np.testing.assert_allclose(made[channel], kept[channel], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(made.episode.support_x, kept.episode.support_x)
    assert made.coords == kept.coords
    assert made.episode.query_items == kept.episode.query_items


def test_differences_are_found() -> None:
    golden = {"mark": "rect", "values": [1.0, 2.0, None], "axis": {"title": "x"}}
    assert differences(golden, golden) == []
    assert differences({**golden, "values": [1.0005, 2.0, None]}, golden) == []
    assert differences({**golden, "values": [1.01, 2.0, None]}, golden) == ["$.values[0]: 1.01, on file 1.0"]
    assert differences({**golden, "values": [1.0, 2.0]}, golden) == ["$.values: 2 entries, 3 on file"]
    assert differences({"mark": "rect", "values": [1, 2, None]}, golden) == ["$: axis is in one of them only"]
    assert differences({**golden, "values": [1.0, 2.0, 0]}, golden) == ["$.values[2]: 0, on file None"]


def test_normalised_numbers_data_and_looks_into_images(prototypes: Trace) -> None:
    spec = normalised(views.episode_sheet(prototypes.episode).to_dict())
    assert sorted(spec["datasets"]) == [f"data-{i}" for i in range(len(spec["datasets"]))]
    urls = {row["url"] for rows in spec["datasets"].values() for row in rows if "url" in row}
    assert len(urls) == len(prototypes.episode.support_x) + len(prototypes.episode.query_x)
    assert all(url.startswith("14x14 pixels ") for url in urls)
