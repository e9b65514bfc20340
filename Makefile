# Everything a newcomer and CI need; `make help` lists it.
PYTHON ?= python3
PURCHASES ?= examples/purchases.csv
STACK ?= dev
SEEDS ?= 2000
JUDGED := dev staging prod migration
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UV_VERSION := $(shell sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.txt)

# Without bytecode each command compiles its libraries anew, for longer than it works.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo migrate-demo faults nightly simulate test test-browser test-unit test-new-pbc test-corpus pictures new-pbc check check-provider check-workflows preview preview-cli bench docs record-provider try-provider up lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

install: $(INSTALLED) ## Set up the virtual environment in .venv

$(INSTALLED): requirements.txt pyproject.toml components/pyproject.toml policies/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Use: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable policies --editable components --editable .
	@touch $@

demo: install ## Deploy to an embedded AWS and earn points from PURCHASES=FILE.csv
	@$(BIN)/rewards demo --purchases $(PURCHASES)

migrate-demo: install ## Move a capability out of a legacy system, and see a fault turn it back
	@$(BIN)/rewards migrate demo --out dist/migration.html

faults: install ## Earn points from 2,000 purchases on a failing embedded AWS; SEED=N repeats a campaign
	@$(BIN)/python -m devtools.faults run $(if $(SEED),--seed $(SEED))

test: install ## Run all tests: graph, domain, journeys
	@$(BIN)/pytest --numprocesses=2 --no-loadscope-reorder

# What one unit can break: its own code, its contract and what others read of it, and what its stack holds.
FOLDER = $(subst -,_,$(UNIT))
test-unit: install ## Run only the tests of UNIT=points-ledger, and those of contracts
	@test -d pbcs/$(FOLDER) -o -d offerings/$(FOLDER) || \
	  { echo "No unit '$(UNIT)'. There are: $(subst _,-,$(notdir $(patsubst %/,%,$(filter-out %__pycache__/,$(wildcard pbcs/*/ offerings/*/)))))"; exit 2; }
	@$(BIN)/pytest $(wildcard tests/lambdas/$(FOLDER) tests/lambdas/$(FOLDER)_*) tests/contracts tests/test_units_apart.py -k "not (stack_of_one_unit or what_is_expected) or $(UNIT)"

BROWSERS := chromium chromium-browser google-chrome
test-browser: install ## Test the console in a browser, on the embedded AWS; needs Chromium; pictures in dist/console
	@command -v $(BROWSERS) >/dev/null || \
	  { echo "A browser is needed: apt-get install chromium, or Google Chrome"; exit 2; }
	@$(BIN)/pytest -m browser tests/journeys/console tests/pbckit/console

pictures: install ## Take the pictures of docs/pictures: the console in a browser, and the demo; needs Chromium
	@command -v $(BROWSERS) >/dev/null || \
	  { echo "A browser is needed: apt-get install chromium, or Google Chrome"; exit 2; }
	@$(BIN)/python -m devtools.pictures

nightly: test-new-pbc test-corpus simulate faults ## What takes too long for every change, and is run each night

test-new-pbc: install ## Make a PBC in a copy of this tree, and run all checks and all tests there
	@NEW_PBC_IN_FULL=1 $(BIN)/pytest tests/test_adding_a_pbc.py

test-corpus: install ## Try the policy pack with each leak in the whole program, and in every state
	@CORPUS_IN_FULL=1 $(BIN)/pytest --numprocesses=2 tests/policies/leaks/test_leaks.py tests/policies/leaks/test_leaks_deployed.py

new-pbc: install ## Make a new PBC that works, NAME=badges ON=points-ledger.PointsPosted: contract, code, tests, pipeline
	@$(BIN)/rewards new-pbc $(if $(ON),--on "$(ON)") -- "$(NAME)"

# actionlint is a Go program; no Python package brings it along. Without shellcheck it finds the same everywhere.
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
check-workflows: install ## Lint GitHub workflows: zizmor, and actionlint where Go is installed
	@$(BIN)/zizmor --offline --quiet .github
	@if ! command -v go >/dev/null; then echo "actionlint skipped: it needs Go, https://go.dev/doc/install"; \
	elif ! GOBIN=$(CURDIR)/$(BIN) go install $(ACTIONLINT) 2>$(BIN)/actionlint.log; then \
	  echo "actionlint skipped: Go cannot install it: $$(tail -n 1 $(BIN)/actionlint.log)"; \
	else $(BIN)/actionlint -shellcheck= -pyflakes=; fi

check: install ## Lint, types, import rules, generated documents, AWS's documented rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory check-workflows
	@$(BIN)/rewards docs check
	@$(BIN)/rewards judge $(JUDGED:%=--stack %)

check-provider: install ## Judge by the real AWS provider; needs Terraform. PLUGINS=FOLDER has it, else it is downloaded
	@TERRAFORM_PLUGINS=$(PLUGINS) $(BIN)/rewards judge --only provider-schema $(JUDGED:%=--stack %)
	@TERRAFORM_PLUGINS=$(PLUGINS) $(BIN)/pytest tests/pbckit/judges/test_provider_schema.py tests/pbckit/updates/test_provider.py

try-provider: install ## Create, compare and delete the program on the embedded AWS by the real AWS provider; UNITS=a,b
	@TERRAFORM_PLUGINS=$(PLUGINS) $(BIN)/python -m devtools.provider_trial $(UNITS)

record-provider: install ## Record what the AWS provider calls by resource type; needs Terraform
	@$(BIN)/python -m devtools.provider_calls

simulate: install ## 100,000 purchases in thousands of histories with faults; numbers of docs/reliability.md
	@$(BIN)/python -m devtools.simulation run --seeds $(SEEDS) --purchases 50
	@$(BIN)/python -m devtools.simulation compare

preview: install ## Judge by the policy pack what STACK=dev would deploy; no CLI, no account
	@$(BIN)/rewards preview --stack $(STACK)

bench: install ## Measure, and write docs/benchmarks.md
	@$(BIN)/python -m devtools.benchmarks

docs: install ## Generate schemas and documents anew
	@$(BIN)/rewards docs generate

CLI_NEEDED = @command -v pulumi >/dev/null || \
  { echo "The Pulumi CLI is needed: https://www.pulumi.com/docs/install/"; exit 2; }

preview-cli: install ## The same judgement by the Pulumi CLI, on AWS
	$(CLI_NEEDED)
	pulumi preview --stack $(STACK) --policy-pack policies

up: install ## Deploy STACK=dev to AWS with the Pulumi CLI, if the policy pack lets it pass
	$(CLI_NEEDED)
	pulumi up --stack $(STACK) --policy-pack policies

# What the Lambda runtime brings along is left out of the layers.
IN_RUNTIME := boto3 botocore jmespath python-dateutil s3transfer six urllib3
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate

lock: install ## Pin all dependencies anew
	@$(COMPILE) --all-extras pyproject.toml -o requirements.txt
	@for folder in $(dir $(wildcard components/pbckit/runtime/requirements.in lambdas/*/requirements.in)); do \
	  $(COMPILE) --universal --constraint requirements.txt $(IN_RUNTIME:%=--no-emit-package %) \
	    $${folder}requirements.in -o $${folder}requirements.txt; \
	done

clean: ## Remove what can be made again
	rm -rf $(VENV) dist .sandbox *.egg-info */*.egg-info
