# SPDX-License-Identifier: GPL-3.0-or-later
# As root: `make demo` shows the whole on two test PBXs, `make test` proves it. Both install what is missing.
SHELL := /bin/bash
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/queue-failover
KEY := $(shell sha256sum requirements-dev.txt | cut -c1-12)
VENV := $(CACHE)/venv-$(KEY)
BIN := $(VENV)/bin
PBX := molecule/pbx/pbx
DEMO := pbx-asterisk16 16 pbx-asterisk22 22
export PATH := $(BIN):$(PATH)
export CONTAINERS_CONF := $(CURDIR)/molecule/pbx/containers.conf

.PHONY: help demo test lint unit molecule pbx-tests safety fleet chaos matrix docs bench bench-fleet clean tools

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: tools ## start two test PBXs, deploy twice, place real calls, print where they landed
	@$(PBX) up $(DEMO)
	@tests/demo

test: lint unit docs molecule pbx-tests ## linters, unit tests, the site, molecule with testinfra, all else on both PBXs

lint: tools ## ansible-lint (production profile), yamllint, ruff, Python 3.6 syntax
	@tests/step 'ruff' ruff check --quiet . tests/matrix/run molecule/control/doors
	@tests/step 'yamllint' yamllint --strict .
	@tests/step 'Python 3.6 syntax (vermin)' vermin --quiet --no-tips --target=3.6- --violations library module_utils
	@tests/step 'ansible-lint, production profile' ansible-lint -q

unit: tools ## unit tests of the pure part, no PBX needed
	@pytest --quiet tests/unit

molecule: tools ## both test PBXs from nothing to fail-over, twice, looked at with testinfra
	@$(PBX) build 16 22
	@tests/step 'molecule: create, converge, idempotence, verify, destroy' molecule test

pbx-tests: tools ## modules, lifecycle and real calls on both test PBXs
	@$(PBX) build 16 22
	@tests/on-pbxs

safety: tools ## all of the tests that break things on purpose, of which `make test` runs a part
	@$(PBX) build 16 22
	@pytest --quiet tests/reliability tests/safety
	@pytest --quiet tests/rights
	@pytest --quiet tests/bad_input

fleet: tools ## a rollout over six test PBXs: waves, failures, PBXs out of reach, the retry file
	@$(PBX) build 16 22
	@pytest --quiet tests/fleet

chaos: tools ## breaks 210 deploys off and shows that the next run mends each; writes build/chaos.json
	@$(PBX) build 16 22
	@python3 tests/chaos/chaos.py

matrix: tools ## the molecule scenario, ansible-test sanity and ansible-doc with each ansible-core; writes build/matrix.json
	@tests/matrix/run

docs: tools ## the site, into build/site; every warning is an error
	@tests/docs

bench: tools ## what a deploy and a routed call cost; writes build/bench.json
	@$(PBX) build 16 22
	@python3 bench/routes_check.py
	@python3 bench/run.py

bench-fleet: tools ## what a deploy of PBXS (30) PBXs costs against pings; writes build/bench-fleet.json and a plot
	@$(PBX) build 16
	@python3 bench/fleet.py --pbxs $(or $(PBXS),30)

clean: ## remove the test PBXs and build/
	@$(PBX) down --all
	@rm -rf build

tools: $(VENV)/.complete

$(VENV)/.complete: requirements-dev.txt molecule/pbx/install-tools
	@molecule/pbx/install-tools
	@echo 'Installing the Python tools (about a minute, once)'
	@python3 -m venv $(VENV)
	@$(BIN)/pip install --quiet --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@
