# One word each: `make demo` shows it at work, `make test` checks it. Needs Python 3.11 or newer, make and git.
# `make PYTHON=python3.12 test` takes another Python; `make demo ARGS=--keep` hands options on.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait for their servers half of the time, so two more than there are cores. Files are handed out in their order,
# in which short unit tests come last: by number of tests, the longest files would be last and alone.
WORKERS ?= $(shell expr $$(nproc) + 2)
LOCK_OPTIONS := --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Whoever forbids bytecode has every test worker, and every program that a test starts, compile the sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test soak lint bench quality compatibility audit sbom lock docs screenshots wheel dist man deb clean

help:
	@echo "make demo      simulate a hotel, run every job on it, show alerts and a report"
	@echo "make test      lint, then all tests, on all cores"
	@echo "make soak      attack a hotel for ten minutes, compare it with an undisturbed twin (needs faketime); ARGS=--minutes=3"
	@echo "make lint      ruff, import-linter, mypy"
	@echo "make bench     measure: start-up, statements, time and memory"
	@echo "make quality   measure detection on the held-out simulated hotels; ARGS=tune takes those for tuning, ARGS=public public sales"
	@echo "make compatibility  run the tests of store, commands and drills on every PostgreSQL found; ARGS=--few takes CI's few"
	@echo "make audit     ask OSV for known vulnerabilities of the locked packages (needs the network)"
	@echo "make sbom      write the software bill of materials of a release into dist/"
	@echo "make docs      generate docs/settings.md, docs/commands.md and crontab.example"
	@echo "make screenshots  take screenshots of the reports of a simulated hotel into .screenshots (needs Chromium, poppler-utils; libreoffice-calc)"
	@echo "make wheel     build the package into dist/"
	@echo "make dist      build wheel and source archive, and check what a package index would refuse"
	@echo "make man       write the man pages into dist/man/"
	@echo "make deb       build a Debian package for this machine's release into dist/"
	@echo "make lock      pin all dependencies again (ARGS=--upgrade takes newer ones)"
	@echo "make clean     remove what these made"

demo: $(VENV)/.runtime
	@$(BIN)/minibar-ml demo $(ARGS)

test: lint
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

soak: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python tests/drills/soak.py $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(VENV)/.runtime
	@$(BIN)/python -m bench $(ARGS)

quality: $(VENV)/.runtime
	@$(BIN)/python -m quality $(ARGS)

compatibility: $(VENV)/.dev
	@$(BIN)/python docs/compatibility.py $(ARGS)

# 75: the database of vulnerabilities could not be asked, which says nothing about the packages.
audit: $(VENV)/.dev
	@$(BIN)/python docs/vulnerabilities.py $(ARGS)

sbom: $(VENV)/.runtime
	@$(BIN)/python docs/sbom.py

docs: $(VENV)/.runtime
	$(BIN)/python docs/generate.py

screenshots: $(VENV)/.dev
	$(BIN)/python docs/screenshots.py

# pip fetches what builds; nothing that the program needs is installed.
wheel: | $(BIN)/python
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

dist: $(VENV)/.dev
	@$(BIN)/python -m build --outdir dist .
	@$(BIN)/python -m twine check --strict dist/*.whl dist/*.tar.gz

man: $(VENV)/.dev
	@$(BIN)/python docs/man.py

deb: wheel man
	@packaging/debian dist/minibar_ml-*.whl

# With the oldest Python that we support: what it needs, the newer ones can install too.
lock: $(VENV)/.dev
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| { echo "make lock needs Python 3.11, the oldest supported: make clean, then make PYTHON=python3.11 lock" >&2; exit 1; }
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile $(LOCK_OPTIONS) $(ARGS) \
		--extra demo --output-file requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile $(LOCK_OPTIONS) $(ARGS) \
		--extra demo --extra cluster --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile $(LOCK_OPTIONS) $(ARGS) \
		--extra public --constraint requirements-dev.lock --output-file requirements-public.lock pyproject.toml

# A server that `make demo ARGS=--keep` left running is stopped first.
clean:
	@pid=$$(head -n 1 .demo/pgdata/postmaster.pid 2>/dev/null) && grep -qa "$(CURDIR)/.demo" /proc/$$pid/cmdline \
		&& kill -INT $$pid && sleep 2 || true
	rm -rf $(VENV) .demo .quality .screenshots dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps stand in the environment itself: without it there is nothing to be up to date.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "minibar-ml needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) can't make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing what requirements.lock pins ..."
	@$(BIN)/python -m pip install --quiet --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "installing what requirements-dev.lock pins ..."
	@$(BIN)/python -m pip install --quiet --requirement requirements-dev.lock
	@touch $@
