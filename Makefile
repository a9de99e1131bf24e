# Every target sets up what it needs, in .dayshift/, and only once.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

KEPT := .dayshift
VENV := $(KEPT)/venv
BIN := $(VENV)/bin
DEV := $(VENV)/.installed
EMULATOR := $(KEPT)/venv-emulator/.installed
VISION := $(KEPT)/venv-vision/.installed
PROVIDER := $(KEPT)/venv-provider/.installed
MODELS := $(KEPT)/models/.fetched
CHECKOV := $(KEPT)/venv-checkov/.installed
HOST_ARCH := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)
WORKER := dist/dayshift-worker-$(HOST_ARCH).zip
TERRAFORM := $(CURDIR)/tools/terraform
TEST_DATA := $(CURDIR)/$(KEPT)/terraform/test
PYTEST := $(BIN)/python -m pytest
SIDE_BY_SIDE := -n auto --maxprocesses 4

ENV ?= dev
ARCH ?= arm64
WEEKS ?= 500
STATE_BUCKET ?=
STATE_REGION ?= $(shell sed -n 's/^region *= *"\(.*\)".*/\1/p' terraform/envs/$(ENV).tfvars 2>/dev/null)

# tools/terraform stands for terraform everywhere, also where python-terraform starts it.
export PATH := $(CURDIR)/tools:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-16s %s\n", $$1, $$2} /^##@ /{printf "\n%s\n", substr($$0, 5)}' $(MAKEFILE_LIST)

##@ Use it
.PHONY: setup package worker-package demo demo-fleet up up-fleet down
setup: $(DEV) ## Make the development environment (.dayshift/venv, with the dayshift command)

package: ## Build dist/dayshift.zip, the package of the Lambda functions
	@"$$(tools/find-python)" build.py

worker-package: $(DEV) ## Build dist/dayshift-worker-$(ARCH).zip, what the workers of a face_fleet have besides (ARCH=arm64 or x86_64)
	@$(BIN)/python build.py --worker $(ARCH)

demo: $(DEV) $(EMULATOR) $(VISION) package ## Show the whole pipeline on this machine: no AWS account, no Docker
	@$(BIN)/python -m local.demo

demo-fleet: $(DEV) $(EMULATOR) $(VISION) package $(WORKER) ## Show workers that come with the images and go without them, on this machine
	@$(BIN)/python -m local.demo_fleet

up: $(DEV) $(EMULATOR) $(VISION) package ## Start AWS on this machine and deploy to it (then: dayshift --env local …)
	@$(BIN)/python -m local up

up-fleet: $(DEV) $(EMULATOR) $(VISION) package $(WORKER) ## The same with a fleet of workers (then: dayshift --env local-fleet …)
	@$(BIN)/python -m local up-fleet

down: $(DEV) ## Stop what `make up` and `make up-fleet` started
	@$(BIN)/python -m local down

##@ Deploy it (ENV=dev|staging|prod STATE_BUCKET=<bucket of the Terraform state>)
.PHONY: plan apply destroy
plan: initialised ## Show what would change
	@$(IN_ENV) plan -input=false -var-file=envs/$(ENV).tfvars

apply: initialised ## Show what would change, ask, and change it
	@$(IN_ENV) apply -var-file=envs/$(ENV).tfvars

destroy: initialised ## Show what would go, ask, and remove it
	@$(IN_ENV) destroy -var-file=envs/$(ENV).tfvars

IN_ENV = TF_DATA_DIR=$(CURDIR)/$(KEPT)/terraform/$(ENV) $(TERRAFORM) -chdir=terraform

.PHONY: named initialised
named:
	@case "$(ENV)" in local | local-*) false ;; esac || { echo 'ENV must be an environment in AWS, for example ENV=dev; "local" is what make up is for' >&2; exit 2; }
	@test -f "terraform/envs/$(ENV).tfvars" || { echo 'ENV must name a file in terraform/envs, for example ENV=dev; got "$(ENV)"' >&2; exit 2; }
	@test -n "$(STATE_BUCKET)" || { echo 'STATE_BUCKET must name the bucket of the Terraform state, for example STATE_BUCKET=my-terraform-state' >&2; exit 2; }
	@test -n "$(STATE_REGION)" || { echo 'STATE_REGION must be the Region of the state bucket, for example STATE_REGION=eu-west-1' >&2; exit 2; }

initialised: named package
	@$(IN_ENV) init -input=false -reconfigure -backend-config=bucket=$(STATE_BUCKET) \
		-backend-config=key=dayshift/$(ENV).tfstate -backend-config=region=$(STATE_REGION) >/dev/null

##@ Check it
.PHONY: test check lint types unit property world soak contract terraform-test plan-test checkov mutants browser e2e bench bench-power fmt
test: lint types unit property world contract terraform-test plan-test checkov mutants browser e2e ## Everything below, as CI does
check: test

lint: $(DEV) ## Style of Python and Terraform
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(TERRAFORM) fmt -check -diff -recursive terraform

types: $(DEV) ## Types of Python (mypy --strict)
	$(BIN)/mypy

unit: $(DEV) $(MODELS) ## Unit tests
	$(PYTEST) $(SIDE_BY_SIDE) tests/unit

