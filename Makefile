# One command for each thing a person does here. `make` alone says which.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STUDY ?= example-study

.DEFAULT_GOAL := help
.PHONY: help install run test check format clean

help:
	@echo "make run      set up what is missing and open the app on the example study"
	@echo "make install  set up what is missing"
	@echo "make check    lint, types, imports"
	@echo "make test     every test"
	@echo "make format   put the code into shape"
	@echo "make clean    take the virtual environment and the example study away"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt tests/requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m pip install --quiet --no-deps --constraint constraints.txt --requirement tests/requirements.txt
	@touch $@ $(VENV)/.installed

install: $(VENV)/.installed

run: $(VENV)/.installed
	$(BIN)/coding demo $(STUDY)
	$(BIN)/coding review $(STUDY)/study.sqlite

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --cov --cov-report=term

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(STUDY)
