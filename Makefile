# percpu-tool: `make demo` and `make test` are all a newcomer needs; `make help` lists the rest.

CC       ?= cc
SAN      ?=
V        ?=
PREFIX   ?= /usr/local
VERSION  := 0.1.0

ifneq ($(filter install runtime-install,$(MAKECMDGOALS)),)
$(if $(filter-out /%,$(PREFIX)),$(error PREFIX=$(PREFIX): one absolute path is needed, without blanks))
endif

# Sanitizer builds live beside the plain one, so that neither rebuilds the other.
B := build$(if $(SAN),/san)

PKGS     := libelf
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SANFLAGS := $(if $(SAN),$(SANITIZE))

# -DPERCPU_... is the runtime's configuration, the rest is the tool's.
RT_CPPFLAGS := $(filter-out -DPERCPU_TOOL_%,$(filter -DPERCPU_%,$(CPPFLAGS)))
override CPPFLAGS := $(filter-out -DPERCPU_% -I. -D_GNU_SOURCE,$(CPPFLAGS)) -I. -D_GNU_SOURCE -DPERCPU_TOOL_VERSION='"$(VERSION)"'
CFLAGS   ?= -O2 -g

# With a runtime for a kernel CC, CFLAGS and LDFLAGS are that kernel's: the tool has its own.
RT_ASKED := $(filter runtime runtime-install $(if $(filter undefined,$(origin ARCH)),,install),\
	$(MAKECMDGOALS))
HOSTCC       ?= cc
HOSTCFLAGS   ?= -O2 -g
TOOL_CC      := $(if $(RT_ASKED),$(HOSTCC),$(CC))
TOOL_CFLAGS   = $(if $(RT_ASKED),$(HOSTCFLAGS),$(CFLAGS))
TOOL_LDFLAGS  = $(if $(RT_ASKED),$(HOSTLDFLAGS),$(LDFLAGS))

# Looked up only when something is compiled: `make setup` runs on machines that have no pkg-config yet.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS)) $(DWARF_LIBS) -liberty -ldl

# libdwarf has no .pc that works everywhere. Its archive is taken where there is one: to load the
# library costs every run more than start-up does, and few read debug information.
library_there  = $(filter /%,$(shell $(TOOL_CC) -print-file-name=$(1)))
DWARF_ARCHIVE  = $(call library_there,libdwarf.a)
DWARF_NEEDS    = -Wl,--as-needed -lelf -lz $(if $(call library_there,libzstd.so),-lzstd) \
	-Wl,--no-as-needed
DWARF_LIBS     = $(if $(DWARF_ARCHIVE),$(DWARF_ARCHIVE) $(DWARF_NEEDS),-ldwarf)
ALL_CFLAGS = -std=c11 -pthread $(WARN) $(TOOL_CFLAGS) $(SANFLAGS) $(PKG_CFLAGS)

LIB_SRC := $(wildcard lib/*/*.c arch/*.c arch/*/*.c)
CMD_SRC := $(wildcard cmd/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(B)/obj/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(B)/obj/%.o)
LIB     := $(B)/libpercpu-tool.a
TOOL    := $(B)/percpu-tool

Q := $(if $(V),,@)

.PHONY: all man install setup demo clean help tool-force
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(TOOL) man

$(TOOL): $(CMD_OBJ) $(LIB)
	$(Q)$(TOOL_CC) $(ALL_CFLAGS) $(TOOL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(LIB): $(LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/obj/%.o: %.c $(B)/obj/flags
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOL_CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Objects of two compilers do not mix: another one, or other flags, builds everything again.
TOOL_BUILD = $(TOOL_CC) $(CPPFLAGS) $(ALL_CFLAGS) $(TOOL_LDFLAGS)

$(B)/obj/flags: tool-force
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' '$(subst ','\'',$(TOOL_BUILD))' >$@.new
	$(Q)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d)

# percpu-checks(7) lists the checks as the program explains them.
MAN := $(patsubst man/%,$(B)/man/%,$(wildcard man/*.[1-9]) man/percpu-checks.7)

man: $(MAN)

$(B)/man/%: man/%
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

$(B)/man/%: man/%.in $(TOOL)
	$(Q)mkdir -p $(@D)
	$(Q)$(TOOL) explain --mdoc >$@.list
	$(Q)sed -e '/^@CHECKS@$$/r $@.list' -e '/^@CHECKS@$$/d' $< >$@
	$(Q)rm $@.list

install: all
	install -D -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin/percpu-tool
	for page in $(MAN); do install -D -m 644 $$page \
		$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; done
	install -D -m 644 runtime/percpu_note.h $(DESTDIR)$(PREFIX)/include/percpu_note.h

# Installs what is missing (apt), or names it.
setup:
	$(Q)./.ci/setup

clean:
	rm -rf build

include runtime/runtime.mk
include tests/tests.mk

help:
	@echo 'make            build build/percpu-tool (CC=, CFLAGS=, V=1)'
	@echo 'make demo       install what is missing, build, check a kernel of ours'
	@echo 'make test       install what is missing, build, run every test; SAN=1 under ASan + UBSan'
	@echo 'make setup      only install what is missing'
	@echo 'make matrix     what the tests established, check by check'
	@echo 'make boot       the runtime in a kernel with four CPUs, under QEMU (ARCH=riscv64)'
	@echo 'make boot-qemu10 the same under QEMU 10, fetched from Debian 13 into build/'
	@echo 'make bench      speed, as ratios of one run, on a real kernel (VMLINUX=path, else fetched)'
	@echo 'make kernels    every kernel Debian has, and the programs of this machine (KERNELS_DIR=)'
	@echo 'make ordinary   LLVM and C libraries as if they were kernels: nothing is found (LIBRARIES=)'
	@echo 'make fuzz       mutate inputs for a while (SECONDS=60)'
	@echo 'make runtime    build/runtime/ARCH/libpercpu.a (ARCH=, CC=, CPPFLAGS=-DPERCPU_..., CFLAGS=)'
	@echo '                with ARCH= CC and CFLAGS are the kernel'\''s; HOSTCC=, HOSTCFLAGS= and'
	@echo '                HOSTLDFLAGS= are what compiles the program for make install'
	@echo 'make man        only the manual pages, in build/man'
	@echo 'make install    program, manual pages, runtime and its script (PREFIX=, DESTDIR=, CPUS=8)'
	@echo 'make clean'
