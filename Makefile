# run    train the bundled sample: the app in a terminal, a headless run through a pipe
# quick  the tests of the inner loop: no screens, no processes, few examples, few of many cases
# test   all tests, and the 20 slowest
# coverage  all tests, and the share of lines that they run, the kernels' as plain Python
# check  everything a change must pass; ends with the tests and their coverage
# lint   style, types, the direction of imports, plain English, how files are opened
# plain  the kernels as plain Python, not compiled
# bounds the kernels with every index checked, apart from those that are kept
# docs   build the pages in docs/ as a site, build/docs/index.html; a warning is an error
# wheel  build the wheel, install it in a clean environment, start it

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
TOOLS := .venv/.tools-ready

.PHONY: run quick test coverage check lint format docs wheel plain bounds clean

run: $(READY)
	@[ -t 1 ] || echo "w2vtui: starting to train the bundled sample" >&2
	@$(BIN)/python -m w2vtui

# Keeps what pytest compiles of the tests, which is a tenth of the time, as usual elsewhere.
quick: export PYTHONDONTWRITEBYTECODE =
quick: $(TOOLS)
	$(BIN)/python -m pytest -n 2 --dist worksteal --hypothesis-profile quick \
		-m "not slow and not process and not terminal"

test: $(TOOLS)
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 20

# Two at a time: each of the four keeps about one core busy. `coverage` runs what `plain` does.
check: $(TOOLS)
	$(MAKE) --jobs 2 --output-sync lint docs wheel bounds
	$(MAKE) coverage

# Tracing makes the tests half as slow again.
coverage: $(TOOLS)
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n 2 tests/kernels --cov --cov-append --cov-report=
	$(BIN)/coverage report --fail-under 80

plain: $(TOOLS)
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest tests/kernels

bounds: $(TOOLS)
	NUMBA_BOUNDSCHECK=1 W2VTUI_CACHE_DIR=$(CURDIR)/build/bounds $(BIN)/python -m pytest tests/kernels

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/check_imports.py
	$(BIN)/python tools/check_english.py
	$(BIN)/python tools/check_opens.py
	$(BIN)/python tools/page_blocks.py build/examples
	$(BIN)/mypy --allow-untyped-defs --allow-untyped-calls --check-untyped-defs build/examples

docs: $(TOOLS)
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --doctree-dir build/doctrees docs build/docs

format: $(TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(TOOLS)
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m build --wheel --outdir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check build/wheel/*.whl
	cd build/wheel && venv/bin/w2vtui --version
	cd build/wheel && venv/bin/w2vtui --epochs 1 < /dev/null

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
		found=$$($(PYTHON) --version 2>&1) || found="there is no $(PYTHON)"; \
		echo "w2vtui: Python 3.11 or later is needed ($$found):" \
			"install one, or name it as in make run PYTHON=python3.12" >&2; \
		exit 1; \
	}
	@$(PYTHON) tools/install.py
	@touch $@

$(TOOLS): $(READY)
	@$(PYTHON) tools/install.py tools
	@touch $@

clean:
	rm -rf .venv build dist
