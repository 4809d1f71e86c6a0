# Needs python3 (3.11 or later) with venv, and make. Everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The stamps carry pyproject.toml's checksum: while it stays the same, nothing below touches the network.
KEY := $(shell cksum < pyproject.toml | cut -d ' ' -f 1)
RUNTIME := $(VENV)/.runtime-$(KEY)
DEV := $(VENV)/.dev-$(KEY)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The build backend is installed first and used without isolation, so that a reinstall works offline too.
BACKEND := hatchling>=1.27

.PHONY: run test test-slow test-versions soak soak-short check audit bench golden docs clean

run: $(RUNTIME)
	$(BIN)/python -m simulator run

test: $(DEV)
	$(BIN)/python -m pytest -n 2 -m "not slow and not soak"

test-slow: $(DEV)
	$(BIN)/python -m pytest -n 2 -m "slow and not soak"

# The oldest allowed dependencies on Python 3.11, the newest on 3.13, where those are here.
test-versions: | $(BIN)/python
	$(BIN)/python -m tests.versions

# An hour of a window in use, its traced and its resident memory in two processes; then 20,000 damaged files.
soak: $(DEV)
	SOAK_S=3600 $(BIN)/python -m pytest -n 2 -s -m soak tests/soak
	FUZZ_CASES=20000 $(BIN)/python -m pytest -n 2 -m "not slow" tests/scenario/test_fuzz.py

soak-short: $(DEV)
	SOAK_S=120 $(BIN)/python -m pytest -n 2 -s -m soak tests/soak

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(DEV)
	$(BIN)/python -m simulator validate --markdown > docs/validation.md.part
	mv docs/validation.md.part docs/validation.md

# Renews on purpose what the tests compare with: reference times and pictures, what the README shows of commands.
golden: $(DEV)
	RENEW_GOLDEN=1 $(BIN)/python -m pytest -q -m "not slow" tests/test_repeatability.py tests/view/test_picture.py tests/test_cli.py

bench: $(DEV)
	$(BIN)/python -m tests.benchmarks

# Asks the network whether a known weakness stands in what is installed; see SECURITY.md.
audit: $(DEV)
	$(BIN)/python -m pip_audit --skip-editable --progress-spinner off

clean:
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-newest build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "lightpace needs Python 3.11 or later, and there is no '$(PYTHON)' here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "lightpace needs Python 3.11 or later, and $(PYTHON) is %d.%d: name another one with make PYTHON=python3.12." % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(BIN)/python
	$(PIP) install '$(BACKEND)'
	$(PIP) install --no-build-isolation --editable .
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEV): | $(BIN)/python
	$(PIP) install '$(BACKEND)'
	$(PIP) install --no-build-isolation --editable '.[dev]'
	@rm -f $(VENV)/.runtime-* $(VENV)/.dev-* && touch $(RUNTIME) $@
