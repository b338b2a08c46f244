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
	$(Q)$(MAKE) --no-print-directory SAN=1 B=$(SAN_B) $@
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

demo: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)PERCPU_TOOL=$(abspath $(TOOL)) TEST_DIR=$(abspath $(B))/demo tests/demo
