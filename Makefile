# Set-up and every check of gdkit. `make demo` and `make test` need Python 3.11+ and make; they install the rest
# into .venv, from the lock file, out of the registry that your pip is configured for.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# uv does not read pip's configuration: hand it over, so that an internal registry is used here too.
INDEX := $(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null)
ifneq ($(INDEX),)
export UV_DEFAULT_INDEX ?= $(INDEX)
endif

.PHONY: help demo test oracle oldest-moto docs lint lab bench lock setup clean

help:
	@echo "make demo    investigate a theft in a simulated account and print the path of the report"
	@echo "make test    run all tests, the notebooks among them; those in a browser where chromium is installed"
	@echo "make oracle  compare IAM decisions with a second opinion (needs node and npm)"
	@echo "make oldest-moto  test the simulated account on the oldest moto that is allowed"
	@echo "make docs    write the generated pages of docs/ anew"
	@echo "make lint    ruff, mypy --strict, stripped notebooks"
	@echo "make lab     JupyterLab on a sample theft; ARGS=--simulated for a whole simulated account"
	@echo "make bench   measure against peers, printed as ratios; SEARCH='--events 1000000 --memory' for more"
	@echo "make lock    write requirements.lock anew from pyproject.toml"

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gdkit needs Python 3.11 or newer; $(PYTHON) is older. Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "gdkit: installing into $(VENV) from requirements.lock (once; a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/gdkit demo

test: $(READY)
	@$(BIN)/python -m pytest -n auto --dist loadgroup
	@$(BIN)/python -m pytest -o addopts="" -W default --nbval-lax --nbval-current-env notebooks

oracle: $(READY)
	@cd tests/policy/oracle && npm ci --silent --no-audit --no-fund
	@GDKIT_REQUIRE_ORACLE=1 $(BIN)/python -m pytest -q tests/policy/test_oracle.py tests/policy/test_proof_oracle.py

OLDEST_MOTO := $(shell sed -n 's/.*moto\[server\]>=\([0-9.]*\),.*/\1/p' pyproject.toml)

oldest-moto: $(READY)
	@$(BIN)/uv pip install --quiet --no-deps --target $(VENV)/oldest-moto "moto==$(OLDEST_MOTO)"
	@PYTHONPATH=$(VENV)/oldest-moto $(BIN)/python -c "import moto; assert moto.__version__ == '$(OLDEST_MOTO)'"
	@PYTHONPATH=$(VENV)/oldest-moto $(BIN)/python -m pytest -q -n auto --dist loadgroup tests/simulator

docs: $(READY)
	@$(BIN)/python -m gdkit.permissions > docs/permissions.md
	@$(BIN)/python -m gdkit.origin.weighing_page > docs/weighing.md
	@$(BIN)/python -m gdkit.response.steps_page docs
	@$(BIN)/python -m gdkit.training.page > docs/tabletop.md

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

lab: $(READY)
	@$(BIN)/gdkit lab $(ARGS)

bench: $(READY)
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.search $(SEARCH)
	@$(BIN)/python -m bench.objects $(OBJECTS)
	@$(BIN)/python -m bench.archive $(ARCHIVE)
	@$(BIN)/python -m bench.athena $(ATHENA)
	@$(BIN)/python -m bench.startup
	@$(BIN)/python -m bench.notebooks

lock:
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet "uv>=0.5"; }
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) build demo demo-* lab-*
