# Each target sets itself up: a virtual environment in .venv, then the packages of constraints.txt.
PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
# Trainings, or notebooks, side by side, of one thread each.
JOBS ?= 2
BIN := $(VENV)/bin
# One thread a process: networks this small run slower on several, far slower on busy cores.
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test notebooks docs lab check format bench checkpoints clean

help: ## say what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(VENV)/.runs ## train two learners on procedural characters, adapt them, write one HTML report
	$(BIN)/metawidgets demo --out build/demo

test: $(VENV)/.develops ## every test: notebooks and browser journeys included
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lab: $(VENV)/.develops ## open the notebooks in JupyterLab
	$(BIN)/metawidgets lab notebooks

notebooks: $(VENV)/.runs ## run every notebook and link them on one page, build/site/index.html (FULL=1: in full sizes)
	$(BIN)/metawidgets site notebooks --out build/site --jobs $(JOBS) $(if $(FULL),--full)

docs: $(VENV)/.develops ## the documentation with the reference of every public name, build/docs/index.html; a warning fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

check: $(VENV)/.develops ## lint, types and the layers' contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

format: $(VENV)/.develops ## lay out the code, strip the notebooks' outputs
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	git ls-files '*.ipynb' | xargs -r $(BIN)/nbstripout --keep-id --extra-keys "metadata.papermill cell.metadata.papermill metadata.widgets"

checkpoints: $(VENV)/.runs ## train every learner that comes with the package again: hours; stopped, it goes on
	$(BIN)/python benchmarks/papers.py train --match '*' --jobs $(JOBS)
	$(BIN)/python benchmarks/papers.py measure --match '*' --jobs $(JOBS)
	$(BIN)/python benchmarks/papers.py ship
	$(BIN)/python benchmarks/papers.py results

bench: $(BENCH)/.peers ## time the learners beside other libraries, in an environment of its own
	$(BENCH)/bin/python benchmarks/peers.py --out build/bench/peers.json $(BENCH_ARGS)

clean: ## remove what was generated and the virtual environments
	rm -rf build dist $(VENV) $(BENCH)

# The peers ask for versions of their dependencies that are long gone, hence --no-deps and an environment apart. learn2learn's
# source package holds C files that an old Cython wrote and today's Python does not compile: build_ext makes it write them anew.
$(BENCH)/.peers: $(BENCH)/.made pyproject.toml constraints.txt benchmarks/peers.txt
	$(BENCH)/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]' setuptools Cython==3.0.12
	$(BENCH)/bin/python -m pip install --quiet --constraint constraints.txt --no-deps --requirement benchmarks/peers.txt
	$(BENCH)/bin/python -m pip install --quiet --no-deps --no-build-isolation --no-binary learn2learn \
		--config-settings=--global-option=build_ext learn2learn==0.2.0
	@touch $@

$(VENV)/.made $(BENCH)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "metawidgets needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(@D)
	@touch $@

# Stamps, so that the second call installs nothing. The development stamp renews the other one too: its packages are a superset.
$(VENV)/.runs: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.develops: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $(VENV)/.runs $@
