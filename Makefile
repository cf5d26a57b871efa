# Everything that is done with this project, one word each. Needs make and Python >= 3.11, nothing else.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
TRIAL_PIP := build/trial/bin/python -m pip --disable-pip-version-check --no-input
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup sweep demo test check check-wheel test-daemons test-browser bench lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "make %-13s %s\n", $$1, $$2}'
	@echo 'Extra arguments: make sweep ARGS="--lang en"; another interpreter: make setup PYTHON=python3.13'

# An environment may forbid Python to write bytecode, and every start would pay for that: hence compileall.
setup: $(STAMP) ## create .venv with the locked dependencies and the program
	@$(BIN)/python -m compileall -q checker

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'This needs Python 3.11 or newer, and "$(PYTHON)" is not that (or missing).' >&2; \
		echo 'Say which to use: make setup PYTHON=python3.12' >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv || { \
		echo 'No virtual environment could be made; on Debian: apt-get install python3-venv' >&2; exit 1; }
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

sweep: setup ## measure domains.csv and write output/site
	$(BIN)/checker sweep domains.csv --output output/site $(ARGS)

demo: setup ## replay the 2017 study against the bundled miniature internet, into output/demo
	$(BIN)/python -m tests.lab.demo $(ARGS)

test: setup ## run the tests (no Internet needed)
	$(BIN)/python -m pytest $(ARGS)

check: setup ## what CI runs: lint, format, types, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(ARGS)

check-wheel: setup ## build the wheel and try it outside the checkout
	rm -rf build/wheel build/trial
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheel .
	$(BIN)/python -m venv build/trial
	$(TRIAL_PIP) install --quiet --require-hashes -r requirements.lock
	$(TRIAL_PIP) install --quiet --no-deps build/wheel/*.whl
	cd build && trial/bin/checker --version
	cd build && trial/bin/checker sweep --help >/dev/null
	cd build && trial/bin/checker domains ../domains.csv >/dev/null
	cd build && trial/bin/checker explain certificate_expired >/dev/null
	cd build && trial/bin/python -c "from checker.site.environment import environment as e; e('sv').get_template('organisation.html')"
	rm -rf build

test-daemons: setup ## run the tests against real servers (root on Debian; CI)
	$(BIN)/python -m pytest -m daemons tests/daemons -rs $(ARGS)

# The browser is the machine's own (Debian: chromium); axe-core and the W3C's validator come from npm, where they are current.
test-browser: setup ## look at the site in a real browser (chromium, java and npm; CI)
	@if command -v npm >/dev/null; then npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --silent; fi
	$(BIN)/python -m pytest -m browser tests/browser -rs $(ARGS)

bench: setup ## measure what a sweep costs (ARGS: numbers of rows), a hostile one, DNSSEC, and a month of nights
	$(BIN)/python -m tests.bench $(ARGS)
	$(BIN)/python -m tests.bench_hostile
	$(BIN)/python -m tests.bench_dnssec
	$(BIN)/python -m tests.bench_history

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

lock: setup ## resolve pyproject.toml anew into the two lock files (UPGRADE=1: to the newest versions)
	$(PIP) install --quiet uv
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --output-file requirements.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group dev --group build \
		--constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove everything that was made here, except output/
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find checker tests -name __pycache__ -type d -prune -exec rm -rf {} +
