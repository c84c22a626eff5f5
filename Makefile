# `make demo` sets everything up and runs the main job; `make test` sets everything up and passes the tests.
# Needs Python 3.11+, make and a network.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
TORCH ?=  # a version, e.g. ==2.13.0, where the registry would bring a GPU build

.PHONY: demo trials test test-all test-backends lint format bench clean

demo: $(VENV)/.demo
	$(BIN)/unify demo $(DEMO)

# Up to a quarter of an hour each on two cores. The pictures of blood cells are no part of this repository.
trials: $(VENV)/.demo
	for each in digits_low digits_high digits_vhigh driving_two driving_five; do \
	  $(BIN)/unify trial trials/$$each || exit 1; \
	done
	if [ -d ../shared/data/blood ]; then $(BIN)/unify trial trials/blood; else echo "trials/blood: no pictures"; fi

test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow"

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest

# The losses on Keras's other two backends, in an environment of their own.
test-backends: $(VENV)-backends/.done
	for backend in jax torch; do \
	  KERAS_BACKEND=$$backend $(VENV)-backends/bin/python -m pytest tests/train/losses -p no:cacheprovider || exit 1; \
	done

$(VENV)-backends/.done: pyproject.toml
	$(PYTHON) -m venv $(VENV)-backends
	$(VENV)-backends/bin/python -m pip install --quiet --editable . \
	  jax jaxlib "torch$(TORCH)" keras pytest pytest-timeout hypothesis
	@touch $@

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

# Ratios against other tools; UNIFY_INTEROP_PYTHON names the Python of an environment that has them.
bench: $(VENV)/.dev
	for each in startup write compile memory json plan reader loss labeling; do \
	  $(BIN)/python -m tests.benchmarks.bench_$$each || exit 1; \
	done

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(VENV)-backends $(DEMO)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "unify needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[train,report]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[all,dev]'
	@# Without its dependencies: one of them would install a second TensorFlow over the first.
	$(BIN)/python -m pip install --quiet --no-deps 'keras-hub>=0.32,<0.33' regex tokenizers
	@touch $@ $(VENV)/.demo
