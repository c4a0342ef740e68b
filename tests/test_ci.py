"""The workflow of this project, and the examples of a report in somebody's CI: they parse, and their gate opens and shuts."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
import yaml

from metawidgets import cli

ROOT = Path(__file__).resolve().parents[1]
GITHUB, GITLAB = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.S)
COMMANDS = {
    "github": [step["run"] for step in yaml.safe_load(GITHUB)["jobs"]["report"]["steps"] if "run" in step],
    "gitlab": yaml.safe_load(GITLAB)["report"]["script"],
}


def test_the_workflow_runs_all_checks_and_keeps_the_site():
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]["test"]
    commands = [step.get("run") for step in job["steps"]]
    assert "bash .ci/run" in commands
    assert "make notebooks" in commands
    (kept,) = [step["with"]["path"] for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
    assert f"--out {kept} " in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("host", COMMANDS)
def test_an_example_asks_for_options_that_exist(host):
    (words,) = [shlex.split(line)[1:] for line in COMMANDS[host] if line.startswith("metawidgets ")]
    command = typer.main.get_command(cli.app).commands[words[0]]  # pyright: ignore[reportAttributeAccessIssue]
    given = command.make_context("report", words[1:]).params
    assert given["parameter"] == ["checkpoint=model.safetensors"]
    assert (given["parameters_file"], given["folder"], given["strict"]) == ([Path("params.yaml")], Path("build"), True)


@pytest.mark.parametrize("host", COMMANDS)
@pytest.mark.parametrize(("mean", "code"), [(0.95, 0), (0.5, 1)])
def test_the_gate(host, mean, code, tmp_path):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "few_shot.status.json").write_text(json.dumps({"metrics": {"mean": mean}}))
    (gate,) = [shlex.split(line)[2] for line in COMMANDS[host] if line.startswith("python ")]
    assert subprocess.run([sys.executable, "-c", gate], cwd=tmp_path, capture_output=True).returncode == code
