# The commands of the README. Everything they install or compile stays in .venv, everything they store in .data.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DEMO_LANGUAGE ?= en
WEB_CONCURRENCY ?= 3
PYTEST_ARGS ?=

# No caches of downloads in the home directory.
PIP_NO_CACHE_DIR ?= 1
UV_NO_CACHE ?= 1
export PIP_NO_CACHE_DIR UV_NO_CACHE

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench stop erase messages catalogue lock

help:
	@echo "make demo       the product with demo data on http://127.0.0.1:$(PORT)/ (PORT=..., DEMO_LANGUAGE=nl)"
	@echo "make test       the whole test suite (PYTEST_ARGS='-k forecast')"
	@echo "make lint       style, types, and the direction of imports"
	@echo "make bench      how fast the pages are"
	@echo "make stop       stop the embedded database server"
	@echo "make erase      stop everything and delete .venv, .data and what lies outside them, your data included"
	@echo "make messages   collect the translatable sentences and compile the catalogue"
	@echo "make catalogue  check that the catalogue is complete and compiled"
	@echo "make lock       choose the exact versions of all packages anew"

# PYTHON, else the first Python that is new enough. pyenv's python3 follows .python-version.
$(BIN)/python:
	@chosen=; \
	for candidate in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.14 python3.12); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then \
			chosen="$$candidate"; break; \
		fi; \
	done; \
	if [ -z "$$chosen" ]; then \
		echo "Python 3.12 or newer is needed: install python3.13 (or name it: make PYTHON=/path/to/python3.13)." >&2; exit 1; \
	fi; \
	if ! "$$chosen" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$chosen cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$chosen" --version)"; \
	"$$chosen" -m venv $(VENV)

# What this Python compiles, with whatever command, lies in .venv instead of beside the sources. Where it may write
# nothing (PYTHONDONTWRITEBYTECODE) it goes on reading what is already there.
$(VENV)/.bytecode: Makefile | $(BIN)/python
	@echo 'import sys; sys.dont_write_bytecode or setattr(sys, "pycache_prefix", sys.pycache_prefix or sys.prefix + "/cache/bytecode")' > \
		"$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/bytecode.pth"
	@touch $@

$(VENV)/.runtime: requirements.lock | $(VENV)/.bytecode
	@echo "Installing the packages of requirements.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.development: requirements.lock requirements-dev.lock | $(VENV)/.runtime
	@echo "Installing the packages of requirements-dev.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r requirements-dev.lock
	@touch $@

demo: export DEMO = 1
demo: export WEB_CONCURRENCY := $(WEB_CONCURRENCY)
demo: $(VENV)/.runtime
	@$(BIN)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT)))' 2>/dev/null || \
		{ echo "Port $(PORT) is taken by another program: choose another with make demo PORT=8001." >&2; exit 1; }
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo --language $(DEMO_LANGUAGE)
	@printf '\n  %s\n\n' "http://127.0.0.1:$(PORT)/"
	@printf '  %-24s %s\n' "sales@demo.example" "salesperson" "manager@demo.example" "manager" "admin@demo.example" "administrator"
	@printf '\n  %s\n\n' "The password of all three is: demo. Stop with Ctrl-C; make stop stops the database too."
	@mkdir -p .data/tmp
	@exec env TMPDIR="$(CURDIR)/.data/tmp" $(BIN)/gunicorn --bind 127.0.0.1:$(PORT) --log-level warning

test: $(VENV)/.development
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(PYTEST_ARGS)

# What mypy kept may still name a module with models that is gone: errors are told by a run without it.
lint: $(VENV)/.development
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djangofmt --check --quiet templates || { echo 'Run .venv/bin/djangofmt templates' >&2; exit 1; }
	@$(BIN)/mypy >/dev/null 2>&1 || { rm -rf $(VENV)/cache/mypy; $(BIN)/mypy; }
	@$(BIN)/lint-imports --cache-dir $(VENV)/cache/import_linter

bench: $(VENV)/.development
	@$(BIN)/python tests/bench/run.py

stop: $(VENV)/.runtime
	@$(BIN)/python -m salescrm.embedded stop

erase:
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m salescrm.embedded erase
	@rm -rf $(VENV) .data

messages: $(VENV)/.development
	@$(BIN)/python .ci/catalogue update

catalogue: $(VENV)/.development
	@$(BIN)/python .ci/catalogue check

# uv resolves for every platform at once, which pip cannot; it is not needed for anything else.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links
lock: $(VENV)/.development
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(LOCK) pyproject.toml --output-file requirements.lock
	@$(LOCK) --group pyproject.toml:dev --constraint requirements.lock --output-file requirements-dev.lock
