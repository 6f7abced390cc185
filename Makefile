# Set-up is done once, and again only when pyproject.toml or constraints.txt changes.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# The build of an editable install warns at length of something that is meant.
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip --disable-pip-version-check
DEV := .[dev,judge,pdf,postgres]
WORKSPACE ?= .workspace

.DEFAULT_GOAL := run
.PHONY: run test test-browser lint bench lock tools

# Open Afterword in the browser; a new workspace starts with the sample data in it.
run: $(VENV)/.run $(VENV)/.warm
	$(BIN)/afterword serve --workspace $(WORKSPACE) --sample sample_data $(ARGS)

# Lint, then every test, browser journeys and PostgreSQL included where they can be had.
test:
	@$(MAKE) --no-print-directory -j 2 tools $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 lint $(VENV)/.warm
	$(BIN)/pytest -ra -n 2 --dist loadfile tests $(ARGS)

# The browser journeys alone.
test-browser: $(VENV)/.dev $(VENV)/.warm tools
	$(BIN)/pytest -ra tests/browser $(ARGS)

# Style, format and types; changes nothing.
lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Measure speed and memory; the figures depend on the machine and decide nothing.
bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

# Resolve every dependency anew, in a clean environment, into constraints.txt.
lock:
	rm -rf $(VENV)-lock
	$(call make_venv,$(VENV)-lock)
	$(VENV)-lock/bin/python -m pip install --quiet '$(DEV)'
	{ echo "# Made by 'make lock' from pyproject.toml. Do not edit."; \
	  $(VENV)-lock/bin/python -m pip freeze | grep -v '^afterword ' | sed 's/+cpu$$//'; } > constraints.txt
	rm -rf $(VENV)-lock build

# Debian's Chromium, PostgreSQL and Prometheus, which tests drive; without leave to install them those tests skip and say so.
tools:
	@missing=""; \
	command -v chromium >/dev/null || missing="chromium"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v prometheus >/dev/null || missing="$$missing prometheus"; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then as=""; elif sudo -n true 2>/dev/null; then as="sudo"; else as="none"; fi; \
	if [ "$$as" = none ] || ! command -v apt-get >/dev/null; then \
	  echo "Not installed, and no leave to install: $$missing. The tests that need it will be skipped."; exit 0; fi; \
	echo "Installing for the tests: $$missing"; \
	{ $$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
	  apt-get install -y -qq --no-install-recommends $$missing >/dev/null; } || \
	  echo "Could not install: $$missing. The tests that need it will be skipped."

# Debian ships Python without ensurepip unless python3-venv is installed; its own pip can then fill the environment.
define make_venv
$(PYTHON) -m venv $(1) 2>/dev/null || { $(PYTHON) -m venv --clear --without-pip $(1) && \
	  $(PYTHON) -m pip --quiet --python $(1)/bin/python install pip; }
endef

$(BIN)/python:
	$(call make_venv,$(VENV))

# By pip one file after the other is compiled; some packages carry templates that are no Python.
define install
$(PIP) install --quiet --no-compile -c constraints.txt -e $(1)
@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true
endef

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,'$(DEV)')
	@touch $@ $(VENV)/.run

# What the first map would wait for two minutes for: the model as a quick graph and as word vectors, and the compiled
# functions of its fit.
$(VENV)/.warm: $(VENV)/.run
	@$(BIN)/python -c 'from analysis.topics import export, fit; export.quantised(); export.static(); fit.warm_up()' \
	  >/dev/null 2>&1 || echo "Could not prepare for maps of topics; the first one will take longer."
	@touch $@
