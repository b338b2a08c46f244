# Targets of the test suite; included by the Makefile.

T := $(B)/test

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(T)/unit/%)
CMOCKA_CFLAGS = $(shell pkg-config --cflags cmocka)
CMOCKA_LIBS   = $(shell pkg-config --libs cmocka)

$(T)/unit/%: tests/unit/%.c $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(CMOCKA_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) \
		$(PKG_LIBS) $(CMOCKA_LIBS) $(UNIT_LIBS_$*)

-include $(UNIT_BIN:=.d)

.PHONY: test check-build unit

# Set-up comes first, and alone: what is built needs what it installs.
test: setup
	$(Q)$(MAKE) --no-print-directory check-build
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(T)) SAN=$(SAN) tests/run

check-build: all $(UNIT_BIN)

demo: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(B))/demo tests/demo

# Programs that the benchmark uses: always optimised, never instrumented.
BENCH     := build/bench
BENCH_BIN := $(patsubst tests/bench/%.c,$(BENCH)/%,$(filter-out %/count_malloc.c,$(wildcard tests/bench/*.c)))

$(BENCH)/%: tests/bench/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -std=c11 -O2 $(WARN) -o $@ $<

# The tool once more, with malloc counted.
$(BENCH)/percpu-tool-counted: tests/bench/count_malloc.c $(CMD_OBJ) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fno-builtin $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

.PHONY: bench kernels

bench: all $(BENCH_BIN) $(BENCH)/percpu-tool-counted
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) BENCH=$(abspath $(BENCH)) tests/bench/bench.sh

# Every real kernel that Debian has for these architectures, and the programs of this machine.
kernels: all $(BENCH)/elf_files
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) BENCH=$(abspath $(BENCH)) tests/bench/kernels.sh
