# Two commands for everybody: `make demo` and `make test`. Both set everything up by themselves.
# Needed: Python 3.11 or newer, make, and a package registry.

SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.muslin-ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary
TORCH := $(shell grep '^torch==' requirements.lock)

.PHONY: demo test check format starter reference lock clean

demo: $(READY)  ## The whole way, from the sample shoot to pictures
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/demo.sh

test: $(READY)  ## All tests
	@$(BIN)/python -m pytest -q

check: $(READY)  ## What has to be clean before a commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_sizes.py
	$(BIN)/python -m pytest -q

format: $(READY)  ## Put the code in its usual shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

starter: $(READY)  ## Train the starter network again; see starter/README.md
	$(BIN)/python -m starter $(ARGS)

reference: $(READY)  ## Write docs/reference anew from the code, and the figures from the benchmarks
	$(BIN)/python scripts/make_reference.py
	$(BIN)/python -m scripts.make_tables

lock: $(READY)  ## Write requirements.lock from what is installed in .venv
	$(BIN)/python scripts/make_lock.py

clean:  ## Remove the environment and everything that the demo made
	rm -rf .venv demo

# torch goes first: everything after it must accept the torch that is there.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Muslin needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON); the first time takes some minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) $(TORCH)
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@
