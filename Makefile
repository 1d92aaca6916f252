# `make` lists the targets. Each does all of its own set-up, in .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PAGE := src/spinelift/web/page/built/index.html
PAGE_SOURCES := $(shell find editor -name node_modules -prune -o -type f -print)
NODE_PACKAGES := editor/node_modules/.package-lock.json
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix editor --no-update-notifier
KERNEL_SOURCES := $(wildcard src/spinelift/*/native/*)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run samples test check fix bench lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(READY) $(PAGE)  ## the whole system with a demo project, on http://127.0.0.1:8000
	$(BIN)/spinelift serve --demo --port 8000 --data build/data

samples: $(READY)  ## draw the sample art, mesh it, print the table
	$(BIN)/python -m spinelift.samples build/samples
	$(BIN)/spinelift mesh build/samples --layout build/samples/layout.json -o build/spine --preview build/preview.png

test: $(READY) $(PAGE) $(NODE_PACKAGES)  ## run all tests
	$(NPM) test
	$(BIN)/python -m pytest -n auto
	$(BIN)/python -m tests.postgres_server pytest -n auto tests/web

check: $(READY) $(NODE_PACKAGES)  ## formatting, lint, types, architecture
	$(NPM) run check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)  ## format, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## quality and speed; CORPUS=DIR adds real art with its pairs.json, ARGS=... more
	$(BIN)/python -m bench $(if $(CORPUS),--corpus $(CORPUS)) $(ARGS)

lock:  ## resolve the dependencies anew (wants uv)
	$(LOCK) --group build -o requirements/build.txt
	$(LOCK) pyproject.toml --extra service --extra telemetry --extra web --group dev -o requirements/dev.txt
	$(LOCK) pyproject.toml --extra service --extra telemetry -c requirements/dev.txt -o requirements/service.txt
	$(LOCK) pyproject.toml --extra web -c requirements/dev.txt -o requirements/web.txt
	echo ziglang | $(LOCK) - -o requirements/compiler.txt

LOCK = uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links

clean:  ## remove everything that was made
	rm -rf .venv build dist editor/node_modules $(dir $(PAGE)) src/spinelift/*/_kernel.*

# The first time, the install of the package has built it.
$(PAGE): $(PAGE_SOURCES) | $(READY)
	$(BIN)/python hatch_build.py

$(NODE_PACKAGES): editor/package-lock.json | $(READY)
	$(NPM) ci --ignore-scripts --no-audit --no-fund
	touch $@

# Zig, 90 MB, is a C++ compiler from PyPI for machines that have none.
$(READY): pyproject.toml hatch_build.py $(wildcard requirements/*.txt) $(KERNEL_SOURCES)
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("SpineLift needs Python 3.11 to 3.13; make PYTHON=python3.12 chooses one")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --require-hashes --no-build-isolation -r requirements/dev.txt
	for name in c++ g++ clang++; do command -v $$name && exit; done; test -n "$$CXX" || $(PIP) install --require-hashes -r requirements/compiler.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $(READY)
