# A thin front of CMake: the presets in CMakePresets.json do the work. `make help` lists what there is.
.DEFAULT_GOAL := release
.PHONY: release run test bench assurance install check clean help setup

release: build/release/build.ninja ## build libsneck and the command, build/release/sneck
	cmake --build --preset release

build/release/build.ninja:
	cmake --preset release

setup: ## install what is missing on a Debian system
	tools/setup

run: ## serve this folder on https://localhost:8443 and fetch a page of it
	tools/run

test: setup ## run all tests
	$(MAKE) release
	ctest --preset release

bench: setup ## measure, beside libssl on the same libcrypto
	$(MAKE) release
	for b in build/release/bench/*_bench; do $$b || exit 1; done
	tools/stack

assurance: setup ## the proofs that take longer than a test: docs/assurance.md
	$(MAKE) release
	tools/analyze
	tools/coverage
	SNECK_FRAGMENTS=1000000 build/release/pair_fragment_test
	SNECK_SWEEP=all build/release/pair_sweep_all_test
	for c in gcc clang-14; do \
		CC=$$c cmake --fresh -S . -B build/ct -G Ninja -DSNECK_UV=OFF "-DSNECK_CT_LEVELS=-O0;-O2;-O3;-Os" && \
		cmake --build build/ct --target ct_O0 ct_O2 ct_O3 ct_Os && \
		ctest --test-dir build/ct -R '^ct_' || exit 1; \
	done
	tests/bogo/run $${BOGO_SHIM:-build/release/bogo_shim} || [ $$? = 77 ]

install: release ## install; DESTDIR= and PREFIX= as usual
	cmake --install build/release $(if $(PREFIX),--prefix $(PREFIX))

check: release ## the rules that a script can check
	tools/check

clean: ## remove everything that was built
	rm -rf build

help:
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile
