# Everything a newcomer needs: `make run` and `make test` do all set-up themselves.
#
#   make run                              a broker of its own, a scene, and what a subscriber hears of it
#   make run SOURCE=mic                   the same with the real microphone
#   make run SOURCE=wav:/path/x.wav BROKER=mqtt://host:1883
#   make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV ?= .venv
SOURCE ?=
BROKER ?=

BUILD := .build
BIN := $(VENV)/bin
DEVICE := $(BUILD)/device
comma := ,

# A microphone needs PyAudio, which needs a compiler; a scene or a file needs neither.
WANTS_MIC := $(filter mic,$(firstword $(subst :, ,$(SOURCE))))
RUN_EXTRAS := demo$(if $(WANTS_MIC),$(comma)mic)
DEV_EXTRAS := demo,dev,mic,soundscape,training,watch

export PYTHON SOURCE BROKER
# Debian keeps mosquitto in a folder that is on no plain user's path.
export PATH := $(PATH):/usr/sbin:/sbin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL := -m pip install --quiet

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test test-device test-slow test-boot chaos soak fuzz deb lint lint-ruff lint-format lint-types lint-imports bench clean machine

help: ## Say what can be made
	@sed -nE 's/^([a-z][a-z-]*):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: NEEDS = python $(if $(BROKER),,broker) $(WANTS_MIC)
run: $(VENV)/.with-$(RUN_EXTRAS) machine ## Hear a scene, show what a subscriber receives [SOURCE=mic|wav:PATH] [BROKER=mqtt://host:port]
	@$(BIN)/python deploy/demo/run.py $${SOURCE:+--source "$$SOURCE"} $${BROKER:+--broker "$$BROKER"}

test: NEEDS = python broker mic sound speech
test: machine lint test-device ## Lint, test the built wheel as a device has it, then test everything
	@echo "== every test, on this checkout"
	@$(BIN)/pytest

# What a device gets: the wheel and no extra, in an environment where nothing else ever was.
test-device: NEEDS = python broker speech
test-device: machine ## Build the wheel and test it alone in a fresh environment [PYTHON=python3.13]
	@echo "== the wheel alone, in a fresh environment ($$($(PYTHON) --version))"
	@rm -rf $(DEVICE) $(BUILD)/wheel
	@$(PYTHON) -m venv $(DEVICE)
	@$(DEVICE)/bin/python -m pip wheel --quiet --no-deps --wheel-dir $(BUILD)/wheel .
	@$(DEVICE)/bin/python $(PIP_INSTALL) "$$(ls $(BUILD)/wheel/*.whl)[test]"
	@$(DEVICE)/bin/pytest tests/unit/daemon

test-slow: NEEDS = python broker mic sound
test-slow: $(VENV)/.with-$(DEV_EXTRAS) machine ## Run the tests that wait long for what may not happen
	@$(BIN)/pytest -m slow

chaos: NEEDS = python broker mic sound
chaos: $(VENV)/.with-$(DEV_EXTRAS) machine ## Kill broker and daemon, fill the disk, set the clock: is anything lost? [CHAOS_KILLS=20] [CHAOS_SEED=n]
	@$(BIN)/pytest tests/integration -m chaos

soak: NEEDS = python broker
soak: $(VENV)/.with-$(DEV_EXTRAS) machine ## Hear a week of sound as fast as it goes: does anything grow? [SOAK_AUDIO_HOURS=168]
	@$(BIN)/pytest tests/soak -m soak

FUZZ_SECONDS ?= 600
FUZZ ?=

fuzz: NEEDS = python
fuzz: $(VENV)/.with-$(DEV_EXTRAS),fuzz machine ## Throw what nobody thought of at whatever reads a file [FUZZ_SECONDS=600] [FUZZ="config outbox"]
	@PYTHONPATH=tests/support $(BIN)/python tests/fuzz/fuzz.py $(FUZZ_SECONDS) $(FUZZ)

# Booting takes root; what it needs of Debian is fetched once, into .build/boot.
test-boot: NEEDS = python mic broker sound deb boot
test-boot: deb $(VENV)/.with-$(DEV_EXTRAS) ## Build the packages and try them in a booted Debian and on an emulated Pi (root) [COMPRESSION=none]
	@$(BIN)/pytest tests/boot -m boot

DEBIAN ?= 12 13
ARCHITECTURE ?= amd64 arm64
COMPRESSION ?= xz
UNPACKED := uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball

deb: NEEDS = python deb
deb: machine ## Build the packages into dist/ [DEBIAN="12 13"] [ARCHITECTURE="amd64 arm64"] [COMPRESSION=none]
	@test -x $(BUILD)/packer/bin/pip || $(PYTHON) -m venv $(BUILD)/packer
	@rm -f dist/*.deb
	@for debian in $(DEBIAN); do for architecture in $(ARCHITECTURE); do \
		$(BUILD)/packer/bin/python deploy/debian/build.py --debian $$debian --architecture $$architecture --compression $(COMPRESSION) || exit; \
	done; done
	@lintian --fail-on error,warning --allow-root $(if $(filter none,$(COMPRESSION)),--suppress-tags $(UNPACKED)) dist/*.deb

lint: lint-ruff lint-format lint-types lint-imports ## Every check that needs no running code; pre-commit and CI run the same

lint-ruff: $(VENV)/.with-$(DEV_EXTRAS)
	@$(BIN)/ruff check .

lint-format: $(VENV)/.with-$(DEV_EXTRAS)
	@$(BIN)/ruff format --check .

lint-types: $(VENV)/.with-$(DEV_EXTRAS)
	@$(BIN)/mypy daemon training tests deploy/demo deploy/debian

lint-imports: $(VENV)/.with-$(DEV_EXTRAS)
	@$(BIN)/lint-imports --no-logo

bench: NEEDS = python broker
bench: $(VENV)/.with-demo,test machine ## Print the costs, as ratios to YAMNet on the same core
	@$(BIN)/python tests/bench/bench.py

clean: ## Remove what was made: the environment, builds, caches
	rm -rf $(VENV) $(BUILD) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find daemon training tests deploy -name __pycache__ -prune -exec rm -rf {} +

# The set-up: what the machine must have, then a stamp per set of extras. What stands is not
# installed again until pyproject.toml changes.

NEEDS = python mic

$(VENV)/.with-%: pyproject.toml | machine
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "Installing soundpost[$*] into $(VENV)$(if $(findstring training,$*), (TensorFlow is large: some minutes))"
	@$(BIN)/python $(PIP_INSTALL) --editable '.[$*]'
	@touch $@

machine:
	@deploy/apt-packages.sh $(NEEDS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "soundpost needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -1)."; \
		echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.13"; exit 1; }
