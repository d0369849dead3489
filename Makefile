# `make extract` and `make test` do all set-up, on a machine with Rust, Python 3 with pip and a C++ compiler.

# Cargo for the builds with libtorch. The first use fetches libtorch into .libtorch/ (see .make/libtorch.py).
# By hand, once it is there: . .libtorch/env && cargo test --features rust-bert
CARGO_TORCH = python3 .make/libtorch.py && . ./.libtorch/env && cargo
FEATURES = --features $$FEATURES
# The tests that another engine may change, by parts of their names: all others do the same in both builds. (All in the build with
# libtorch would take longer: a third of a second each time that a test starts the program.)
OF_ENGINES = model:: pull:: info:: engine

# The same random cases for everybody: a rare one is searched for by hand (`PROPTEST_CASES=100000 cargo test`), and does not stop
# somebody else's change.
export PROPTEST_RNG_SEED ?= 1

help:     ## show this list
	@sed -n 's/^\([a-z-]*\): *## /  make \1\t/p' Makefile

extract:  ## seeds/ -> output/*.csv with the bundled model and the engine rust-bert
	$(CARGO_TORCH) run --release $(FEATURES) -- extract seeds --out output --engine rust-bert

build:    ## target/release/triplewire with both engines
	$(CARGO_TORCH) build --release $(FEATURES)

# The debug build that other programs run is the one of the tests: `cargo build` would compile much of it again, because no
# test asks for features of crates then.
DEBUG_BUILD = cargo test --no-run --test cli

# Lints cost no build of their own: clippy's compiler also makes the tests. (`cargo clippy` would compile all crates once more,
# into what cannot be run, which takes three times as long as the tests lose because that compiler inlines nothing in our crates.)
test test-torch test-spark test-export test-view test-wheel: export RUSTC_WORKSPACE_WRAPPER = clippy-driver
test test-torch test-spark test-export test-view test-wheel: export CLIPPY_ARGS = -Dwarnings

test:     ## formatting, lints and every test but those of what needs more than Rust and Python
	cargo fmt --all --check
	cargo test
	cargo build --benches
	python3 tests/view/test_view.py

test-torch: ## with libtorch, lints and the tests of what differs there
	$(CARGO_TORCH) test $(FEATURES) --lib --test cli -- $(OF_ENGINES)
	$(CARGO_TORCH) build $(FEATURES) --examples

test-spark: ## the Spark job against one run, with the debug build; skipped without Java or PySpark
	$(DEBUG_BUILD)
	python3 examples/spark/run_test.py target/debug/triplewire

test-export: ## exports read with NetworkX, pandas and so on, with the debug build; what pip cannot fetch is skipped
	$(DEBUG_BUILD)
	python3 tests/environment.py target/export tests/export/requirements.txt
	TRIPLEWIRE=$(CURDIR)/target/debug/triplewire target/export/bin/python tests/export/test_readers.py

# `make test-export` and `make test-spark` make these themselves: in advance, while something else compiles, it costs no time.
environments: ## the packages of Python that tests of exports and of the Spark job read with
	python3 tests/environment.py target/export tests/export/requirements.txt
	python3 tests/environment.py target/spark examples/spark/requirements.txt

test-view: ## the page of `triplewire view` in Chromium, with the debug build; skipped without Chromium
	$(DEBUG_BUILD)
	python3 tests/view/test_view.py

# The profile of a wheel: `release` is what people get, `dev` is built in a fraction of the time, for tests.
WHEEL = release

wheel:    ## target/wheels/triplewire-*.whl: command, models and Python module, without libtorch (needs pip)
	rm -f target/wheels/triplewire-*.whl
	MATURIN_PEP517_ARGS="--profile $(WHEEL)" \
	    python3 -m pip wheel --disable-pip-version-check --no-deps --wheel-dir target/wheels ./src/python

test-wheel: ## the wheel in a new virtual environment against the debug build, and its module; also on Spark
	$(MAKE) wheel WHEEL=dev
	$(DEBUG_BUILD)
	python3 tests/python/run_test.py target/debug/triplewire target/wheels/triplewire-*.whl
	python3 examples/spark/run_test.py target/debug/triplewire target/wheels/triplewire-*.whl

doc:      ## the documentation of the library, without a warning, and with an example for every item
	export RUSTDOCFLAGS="-D warnings" && $(CARGO_TORCH) doc --workspace $(FEATURES) --locked --no-deps
	python3 tests/doc/test_examples.py

check-windows: ## that everything compiles for Windows (needs Rust's target x86_64-pc-windows-gnu and gcc-mingw-w64-x86-64)
	cargo check --locked --all-targets --target x86_64-pc-windows-gnu

test-arm: ## the kernels as an Arm processor runs them (needs qemu-user and gcc-aarch64-linux-gnu; see CONTRIBUTING.md)
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu" \
		cargo test --locked --target aarch64-unknown-linux-gnu -p triplewire-kernels

check-parts: ## licences, sources and known defects of the crates, and crates that nobody uses (needs cargo-deny, cargo-machete)
	cargo deny --all-features check
	cargo machete

release:  ## target/dist/: archive and wheel of TARGET, tried out; see .make/release.py
	python3 .make/release.py all $(TARGET) $(RELEASE)

# `make bench TORCH=no` builds without libtorch, for BENCH="--engines rten ..." and no rust-bert-pipeline among the peers.
TORCH = yes

bench:    ## words per second against other tools; BENCH="--help" lists the options (files, rounds, threads, ...)
	$(if $(filter no,$(TORCH)),cargo build --release,$(CARGO_TORCH) build --release $(FEATURES) --bins --examples)
	python3 tests/bench/bench.py $(BENCH)

clean:    ## remove what was built; libtorch stays
	cargo clean

.PHONY: help extract build test test-torch test-spark test-export environments test-view wheel test-wheel doc check-windows test-arm check-parts release bench clean
