# One command each, on a machine that has only Python 3.11, 3.12 or 3.13. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/pytest -q
# Airflow starts many processes: without compiled bytecode each costs half a minute.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR)/include:$(CURDIR)/plugins
.DEFAULT_GOAL := help
.PHONY: help install run ui test check bench lock clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

install: .venv/.installed ## only the set-up: .venv beside this file, the `leadmill` command in it

run: .venv/.installed ## one whole night on the sample, through real Airflow; prints the funnel
	@$(BIN)/python -m leadmill_airflow.standalone run

ui: .venv/.installed ## Airflow at 127.0.0.1:8080 with the sample loaded; Ctrl-C stops it
	@$(BIN)/python -m leadmill_airflow.standalone ui

test: .venv/.tested ## every test, long suites in their short form
	$(PYTEST) -n 2 --dist loadfile -m "not slow and not bench"

check: .venv/.tested ## format, lint, types, import rules, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

bench: .venv/.tested ## ratio benchmarks, table printed, results kept
	$(PYTEST) -s -m bench tests/benchmarks

lock: .venv/.tested ## write constraints.txt anew from pyproject.toml and requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --no-header pyproject.toml -o constraints.txt

clean: ## remove what can be made again; .leadmill (your leads) stays
	rm -rf .venv .airflow .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build include/*.egg-info
	find dags plugins include tests -name __pycache__ -type d -prune -exec rm -rf {} +

# uv resolves and installs in a third of the time; where it cannot reach an index that pip is set up for, pip does it.
define install
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -c constraints.txt $(1) 2>/dev/null \
	  || { echo "uv could not; pip takes over (slower)."; $(BIN)/pip install --quiet -c constraints.txt $(1); }
	@touch $@
endef

.venv/.installed: requirements.txt constraints.txt pyproject.toml | .venv/.made
	@echo "Installing into .venv (a few minutes the first time) ..."
	$(call install,-r requirements.txt -e .)

.venv/.tested: .venv/.installed
	$(call install,-e '.[dev]')

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) is missing. Install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), Leadmill needs 3.11, 3.12 or 3.13. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) lacks the module venv or ensurepip. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet -c constraints.txt uv
	@touch $@