property: $(DEV) ## Property tests
	$(PYTEST) $(SIDE_BY_SIDE) tests/property

world: $(DEV) ## A model of AWS in which the real services run: every single fault, random stories, ten years of troubles
	$(PYTEST) $(SIDE_BY_SIDE) tests/world
	@cat $(KEPT)/soak.txt

soak: $(DEV) ## The same for WEEKS=10000 weeks, beside the order of calls of the system that this replaces
	$(BIN)/python -m tests.world.soak --weeks $(WEEKS)

contract: $(DEV) $(PROVIDER) ## The seams between Python, Terraform and the zip, and to the service outside
	$(PYTEST) tests/contract

terraform-test: package ## terraform validate and terraform test, on mocks
	@TF_DATA_DIR=$(TEST_DATA) $(TERRAFORM) -chdir=terraform init -backend=false -input=false >/dev/null
	TF_DATA_DIR=$(TEST_DATA) $(TERRAFORM) -chdir=terraform validate
	TF_DATA_DIR=$(TEST_DATA) $(TERRAFORM) -chdir=terraform test

plan-test: $(DEV) $(CHECKOV) package ## Plans of the real provider against what they must hold
	$(PYTEST) $(SIDE_BY_SIDE) tests/terraform

checkov: $(CHECKOV) ## Security scan of the configuration, at its most and its least (reports: .dayshift/checkov*.sarif)
	@$(SCAN) --output-file-path console,$(KEPT)/checkov.sarif
	@$(SCAN) --output-file-path console,$(KEPT)/checkov-least.sarif --var-file terraform/examples/pipeline.tfvars

SCAN = $(KEPT)/venv-checkov/bin/checkov --config-file .checkov.yaml --output cli --output sarif

mutants: $(DEV) package ## The failures of the system that this replaces, put back: each must be noticed
	$(PYTEST) $(SIDE_BY_SIDE) tests/mutants

browser: $(DEV) ## The web page in a real Chromium, before a small API that does what each test wants
	$(PYTEST) -n auto --maxprocesses 2 --dist loadfile tests/browser

e2e: $(DEV) $(EMULATOR) $(VISION) package $(WORKER) ## The zip, deployed by Terraform, on the local AWS
	$(PYTEST) -n 2 --dist loadfile tests/e2e

bench: $(DEV) $(MODELS) package $(WORKER) ## Benchmarks
	$(BIN)/python -m bench

bench-power: $(DEV) ## What a model's running time costs, beside the best there could be and beside other policies
	$(BIN)/python -m bench.power

fmt: $(DEV) ## Format Python and Terraform
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(TERRAFORM) fmt -recursive terraform

##@ Keep it
.PHONY: lock clean
lock: ## Pin the newest versions the .in files allow, with hashes (needs uv)
	@$(PIN) --python-version 3.13 --output-file lambda_src/requirements-worker.txt lambda_src/requirements-worker.in
	@for name in lambda_src/requirements requirements-dev requirements-checkov local/requirements-emulator local/requirements-vision local/requirements-provider; do \
		$(PIN) --python-version 3.11 --output-file $$name.txt $$name.in || exit 1; \
	done

PIN = uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
	--no-emit-find-links

clean: ## Remove everything that was generated; only the sources stay
	@test -z "$(wildcard $(KEPT)/local*/connection.json)" || test ! -x $(BIN)/python || $(BIN)/python -m local down
	rm -rf $(KEPT) dist demo-results .hypothesis .mypy_cache .ruff_cache .pytest_cache
	find . -path ./.git -prune -o \( -name __pycache__ -o -name '*.egg-info' -o -name .terraform \) -prune -exec rm -rf {} +
	find terraform -name '.terraform.lock.hcl' -delete

# One environment per job, each rebuilt when its list changes: MiniStack and checkov pin a boto3 of their own.
define environment
	@echo "making $(@D) from $< (once)"
	@rm -rf $(@D)
	@mkdir -p $(KEPT)
	@"$$(tools/find-python)" -m venv $(@D)
	@$(@D)/bin/python -m pip install -qq --no-input --require-hashes --requirement $<
endef

$(VENV)/.requirements: requirements-dev.txt
	$(environment)
	@touch $@

# The package itself, editable: gives the dayshift command. No network: the build backend is in requirements-dev.txt.
$(DEV): $(VENV)/.requirements pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-input --no-build-isolation --no-deps --editable .
	@touch $@

$(EMULATOR): local/requirements-emulator.txt
	$(environment)
	@touch $@

$(VISION): local/requirements-vision.txt
	$(environment)
	@touch $@

$(PROVIDER): local/requirements-provider.txt
	$(environment)
	@touch $@

# The bundle of the workers for this machine.
$(WORKER): lambda_src/requirements-worker.txt lambda_src/install-worker.sh tools/worker_bundle.py | $(DEV)
	@$(BIN)/python build.py --worker $(HOST_ARCH)
	@touch $@

$(CHECKOV): requirements-checkov.txt
	$(environment)
	@touch $@

# What workers recognise faces with: 100 MB are downloaded for 32 MB that are kept.
$(MODELS): tools/worker_models.py $(DEV)
	@echo "fetching $(@D) (once)"
	@$(BIN)/python -m tools.worker_models $(@D)
	@touch $@
