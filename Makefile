# Every recipe is one script under scripts/. docs/building.md tells more.
.PHONY: help demo build test test-fast bench-loop bench-board bench-twinstep bench-build bench-twins bench-guest bench-hardware lint format cross clean
.DEFAULT_GOAL := help

DEMO_ARGS ?=
CROSS_ARGS ?= all
TWINS_ARGS ?=

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## install what is needed, build, and run the whole loop on a virtual board (DEMO_ARGS="--nodes 16")
	@bash scripts/demo.sh $(DEMO_ARGS)

build: ## install what is needed and build the programs (release, as everything here)
	@bash scripts/install.sh build
	@bash scripts/build.sh

test: ## everything: install, lint, build, unit and system tests, cross builds, emulated boards
	@bash scripts/test-all.sh

test-fast: ## the tests for every day, under 3 minutes once built
	@bash scripts/install.sh build
	@bash scripts/build.sh --tests
	@bash scripts/swift-test.sh fast

bench-loop: ## the loop's figures: accuracy over seeds, speed, journal, repeatability (.build/figures/bench-loop.json)
	@bash scripts/install.sh build
	@bash scripts/build.sh >&2
	@python3 Benchmarks/bench-loop.py "$$(swift build -c release --show-bin-path)"

bench-board: ## size and memory of the board program (.build/figures/bench-board.json)
	@bash scripts/install.sh build
	@bash scripts/build.sh >&2
	@bash Benchmarks/bench-board.sh

bench-hardware: ## the loop on buses: wire time, CPU time, fresh conversions, discipline, faults (.build/figures/bench-hardware.json)
	@bash scripts/install.sh build
	@bash scripts/build.sh >&2
	@python3 Benchmarks/bench-hardware.py "$$(swift build -c release --show-bin-path)"

bench-twinstep: ## one control step of eight twins (.build/figures/bench-twinstep.json)
	@bash scripts/install.sh build
	@bash Benchmarks/bench-twinstep.sh

bench-build: ## how long a first build takes (.build/figures/bench-build.json)
	@bash Benchmarks/bench-build.sh

bench-twins: ## the twins against peers, and their accuracy (TWINS_ARGS="--only speed"; .build/figures/bench-twins.json)
	@bash scripts/install.sh build
	@bash scripts/build.sh >&2
	@bash Benchmarks/embedded-twinstep.sh >&2
	@bash scripts/peers-venv.sh >/dev/null || [ $$? -eq 3 ]
	@python3 Benchmarks/bench-twins.py "$$(swift build -c release --show-bin-path)" $(TWINS_ARGS)

bench-guest: ## the loop on real kernel devices in QEMU, against C and Python loops (.build/figures/bench-guest.json)
	@bash scripts/install.sh test
	@bash scripts/build.sh >&2
	@./cross-compile.sh aarch64 >&2
	@./cross-compile.sh aarch64 --product bench-server >&2
	@bash Benchmarks/bench-guest.sh

lint: ## swift-format, the rules of the tree, shellcheck
	@bash scripts/lint.sh

format: ## lay out every Swift file with swift-format
	@bash scripts/format.sh

cross: ## edged for every board (CROSS_ARGS="aarch64 --out DIR")
	@./cross-compile.sh $(CROSS_ARGS)

clean: ## remove everything built and fetched
	rm -rf .build
