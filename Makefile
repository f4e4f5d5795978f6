# Everything a newcomer needs: `make run` and `make test` do all set-up themselves.
#
#   make run                              a broker of its own, a scene, and what a subscriber hears of it
#   make run SOURCE=mic                   the same with the real microphone
#   make run SOURCE=wav:/path/x.wav BROKER=mqtt://host:1883
#   make test PYTHON=python3.13 VENV=.venv-3.13
#   make test LOCKED=no                   the newest of every library, instead of what requirements/ names

PYTHON ?= python3
VENV ?= .venv
SOURCE ?=
BROKER ?=

BUILD := .build
BIN := $(VENV)/bin
DEVICE := $(BUILD)/device
PACKER := $(BUILD)/packer/.ready

# A microphone needs PyAudio, which needs a compiler; a scene or a file needs neither.
WANTS_MIC := $(filter mic,$(firstword $(subst :, ,$(SOURCE))))

# The sets that can be installed, each with the extras that it stands for: .with-SET is its stamp,
# requirements/SET.txt its lock file.
EXTRAS_demo := demo
EXTRAS_dev := demo,dev,mic,soundscape,training,watch
EXTRAS_fuzz := fuzz
EXTRAS_mic := mic
EXTRAS_test := test
LOCKED ?= yes

export PYTHON SOURCE BROKER LOCKED
# Debian keeps mosquitto in a folder that is on no plain user's path.
export PATH := $(PATH):/usr/sbin:/sbin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
DEV := $(VENV)/.with-dev
# What the set `dev` needs of the machine: two of its libraries have no wheel for Linux.
DEV_NEEDS := python build mic
# Of a check that is run by itself, a test that is skipped has failed.
PYTEST_ALONE := $(BIN)/pytest --no-skips

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test test-device test-newest test-slow test-boot test-bare lock chaos soak fuzz deb lint lint-ruff lint-format lint-types lint-imports bench clean machine

help: ## Say what can be made
	@sed -nE 's/^([a-z][a-z-]*):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: NEEDS = python $(if $(BROKER),,broker) $(WANTS_MIC)
run: $(VENV)/.with-demo $(if $(WANTS_MIC),$(VENV)/.with-mic) machine ## Hear a scene, show what a subscriber receives [SOURCE=mic|wav:PATH] [BROKER=mqtt://host:port]
	@$(BIN)/python deploy/demo/run.py $${SOURCE:+--source "$$SOURCE"} $${BROKER:+--broker "$$BROKER"}

test: NEEDS = $(DEV_NEEDS) broker sound speech tls
test: machine lint test-device ## Lint, test the built wheel as a device has it, then test everything
	@echo "== every test, on this checkout"
	@$(BIN)/pytest

