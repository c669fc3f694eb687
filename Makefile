# Every target makes its own set-up: .venv with the hash-pinned packages of requirements.lock.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= python3

export DAGSTER_HOME := $(CURDIR)
export DAGSTER_DISABLE_TELEMETRY := yes
# The sandbox's secrets are no secrets; they stand here as they would stand in a user's environment.
export P2C_SALES__CLIENT_SECRET ?= sandbox-secret-not-for-real-tenants
export P2C_SCM__CLIENT_SECRET ?= sandbox-secret-not-for-real-tenants

.PHONY: help setup demo dev run check test prove lock clean

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## make .venv and install what requirements.lock pins

$(STAMP): requirements.lock pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null || $(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@uv=$$(command -v uv || echo "$(BIN)/python -m uv"); \
	$$uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock && \
	$$uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## the whole chain on the built-in scenario, against both twins
	@$(BIN)/p2c demo

dev: $(STAMP) ## twins and the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/p2c dev

check: $(STAMP) ## formatting, lint, types, import contracts, definitions
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/pyright --pythonpath $(BIN)/python
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/dagster definitions validate

test: $(STAMP) ## the whole suite, offline
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not prove"

prove: $(STAMP) ## the costly proofs in full
	@$(BIN)/pytest -m prove

lock: ## resolve requirements.lock anew
	@$(BIN)/python -m uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --quiet -o requirements.lock

clean: ## forget everything that ran here
	rm -rf .p2c
