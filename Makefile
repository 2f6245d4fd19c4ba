# What a person does with this project, one word each. Needs make and Python 3.11 or newer.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench migrate openapi lint types imports yaml containers \
	campaign-seats campaign-stampede campaign-import campaign-lists campaign-document campaign-mail \
	campaign-agenda campaign-timetable campaign-exchange campaign-programme campaign-documents \
	calendar-truth

# Dozens of processes are started by tests: each would compile the program anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev
PROCESSES ?= 3
EXAMPLES ?= 100
HISTORIES ?= 2000

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 20

run: $(RUNTIME) ## Serve everything, with the reference meeting in a new database
	@exec $(PYTHON) -m app serve

test: $(DEV) ## Run all tests, and those of schema and races on an installed PostgreSQL 15 too
	$(PYTHON) -m pytest -q -n $(PROCESSES)
	$(PYTHON) tools/installed_postgres.py $(PYTHON) -m pytest -q -n $(PROCESSES) \
		tests/contract/test_schema.py tests/panels/test_confirmed_slots.py \
		tests/registrations/test_races.py

check: lint types imports yaml containers openapi ## Check style, types, directions, API document

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy

imports: $(DEV)
	$(BIN)/lint-imports
	$(BIN)/deptry .

yaml: $(DEV)
	$(BIN)/yamllint --strict .

containers: $(DEV)
	$(BIN)/hadolint docker/Dockerfile

openapi: $(DEV) ## Check the OpenAPI document and a client made from it
	$(PYTHON) tools/openapi/check.py

campaign-seats: $(DEV) ## Play thousands of random histories of seats against a model
	SEAT_HISTORIES=$(HISTORIES) $(PYTHON) -m tests.registrations.campaign

campaign-stampede: $(DEV) ## Let 500 clients register at the same moment, at three processes
	$(PYTHON) -m bench.stampede

campaign-import: $(DEV) ## Preview and import 10,000 people, with the time and memory that it takes
	$(PYTHON) -m tests.registrations.imports_measure

campaign-lists: $(DEV) ## List, filter, search and export a meeting of 20,000 registrations
	$(PYTHON) -m tests.lists.measure

campaign-timetable: $(DEV) ## Check the laws of timetables on thousands of random agendas, and their speed
	$(PYTHON) -m tests.agenda.timetable_campaign

campaign-document: $(DEV) ## Send every operation a hundred cases and more, with both seeds
	SCHEMATHESIS_EXAMPLES=$(EXAMPLES) $(PYTHON) -m pytest -q tests/contract/test_schemathesis.py

campaign-documents: $(DEV) ## Take 100 MB in and out of a server that is killed, and play races
	$(PYTHON) -m tests.documents.campaign
	$(PYTHON) -m tests.documents.races

campaign-mail: $(DEV) ## Send a thousand mails through faults, killing the worker three times
	$(PYTHON) -m tests.mail.campaign

campaign-agenda: $(DEV) ## Edit agendas of 1,000 items, and send bad ones, with the time that it takes
	$(PYTHON) -m tests.agenda.campaign

campaign-exchange: $(DEV) ## Take in a day of 125 sessions and a conference of 770, check and retime
	$(PYTHON) -m tests.exchange.campaign

campaign-programme: $(DEV) ## Set every paper in six languages, measure it, and draw its pages
	$(PYTHON) -m tests.programme.campaign

calendar-truth: $(DEV) ## Read calendar objects of 400 zones with parsers of other makers
	$(PYTHON) -m tests.calendar.truth

bench: $(DEV) ## Measure, and write bench/results and docs/performance.md
	$(PYTHON) -m bench

migrate: $(RUNTIME) ## Bring the database to this program's schema
	@$(PYTHON) -m app migrate

# The stamps hold the hash of the lock file: touching the lock, or a fresh checkout of the same
# one, installs nothing. What `dev.lock` installs includes what `runtime.lock` does.
$(RUNTIME): requirements/runtime.lock tools/environment.sh
	@sh tools/environment.sh $(VENV) requirements/runtime.lock $@

$(DEV): requirements/dev.lock tools/environment.sh
	@sh tools/environment.sh $(VENV) requirements/dev.lock $@
