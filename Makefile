# Every verb works on a bare checkout: it first brings what it needs, and says what it does.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
# What `make check` looks at; a path that does not exist yet is left out.
SOURCES = $(wildcard src tests benchmarks verify scripts)
SQL = $(wildcard src)
TEMPLATES = $(shell find src -name '*.html' -print -quit 2>/dev/null)
# What doors ask of a database is asked by the rooms' own tests too.
DOORS = api board citizen cli console flows portal web
CHECKS := check-format check-lint check-types check-imports check-sql check-templates \
	check-translations check-content

.PHONY: demo serve test test-database check bench fuzz new-methodology lock help ready ready-dev mode $(CHECKS)

demo: ready mode ## Everything from a bare checkout to a lively demo city on 127.0.0.1:$(PORT)
	@exec $(BIN)/tanhui demo --port $(PORT)

serve: ready ## Only the server, on the database and the settings of the environment
	@exec $(BIN)/tanhui serve --port $(PORT)

test: ready-dev mode ## The whole test suite
	@bash scripts/browser
	@TANHUI_MODE=test exec $(BIN)/pytest -n auto --dist loadfile $(ARGS)

test-database: ready-dev ## The tests that need PostgreSQL alone, on DATABASE_URL; without those that kill it
	@TANHUI_MODE=test exec $(BIN)/pytest -m "database and not crash" $(DOORS:%=--ignore=tests/%) -n auto --dist loadfile $(ARGS)

check: ready-dev ## Format, lint, types, import contracts, SQL, templates, translations, content
	@failed=; for name in $(CHECKS); do \
		echo "== $${name#check-}"; \
		TANHUI_MODE=test $(MAKE) $$name || failed="$$failed $${name#check-}"; \
	done; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi

bench: ready-dev ## The benchmarks: ratios measured side by side, also in var/bench.json
	@TANHUI_MODE=demo exec $(BIN)/python -m benchmarks $(ARGS)

new-methodology: ready ## A commented draft: NAME=… [PATH_=citizen|project|event|tool] [FIELD=…]
	@$(BIN)/tanhui content new "$(NAME)" --path "$(or $(PATH_),citizen)" --field "$(FIELD)"

fuzz: ready-dev ## Spoil the library's documents for MINUTES=10; report cases and faults
	@bash scripts/fuzz "$(or $(MINUTES),10)" "$(or $(SEED),0)"

lock: ready ## Resolve pyproject.toml anew into the two lock files
	@bash scripts/lock

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

ready:
	@bash scripts/bootstrap requirements.lock

ready-dev:
	@bash scripts/bootstrap requirements-dev.lock

# A checkout that is tried out is a demo, also for later commands; `serve` never assumes that.
mode:
	@if [ -z "$${TANHUI_MODE:-}" ] && [ ! -e var/mode ]; then echo demo >var/mode; fi

check-format:
	@$(BIN)/ruff format --check $(SOURCES)

check-lint:
	@$(BIN)/ruff check $(SOURCES)

check-types:
	@$(BIN)/mypy

check-imports:
	@if [ -f .importlinter ] || grep -q '^\[tool.importlinter' pyproject.toml; then \
		$(BIN)/lint-imports; else echo "no import contracts yet"; fi

check-sql:
	@$(BIN)/sqlfluff lint --config scripts/sqlfluff.cfg --processes 2 --disable-progress-bar $(SQL)

check-templates:
	@if [ -n "$(TEMPLATES)" ]; then $(BIN)/djlint --lint --quiet src; else echo "no templates"; fi

check-translations:
	@if [ -f src/tanhui/web/translations.py ]; then \
		$(BIN)/python -m tanhui.web.translations check; else echo "no translations yet"; fi

check-content:
	@if [ -f src/tanhui/cli/main.py ]; then \
		$(BIN)/tanhui content check; else echo "no command line yet"; fi
