# Everything that one does with Bellwire from a shell. `make help` lists it.
# Recipes are short; what needs more than a line or two is a script in scripts/. Targets install what they lack.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

# The result always lies at target/release/bellwire, whatever the machine's own cargo settings say.
export CARGO_TARGET_DIR := $(CURDIR)/target

DATA ?=
JS_PARTS := client console e2e

##@ Use

.PHONY: run
run: build ## Build everything and start the demo (DATA=DIR keeps its data; a throwaway directory otherwise)
	@echo 'bellwire: starting the demo; stop it with Ctrl+C'
	@exec target/release/bellwire demo $(if $(DATA),--data '$(DATA)')

.PHONY: build
build: ## Build target/release/bellwire, the server with its pages inside
	@scripts/build

.PHONY: dist
dist: pages ## Build the archive to ship, with link-time optimisation
	@scripts/dist

.PHONY: deb
deb: dist ## Build the archive, and a Debian package of it
	@scripts/deb

##@ Test

.PHONY: test
test: build ## Run all tests: client, console, server on both databases, others' clients, made-up calls, stories in Chromium (or test-client, test-console, test-server, test-conformance, test-fuzz)
	@scripts/test client console server conformance fuzz e2e

.PHONY: test-client test-console test-server e2e
test-client test-console test-server: test-%: # The tests of one part
	@scripts/test $*

.PHONY: test-conformance
test-conformance: build # The RetailCRM clients of others against the real binary
	@scripts/test conformance

.PHONY: test-fuzz
test-fuzz: build # Made-up calls of all that /openapi.json names (CASES=8 for each operation)
	@scripts/test fuzz

e2e: build ## Run the stories in real Chromium (STORY=word chooses)
	@scripts/test e2e

.PHONY: check
check: $(JS_PARTS:%=%/node_modules/.package-lock.json) ## Check format, lints and types; warnings are errors
	@scripts/ensure rust cc
	cargo fmt --check
	cargo clippy --quiet --all-targets --locked -- -D warnings
	npm run --silent --prefix client check
	npm run --silent --prefix console check
	npm run --silent --prefix e2e check

.PHONY: fmt
fmt: ## Format the Rust code
	cargo fmt

.PHONY: soak
soak: ## Kill the server a thousand times under load (ROUNDS=1000) and compare with what it promised
	@scripts/ensure rust cc postgresql
	BELLWIRE_CRASH_ROUNDS='$(or $(ROUNDS),1000)' scripts/with-postgres cargo test --locked --test crash -- --nocapture

.PHONY: bench
bench: build ## Measure speed and memory, next to the limits of this machine
	target/release/bellwire bench

##@ Parts

.PHONY: pages
pages: client/dist/bellwire.js console/dist/index.html ## Build the browser client and the web pages (client/dist, console/dist)

.PHONY: shots
shots: build e2e/node_modules/.package-lock.json ## Take a picture of every page into e2e/out
	@scripts/ensure chromium
	npm run --silent --prefix e2e shots

.PHONY: checksums
checksums: ## Note the checksums of the migrations, after adding one
	cd migrations && sha256sum *.sql > checksums.txt

.PHONY: clean
clean: ## Remove all that was built
	rm -rf target e2e/out $(JS_PARTS:%=%/dist) $(JS_PARTS:%=%/node_modules) conformance/node_modules

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9% -]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What is installed is known by the file that npm writes last.
%/node_modules/.package-lock.json: %/package-lock.json
	@scripts/ensure node
	cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# A bundle is rebuilt when a source, a setting or a dependency is newer than it.
sources = $(shell find $(1) \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

client/dist/bellwire.js: $(call sources,client) client/node_modules/.package-lock.json
	npm run --silent --prefix client build
	@touch $@

# The console uses the client's sources, not its bundle.
console/dist/index.html: $(call sources,console) $(call sources,client/src) console/node_modules/.package-lock.json
	npm run --silent --prefix console build
	@touch $@
