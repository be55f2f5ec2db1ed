# Each target sets up what it needs on a bare machine with Python 3.11 and pip.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test test-slow check examples benchmarks

setup: .venv/ready

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch .venv/ready

demo: setup
	$(BIN)/minipublic demo --out demo_run

test: setup
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: setup
	$(BIN)/python -m pytest -n 2 -m slow

# mypy wants the package under its own name, wherever the checkout lies.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	mkdir -p build/types && ln -sfn "$(CURDIR)" build/types/minipublic
	cd build/types && ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache \
	  -p minipublic.models -p minipublic.personas -p minipublic.graphs -p minipublic.evaluators -p minipublic.simulation
	$(BIN)/lint-imports

examples: setup
	$(BIN)/python examples/run_all.py

benchmarks: setup
	$(BIN)/python benchmarks/calls.py
	$(BIN)/python benchmarks/scale.py
