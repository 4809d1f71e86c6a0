# Needs python3 (3.11 or later) with venv, and make. Everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The stamps carry pyproject.toml's checksum: while it stays the same, nothing below touches the network.
KEY := $(shell cksum < pyproject.toml | cut -d ' ' -f 1)
BUILDER := $(VENV)/.builder-$(KEY)
RUNTIME := $(VENV)/.runtime-$(KEY)
DEV := $(VENV)/.dev-$(KEY)
DOCS := $(VENV)/.docs-$(KEY)
# The kernel's stamp carries the checksum of what it is compiled from, and where a C compiler is.
KERNEL := $(VENV)/.kernel-$(shell (cat simulator/physics/kernel.py simulator/physics/kernel.pxd hatch_build.py; command -v cc gcc clang) | cksum | cut -d ' ' -f 1)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The build backend is installed first and used without isolation, so that a reinstall works offline too.
BACKEND := 'cython>=3.1,<4' 'hatchling>=1.27' 'hatch-fancy-pypi-readme>=24.1' 'setuptools>=77'

.PHONY: run test test-slow test-versions soak soak-short mutants check audit bench golden pictures docs links validation owner clean

run: $(RUNTIME) $(KERNEL)
	$(BIN)/python -m simulator run

test: $(DEV) $(KERNEL)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not soak"

test-slow: $(DEV) $(KERNEL)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow and not soak"

# The oldest allowed dependencies on Python 3.11, the newest on 3.13, where those are here.
test-versions: | $(BIN)/python
	$(BIN)/python -m tests.versions

# An hour of a window in use, its traced and its resident memory in two processes; then 20,000 damaged files of every kind.
soak: $(DEV) $(KERNEL)
	SOAK_S=3600 MALLOC_ARENA_MAX=1 $(BIN)/python -m pytest -n 2 -s -m soak tests/soak
	FUZZ_CASES=20000 $(BIN)/python -m pytest -n 2 tests/scenario/test_fuzz.py tests/faults/test_damaged_files.py

soak-short: $(DEV) $(KERNEL)
	SOAK_S=120 MALLOC_ARENA_MAX=1 $(BIN)/python -m pytest -n 2 -s -m soak tests/soak

# Small faults in physics, gaps, schedule and recording: the tests have to notice each. SAMPLE=40: so many in each area.
SAMPLE ?= 0
mutants: $(DEV) $(KERNEL)
	test -x $(VENV)-mutants/bin/python || $(PYTHON) -m venv $(VENV)-mutants
	$(VENV)-mutants/bin/python -m pip --disable-pip-version-check --quiet install 'cosmic-ray>=8.7,<9'
	$(VENV)-mutants/bin/python -m tests.mutants --python $(BIN)/python --sample $(SAMPLE)

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The README's pictures and film, as they are drawn now.
FILM := $(BIN)/python -m simulator film --force
OF_RAIL := --presenting --camera rail --size 1152x648 --fps 10
pictures: $(DEV) $(KERNEL)
	mkdir -p build
	$(FILM) breaking4 $(OF_RAIL) --from 1:40.2 --to 1:40.3 -o build/window%d.png && mv build/window1.png docs/window.png
	$(FILM) breaking4 $(OF_RAIL) --from 2:21.6 --to 2:21.7 -o build/lost%d.png && mv build/lost1.png docs/light-lost.png
	$(FILM) breaking4 $(OF_RAIL) --from 4:09.4 --to 4:09.5 -o build/finish%d.png && mv build/finish1.png docs/finish.png
	$(FILM) stories/breaking4 --from 1:08 --to 2:09 --size 640x360 --fps 10 -o docs/film.webp

# The site in build/docs; a link within it that leads nowhere is an error. `make links` tries those to other sites, too.
docs: $(DOCS)
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs

links: $(DOCS)
	$(BIN)/python -m sphinx -q -b linkcheck docs build/links

# docs/validation.md, as `lightpace validate` has it now.
validation: $(DEV) $(KERNEL)
	$(BIN)/python -m simulator validate --markdown > docs/validation.md.part
	mv docs/validation.md.part docs/validation.md

# `make owner OWNER=name` puts in who publishes it, wherever the project's address is needed.
owner:
	@test "$(origin OWNER)" = "command line" || { echo "Say who publishes it: make owner OWNER=name" >&2; exit 1; }
	git grep -lE 'OWNER(@users|/lightpace|\.github\.io/lightpace)' -- . ':!Makefile' ':!tests' | xargs perl -pi -e 's{OWNER(?=@users|/lightpace|\.github\.io/lightpace)}{$(OWNER)}g'

# Renews on purpose what the tests compare with: reference times and pictures, what the README shows of commands.
golden: $(DEV) $(KERNEL)
	RENEW_GOLDEN=1 $(BIN)/python -m pytest -q -m "not slow" tests/test_repeatability.py tests/view/test_picture.py tests/test_cli.py tests/test_first_steps.py

bench: $(DEV) $(KERNEL)
	$(BIN)/python -m tests.benchmarks

# Asks the network whether a known weakness stands in what is installed; see SECURITY.md.
audit: $(DEV)
	$(BIN)/python -m pip_audit --skip-editable --progress-spinner off

clean:
	rm -f simulator/physics/_kernel_*
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-newest $(VENV)-mutants build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "lightpace needs Python 3.11 or later, and there is no '$(PYTHON)' here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "lightpace needs Python 3.11 or later, and $(PYTHON) is %d.%d: name another one with make PYTHON=python3.12." % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(BUILDER): | $(BIN)/python
	$(PIP) install $(BACKEND)
	@rm -f $(VENV)/.builder-* && touch $@

$(RUNTIME): | $(BUILDER)
	$(PIP) install --no-build-isolation --editable .
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEV): | $(BUILDER)
	$(PIP) install --no-build-isolation --editable '.[dev]'
	@rm -f $(VENV)/.runtime-* $(VENV)/.dev-* && touch $(RUNTIME) $@

$(DOCS): | $(BUILDER)
	$(PIP) install --no-build-isolation --editable '.[docs]'
	@rm -f $(VENV)/.docs-* && touch $@

# Installing has compiled it already, and then this only looks. Without a compiler it prints one line, once.
$(KERNEL): | $(BUILDER)
	@$(BIN)/python hatch_build.py
	@rm -f $(VENV)/.kernel-* && touch $@
