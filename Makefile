# Needs CPython >= 3.11 with pip and venv, git and make. Everything else is installed below.

PYTHON ?= python3
UV_VERSION := 0.13.9
MELTANO_VERSION := 4.4.1
TARGET_POSTGRES_VERSION := 0.8.1

UV := .tools/bin/uv
MELTANO := .tools/meltano/bin/meltano
AIRFLOW := .tools/airflow/bin/airflow
TARGET_POSTGRES := .tools/target-postgres/bin/target-postgres
RUN := $(UV) run --locked --no-sync

export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON := $(PYTHON)

# As pip installs it. Else each of the many processes that are started here compiles all it imports.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

PEERS := $(patsubst benchmarks/peers/%.txt,.tools/bench/%/installed,$(wildcard benchmarks/peers/*.txt))

.PHONY: demo test lint types tests deployment lowest newest audit bench generate hub wheel clean

demo: .venv/installed $(MELTANO)  ## The real pipeline against the simulator, twice
	$(RUN) python -m tap_acton.demo --meltano $(MELTANO)

test: lint types tests  ## All checks

lint: .venv/installed
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) hadolint Containerfile
	$(RUN) deptry .

types: .venv/installed
	$(RUN) mypy tap_acton cdata tests benchmarks

tests: .venv/installed
	$(RUN) coverage erase
	UV=$(abspath $(UV)) $(RUN) coverage run -m pytest -n 2 --ignore tests/deployment
	$(RUN) coverage combine -q
	$(RUN) coverage report

deployment: .venv/installed $(MELTANO) $(AIRFLOW) $(TARGET_POSTGRES)  ## The tap in the programs that run it, with real targets, on several hosts
	MELTANO=$(abspath $(MELTANO)) AIRFLOW=$(abspath $(AIRFLOW)) UV=$(abspath $(UV)) \
	  TARGET_POSTGRES=$(abspath $(TARGET_POSTGRES)) $(RUN) pytest -n 2 --dist loadfile tests/deployment

lowest: RESOLVE := --resolution lowest-direct
newest: RESOLVE := --prerelease allow
lowest newest: $(UV)  ## Tests with the lowest versions that pyproject.toml allows, or the newest
	$(UV) venv --quiet --clear .tools/$@
	$(UV) pip install --quiet --python .tools/$@ $(RESOLVE) --editable . --group test --group demo
	.tools/$@/bin/python -m pytest -n 2 tests/unit tests/singer tests/sql

audit: $(UV)  ## Known weaknesses of the locked versions, as api.osv.dev has them
	$(UV) audit --locked --preview-features audit-command

# URL=… CONFIG=… reads that server instead of simulated ones; LONG=1, SAVE=1, ARGS="ceiling --latency 800".
bench: .venv/installed .tools/bench/tap-acton/installed $(PEERS)  ## Speed, cost and limits, beside other programs: docs/performance.md
	$(RUN) python -m benchmarks $(if $(URL),--url $(URL)) $(if $(CONFIG),--config $(CONFIG)) \
	  $(if $(LONG),--long) $(if $(SAVE),--save) $(ARGS)
	$(if $(SAVE),$(RUN) python -m tests.generated)

generate: .venv/installed  ## The parts of files that are made from the code
	$(RUN) python -m tests.generated

hub: .venv/installed  ## docs/meltano-hub.yml, the plugin's definition for MeltanoHub
	$(RUN) python -m tests.generated_plugin

wheel: $(UV)  ## dist/*.whl
	$(UV) build --quiet

clean:
	rm -rf .tools .venv .meltano plugins output dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

.venv/installed: pyproject.toml uv.lock $(UV)
	$(UV) sync --quiet --locked --group dev
	touch $@

.tools/bench/tap-acton/installed: pyproject.toml uv.lock $(UV)
	UV_PROJECT_ENVIRONMENT=$(@D) $(UV) sync --quiet --locked --no-dev
	touch $@

.tools/bench/%/installed: benchmarks/peers/%.txt $(UV)
	$(UV) venv --quiet --allow-existing .tools/bench/$*
	$(UV) pip sync --quiet --python .tools/bench/$*/bin/python $<
	touch $@

$(MELTANO): $(UV)
	$(UV) venv --quiet --allow-existing .tools/meltano
	$(UV) pip install --quiet --python .tools/meltano/bin/python 'meltano[postgres]==$(MELTANO_VERSION)'

$(AIRFLOW): examples/airflow/requirements.txt $(UV)
	$(UV) venv --quiet --allow-existing .tools/airflow
	$(UV) pip sync --quiet --python .tools/airflow/bin/python $<
	touch $@

$(TARGET_POSTGRES): $(UV)
	$(UV) venv --quiet --allow-existing .tools/target-postgres
	$(UV) pip install --quiet --python .tools/target-postgres/bin/python \
	  meltanolabs-target-postgres==$(TARGET_POSTGRES_VERSION)

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet uv==$(UV_VERSION)
