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

# Counted and failing allocations: tests/unit/alloc.h.
WRAP_ALLOC := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
UNIT_LIBS_test_alloc     := $(WRAP_ALLOC)
UNIT_LIBS_test_bad_input := $(WRAP_ALLOC)

# Bad input meets the sanitizers in every build, in a library built with them beside the plain one.
SAN_B   := $(if $(SAN),$(B),$(B)/san)
SAN_LIB := $(SAN_B)/libpercpu-tool.a
$(T)/unit/test_bad_input: private SANFLAGS := $(SANITIZE)
$(T)/unit/test_bad_input: private LIB := $(SAN_LIB)
$(T)/unit/test_bad_input: $(SAN_LIB)

ifeq ($(SAN),)
.PHONY: force
$(SAN_LIB): force
	$(Q)$(MAKE) --no-print-directory $(if $(V),,-s) SAN=1 B=$(SAN_B) $@
endif

.PHONY: test check-build unit matrix

# Set-up comes first, and alone: what is built needs what it installs.
test: setup
	$(Q)$(MAKE) --no-print-directory check-build
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(T)) SAN=$(SAN) tests/run

check-build: all $(UNIT_BIN)

# What the last run of the tests established, check by check; plants the faults when there was none.
matrix: all
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(T)) tests/matrix/run.sh --table

# The runtime in a kernel, under QEMU; ARCH= narrows it to architectures or other words of a name.
# The library's own ARCH, when none is named, is no choice of kernels.
BOOT_ONLY = $(if $(filter file,$(origin ARCH)),,$(ARCH))

.PHONY: boot
boot: all
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(T)) tests/kernel/run.sh $(BOOT_ONLY)

# The same under QEMU 10, which starts the CPUs of loongarch64 in another way and has another spelling of
# what the timer's kernels need. Fetched once, some 100 MB, into build/; nothing is installed.
.PHONY: boot-qemu10
boot-qemu10: all
	$(Q)tests/kernel/qemu10.sh build/qemu10
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(T))/qemu10 \
		QEMU_PREFIX=$(abspath build/qemu10/bin)/ tests/kernel/run.sh $(BOOT_ONLY)

demo: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(B))/demo tests/demo

# Mutates small ELF files for a while; what it finds is run again by build/fuzz/replay FILE.
FUZZ_B   := build/fuzz
SECONDS  ?= 60
FUZZ_MAKE = $(MAKE) --no-print-directory $(if $(V),,-s) CC=clang-19 B=$(FUZZ_B) CFLAGS='-O1 -g' \
	SANFLAGS='$(SANITIZE) -fsanitize=fuzzer-no-link'

.PHONY: fuzz
fuzz:
	$(Q)$(FUZZ_MAKE) $(FUZZ_B)/fuzz $(FUZZ_B)/replay
	$(Q)tests/fuzz/seed $(FUZZ_B)/seeds && mkdir -p $(FUZZ_B)/corpus $(FUZZ_B)/found
	$(Q)$(FUZZ_B)/fuzz -max_total_time=$(SECONDS) -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix=$(FUZZ_B)/found/ $(FUZZ_B)/corpus $(FUZZ_B)/seeds

$(B)/fuzz $(B)/replay: tests/fuzz/fuzz.c $(LIB)
$(B)/fuzz: tests/fuzz/libfuzzer.c
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^) $(LIB) $(PKG_LIBS)

$(B)/replay: tests/fuzz/main.c
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -o $@ $(filter %.c,$^) $(LIB) $(PKG_LIBS)

# Programs that the benchmark uses: always optimised, never instrumented.
BENCH     := build/bench
BENCH_BIN := $(patsubst tests/bench/%.c,$(BENCH)/%,$(filter-out %/count_malloc.c,\
	$(wildcard tests/bench/*.c)))

$(BENCH)/%: tests/bench/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -std=c11 -O2 $(WARN) -o $@ $<

# The scanners of the library, as the tool has them.
$(BENCH)/scan: tests/bench/scan.c $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# The tool once more, with malloc counted.
$(BENCH)/percpu-tool-counted: tests/bench/count_malloc.c $(CMD_OBJ) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fno-builtin $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

.PHONY: bench kernels ordinary

bench: all $(BENCH_BIN) $(BENCH)/percpu-tool-counted
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) BENCH=$(abspath $(BENCH)) tests/bench/bench.sh

# Every real kernel that Debian has for these architectures, and the programs of this machine.
kernels: all $(BENCH)/elf_files
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) BENCH=$(abspath $(BENCH)) tests/bench/kernels.sh

# All of LLVM and two C libraries of each architecture, linked as if they were kernels: nothing may be
# found. Some 300 MB are fetched once; LIBRARIES= names those of tests/bench/fetch.sh.
ordinary: all
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(T))/fetched \
		tests/ordinary/run.sh --fetched $(LIBRARIES)

# The runtime as programs of Linux on x86_64, a program a configuration; tests/runtime/run.sh has them
# on the other architectures. The script is that of percpu-tool ldscript.
RT_UNITS := $(shell tests/unit/runtime/programs)
RT_BIN   := $(if $(filter x86_64,$(shell uname -m)),$(RT_UNITS:%=$(T)/unit/test_runtime_%))
RT_FIELD  = tests/unit/runtime/programs $* $(1)

$(T)/unit/test_runtime_%: tests/unit/runtime/%.c $(wildcard runtime/*.[ch] arch/*/access.h) \
		$(wildcard tests/unit/runtime/*.h tests/runtime/hooks/*.h) \
		tests/unit/runtime/hooks.c tests/unit/runtime/script_model.c $(wildcard tests/unit/runtime/hooks/*.c) \
		tests/unit/runtime/programs $(TOOL)
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOL) ldscript -a x86_64 --insert-after .data $$($(call RT_FIELD,options)) | \
		sed "$$($(call RT_FIELD,script))" >$@.ld
	$(Q)$(CC) -I. -D_GNU_SOURCE -std=c11 -pthread $(WARN) $(CFLAGS) $$($(call RT_FIELD,macros)) -fno-pic -no-pie \
		-include tests/unit/runtime/user_gs.h $(CMOCKA_CFLAGS) -Wl,-T,$@.ld -o $@ $< \
		$$($(call RT_FIELD,source)) $(wildcard runtime/*.c) $(CMOCKA_LIBS)

check-build: $(RT_BIN)
