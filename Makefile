# Two commands: `make demo` opens a working portal, `make test` proves it. Python ≥ 3.11 and pip are enough.
PY ?= python3
PORT ?= 8000
BIN := .venv/bin
# Processes that share the tests, file by file, each with its own servers: two where the machine has
# two cores, 0 for pytest alone. In order: the files with few tests are the long ones, never last.
WORKERS ?= $(shell $(PY) -c 'import os; print(2 if (os.cpu_count() or 1) > 1 else 0)')
MEMBERS := core cli $(wildcard plugins/*)
PROJECTS := $(addsuffix /pyproject.toml,$(MEMBERS))

.DEFAULT_GOAL := help
.PHONY: help install demo demo-clean test check proofs bench lock

help:  ## Dire ce que l'on peut faire ici
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/.ready  ## Installer dans .venv ; la commande est .venv/bin/ribambelle

.venv/.ready: requirements.lock $(PROJECTS)
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Ribambelle demande Python 3.11 ou plus récent : make PY=python3.11")'
	@test -x $(BIN)/python || $(PY) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation $(addprefix -e ./,$(MEMBERS))
	@touch $@

demo: install  ## Ouvrir les portails de démonstration (PORT=8000)
	@PORT=$(PORT) $(BIN)/ribambelle demo

demo-clean: install  ## Oublier les données de démonstration
	@$(BIN)/ribambelle demo --forget

# A machine may forbid compiled files; the commands that the tests run a hundred times want them.
unexport PYTHONDONTWRITEBYTECODE

test: check  ## Tout vérifier, sauf les preuves longues (WORKERS=0 : un seul processus)
	$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: install
	$(BIN)/ruff check -q .
	$(BIN)/ruff format -q --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# It asks for another typer than the command does: a place of its own, made for the long proofs alone.
.venv-clients/.ready: tests/clients/requirements.lock
	@test -x .venv-clients/bin/python || $(PY) -m venv .venv-clients
	.venv-clients/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

proofs: install .venv-clients/.ready  ## Les preuves longues : coupures, isolement complet, appels inventés
	$(BIN)/python -m pytest -m slow

bench: install  ## Mesurer : pages, communes, démarrage, commissions
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

lock:  ## Refaire requirements.lock (demande l'outil uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package ribambelle-core requirements.in $(PROJECTS) -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package ribambelle-core -c requirements.lock deploy/requirements.in $(PROJECTS) -o deploy/requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package ribambelle-core -c requirements.lock deploy/requirements.in $(PROJECTS) --extra traces -o deploy/traces.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements.lock benchmarks/requirements.in -o benchmarks/requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header tests/clients/requirements.in -o tests/clients/requirements.lock
