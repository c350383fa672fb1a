# Thin over CMakePresets.json: the work is in CMake and in tools/. `make` lists the targets.
#   PRESET=release|dev|asan|tsan   what to build, in build/PRESET     CMAKE_FLAGS=   more flags for configuring
#   PREFIX=/usr/local              where to install                   JOBS=          compilers at once
PRESET ?= release
PREFIX ?= /usr/local
JOBS ?= $(shell tools/jobs.sh)
folder := build/$(PRESET)

.PHONY: help setup build all demo test accuracy bench gpu-check gpu-pack lint format install clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup:  ## install what building needs (Debian packages, libtorch); does nothing where it is there
	@tools/setup.sh

build: setup  ## build mlplan and mlplan-worker into build/release/bin
	@cmake --preset $(PRESET) $(CMAKE_FLAGS)
	@cmake --build --preset $(PRESET) -j $(JOBS) --target mlplan mlplan-worker

all: setup
	@cmake --preset $(PRESET) $(CMAKE_FLAGS)
	@cmake --build --preset $(PRESET) -j $(JOBS)

demo: build  ## make a model, bench it, plan for it
	@tools/demo.sh $(folder)/bin

test: all  ## build everything and run all tests
	@ctest --preset $(PRESET)

accuracy: all  ## hold mlplan's figures against independent references
	@$(folder)/bin/mlplan-accuracy
	@$(folder)/bin/mlplan-accuracy-gate
	@$(folder)/bin/mlplan-accuracy-verify
	@$(folder)/bin/mlplan-contest

bench: all  ## how fast mlplan's own hot paths are, also beside simpy and Ciw
	@tools/bench.sh $(folder)/bin

gpu-check:  ## every test and measurement that wants a GPU, on programs that are there; nothing is built
	@tools/gpu_check.py

gpu-pack: all  ## put what gpu-check needs on another machine into build/gpu-pack
	@tools/gpu_check.py --bin $(folder)/bin --pack build/gpu-pack

lint:  ## formatting, clang-tidy, shellcheck, headers that compile alone, versions that agree
	@tools/setup.sh --for lint
	@JOBS=$(JOBS) tools/lint.sh

format:  ## format all sources
	@tools/setup.sh --for lint
	@tools/format.sh

install: build  ## install below PREFIX (/usr/local)
	@cmake --install $(folder) --prefix "$(PREFIX)" --strip

clean:  ## remove all build folders
	@rm -rf build