# What a device gets: the wheel and no extra, in an environment where nothing else ever was.
test-device: NEEDS = python broker speech tls
test-device: $(PACKER) machine ## Build the wheel and test it alone in a fresh environment [PYTHON=python3.13]
	@echo "== the wheel alone, in a fresh environment ($$($(PYTHON) --version))"
	@rm -rf $(DEVICE) $(BUILD)/wheel
	@$(BUILD)/packer/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir $(BUILD)/wheel .
	@deploy/python-packages.sh $(DEVICE) test $(EXTRAS_test) $(BUILD)/wheel/*.whl
	@$(DEVICE)/bin/pytest tests/unit/daemon

test-newest: ## Test with the newest release of every library instead of the locked ones
	@rm -rf .venv-newest .build/newest
	@$(MAKE) --no-print-directory test LOCKED=no VENV=.venv-newest BUILD=.build/newest

test-slow: NEEDS = $(DEV_NEEDS) broker sound tls
test-slow: $(DEV) machine ## Run the tests that wait long for what may not happen
	@$(PYTEST_ALONE) -m slow

chaos: NEEDS = $(DEV_NEEDS) broker sound tls
chaos: $(DEV) machine ## Kill broker and daemon, fill the disk, set the clock: is anything lost? (root) [CHAOS_KILLS=20] [CHAOS_SEED=n]
	@$(PYTEST_ALONE) tests/integration -m chaos

soak: NEEDS = $(DEV_NEEDS) broker
soak: $(DEV) machine ## Hear a week of sound as fast as it goes: does anything grow? [SOAK_AUDIO_HOURS=168]
	@$(PYTEST_ALONE) tests/soak -m soak

FUZZ_SECONDS ?= 600
FUZZ ?=

fuzz: NEEDS = $(DEV_NEEDS)
fuzz: $(DEV) $(VENV)/.with-fuzz machine ## Throw what nobody thought of at whatever reads a file [FUZZ_SECONDS=600] [FUZZ="config outbox"]
	@PYTHONPATH=tests/support $(BIN)/python tests/fuzz/fuzz.py $(FUZZ_SECONDS) $(FUZZ)

# Booting takes root; what it needs of Debian is fetched once, into .build/boot.
test-boot: NEEDS = $(DEV_NEEDS) broker sound deb boot
test-boot: machine deb $(DEV) ## Build the packages and try them in a booted Debian and on an emulated Pi (root) [COMPRESSION=none]
	@$(PYTEST_ALONE) tests/boot -m boot

BARE ?= run test

test-bare: NEEDS = python bare
test-bare: machine ## Make these as a newcomer does, in a Debian that has git and make alone (root) [DEBIAN="12 13"] [BARE="run test"]
	@for debian in $(DEBIAN); do tests/bare/bare.sh $$debian $(BARE) || exit; done

DEBIAN ?= 12 13
ARCHITECTURE ?= amd64 arm64
COMPRESSION ?= xz
UNPACKED := uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball

deb: NEEDS = python deb
deb: $(PACKER) machine ## Build the packages into dist/ [DEBIAN="12 13"] [ARCHITECTURE="amd64 arm64"] [COMPRESSION=none]
	@rm -f dist/*.deb
	@for debian in $(DEBIAN); do for architecture in $(ARCHITECTURE); do \
		$(BUILD)/packer/bin/python deploy/debian/build.py --debian $$debian --architecture $$architecture --compression $(COMPRESSION) || exit; \
	done; done
	@lintian --fail-on error,warning --allow-root $(if $(filter none,$(COMPRESSION)),--suppress-tags $(UNPACKED)) dist/*.deb

lint: lint-ruff lint-format lint-types lint-imports ## Every check that needs no running code; pre-commit and CI run the same

lint-ruff: $(DEV)
	@$(BIN)/ruff check .

lint-format: $(DEV)
	@$(BIN)/ruff format --check .

lint-types: $(DEV)
	@$(BIN)/mypy daemon training tests deploy/demo deploy/debian

lint-imports: $(DEV)
	@$(BIN)/lint-imports --no-logo

bench: NEEDS = python broker
bench: $(VENV)/.with-demo $(VENV)/.with-test machine ## Print the costs, as ratios to YAMNet on the same core
	@$(BIN)/python tests/bench/bench.py

UPGRADE ?=

lock: machine ## Resolve requirements/*.txt again from pyproject.toml [UPGRADE=yes for newer releases]
	@test -x $(BUILD)/uv/bin/pip || $(PYTHON) -m venv $(BUILD)/uv
	@$(BUILD)/uv/bin/python -m pip install --quiet --upgrade uv
	@requirements/lock.sh $(abspath $(BUILD))/uv/bin/uv $(if $(UPGRADE),--upgrade)

clean: ## Remove what was made: the environments, builds, caches
	rm -rf $(VENV) .venv-newest $(BUILD) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find daemon training tests deploy -name __pycache__ -prune -exec rm -rf {} +

# The set-up: what the machine must have, then a stamp per set. What stands is not installed again
# until pyproject.toml or the set's lock file changes.

NEEDS = $(DEV_NEEDS)

$(VENV)/.with-%: pyproject.toml requirements/%.txt | machine
	@deploy/python-packages.sh $(VENV) $* $(EXTRAS_$*)
	@touch $@

# Builds the wheel.
$(PACKER): requirements/build.txt | machine
	@test -x $(@D)/bin/pip || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

machine:
	@deploy/apt-packages.sh $(NEEDS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "soundpost needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -1)."; \
		echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.13"; exit 1; }
