# Everything a contributor types. CARGO_TARGET_DIR is honoured throughout.

# One profile for all of it: tests, lints and pages share what they have in common.
CARGO_FLAGS = --profile checked --locked
HUNT_SECONDS ?= 60

.PHONY: help test lint bench fuzz-quick fmt bless

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

test: ## every test; brings what it needs, and lists at the end what could not run
	@.ci/test

lint: ## formatting, clippy and pages, every warning an error
	cargo fmt --all --check
	cargo clippy $(CARGO_FLAGS) --all-targets --all-features -- -D warnings
	cargo clippy $(CARGO_FLAGS) --lib --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc $(CARGO_FLAGS) --no-deps --all-features

bench: ## how fast a decision is, how fast 10,000 rules are read, checked and proved (against a SAT solver)
	@.ci/bench

fuzz-quick: ## 100,000 files laid out; a minute's hunt for rules and customers on which two engines disagree
	@.ci/hunt $(HUNT_SECONDS)

fmt: ## format the code
	cargo fmt --all

bless: ## write what the program says now into the transcripts; read the diff before you commit
	CATER_BLESS=1 cargo test $(CARGO_FLAGS) --all-features --test main -- transcripts pages::the_list book::reference
