# One page of commands: `make` lists them. Everything a clone needs is installed by `make setup`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The lab makes network namespaces and mounts; as root, or through sudo where there is one.
ROOT := $(if $(filter 0,$(shell id -u)),,$(shell command -v sudo))
PACKAGES := $(shell sed -E '/\# tests:/d; s/\#.*//' system-packages.txt)
TEST_PACKAGES := $(shell sed -nE 's/\# tests:.*//p' system-packages.txt)
# A private pip configuration or a mirror may be set; nothing else of the caller's Python leaks in. Without
# compiled modules, each of the hundreds of commands that the tests run would compile the program again.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup system demo test check lint types bench lock messages clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.kit ## install what the program needs: Debian packages, virtual environment, pinned libraries

system: ## install the Debian packages listed in system-packages.txt that are missing
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing Debian packages:" $$missing >&2; \
	  if [ "$$(id -u)" != 0 ] && [ -z "$(ROOT)" ]; then \
	    echo "these packages need root: become root, or ask for: apt-get install" $$missing >&2; exit 2; fi; \
	  $(ROOT) apt-get update -qq && $(ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

$(VENV)/.kit: requirements/kit.txt pyproject.toml system-packages.txt | system
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/kit.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt system-packages.txt $(VENV)/.kit
	$(MAKE) --no-print-directory system PACKAGES="$(TEST_PACKAGES)"
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@

demo: setup ## equip one commune for real on this machine and print the proof; KEEP=1 leaves it running
	$(ROOT) $(BIN)/kit --home .demo demo $(if $(KEEP),--keep)

test: setup $(VENV)/.dev ## run all tests (root also runs those on lab laptops)
	$(ROOT) $(BIN)/python -m pytest -n auto --cov --cov-report=term $(ARGS)

check: setup $(VENV)/.dev lint types ## formatting, rules, types, layers

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	cd playbooks && $(abspath $(BIN))/ansible-lint --offline -q

types: $(VENV)/.dev
	$(BIN)/mypy

bench: setup $(VENV)/.dev ## measure what the issues promise, as ratios in one run
	$(ROOT) $(BIN)/python -m benchmarks $(ARGS)

messages: $(VENV)/.dev ## collect the strings for translators into kit/locale
	$(BIN)/python -m tests.messages update

lock: $(VENV)/.dev ## pin every library again, with hashes
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --extra build -o requirements/kit.txt
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml --extra build --extra dev -c requirements/kit.txt -o requirements/dev.txt

clean: ## remove the demo's state and the environment
	$(ROOT) rm -rf .demo
	rm -rf $(VENV)
