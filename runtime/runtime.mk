# The runtime: `make runtime ARCH=aarch64 CPPFLAGS=-DPERCPU_SEPARATE` makes
# build/runtime/aarch64/libpercpu.a. The configuration is in CPPFLAGS, percpu_config.h has its macros;
# CFLAGS come last. Included by the Makefile.

ARCH ?= $(shell uname -m)

RT_ARCHES := $(patsubst arch/%/runtime.mk,%,$(wildcard arch/*/runtime.mk))
RT_B      := build/runtime/$(firstword $(ARCH))
RT_LIB    := $(RT_B)/libpercpu.a
RT_SRC    := $(wildcard runtime/*.c)
RT_OBJ    := $(RT_SRC:runtime/%.c=$(RT_B)/%.o)

-include arch/$(firstword $(ARCH))/runtime.mk

# A machine without a runtime still gets the tool; a runtime that is asked for has to be there.
RT_NAME := $(filter $(RT_ARCHES),$(subst $() ,+,$(strip $(ARCH))))
ifneq ($(RT_NAME),)
install: runtime-install
else ifeq ($(RT_ASKED),)
install: runtime-none
else
$(error ARCH=$(ARCH): there is a runtime for $(RT_ARCHES))
endif

# A compiler for the machine where none is named; clang is one for all of them.
RT_CC       := $(if $(filter default file,$(origin CC)),$(RT_CC_USUAL),$(CC))
RT_IS_CLANG  = $(findstring clang,$(if $(RT_CC),$(shell $(RT_CC) --version)))
RT_TARGET    = $(if $(RT_IS_CLANG),--target=$(ARCH)-unknown-none)

# As kernels are built: no position-independent code, no register that start-up has not enabled.
# Not with the tool's -g: GNU ld 2.40 of riscv64 crashes on what clang then writes. Never with a stack
# protector, whatever CFLAGS say: its canary may lie in the area that start-up sets up.
RT_CFLAGS = $(if $(filter file,$(origin CFLAGS)),-O2,$(CFLAGS))
RT_FLAGS = $(RT_TARGET) -std=c11 -ffreestanding $(RT_ADDRESSES) -fno-asynchronous-unwind-tables \
	-fno-unwind-tables -ffunction-sections -fdata-sections $(RT_ARCH_FLAGS) $(WARN) \
	$(RT_CPPFLAGS) $(RT_CFLAGS) -fno-stack-protector

# Position-independent where CFLAGS say so: the last of such flags counts. Else RT_STATIC_FLAGS, of the
# machine, for code that is not.
RT_PIC_ON    := -fpie -fPIE -fpic -fPIC
RT_PIC        = $(filter $(RT_PIC_ON),$(lastword $(filter \
	$(RT_PIC_ON) $(RT_PIC_ON:-f%=-fno-%),$(RT_CFLAGS))))
RT_ADDRESSES  = $(if $(RT_PIC),,-fno-pic $(RT_STATIC_FLAGS))

# GNU ar indexes objects of its own machine only.
RT_AR = $(shell $(RT_CC) -print-prog-name=$(if $(RT_IS_CLANG),llvm-ar,ar))

.PHONY: runtime runtime-install runtime-none runtime-force

runtime: $(RT_LIB)

$(RT_LIB): $(RT_OBJ)
	$(Q)rm -f $@ && $(RT_AR) rcs $@ $^

$(RT_B)/%.o: runtime/%.c $(RT_B)/flags
	$(Q)$(RT_CC) $(RT_FLAGS) -MMD -MP -c -o $@ $<

# Another configuration is another library.
$(RT_B)/flags: runtime-force
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(RT_CC) $(RT_FLAGS)' >$@.new
	$(Q)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

-include $(RT_OBJ:.o=.d)

# The script of the same configuration; CPUS= areas where it reserves them.
CPUS ?= 8
RT_HAS     = $(filter -D$(1) -D$(1)=%,$(RT_CPPFLAGS))
RT_RESERVE = $(patsubst -DPERCPU_RESERVE=%,%,$(filter -DPERCPU_RESERVE=%,$(RT_CPPFLAGS)))
RT_SCRIPT  = -a $(ARCH) $(if $(call RT_HAS,PERCPU_SP_NAIVE),-m naive,\
	-m $(if $(call RT_HAS,PERCPU_NON_ZERO_VMA),nonzero,zero) \
	$(if $(call RT_HAS,PERCPU_DYNAMIC),-p dynamic,-c $(CPUS)) \
	$(if $(call RT_HAS,PERCPU_SEPARATE),-p separate) \
	$(if $(RT_RESERVE),--reserve $(RT_RESERVE)) $(if $(call RT_HAS,PERCPU_WIDE),--wide)) \
	$(if $(call RT_HAS,PERCPU_PRISTINE),--pristine)

$(RT_B)/percpu.ld: $(TOOL) $(RT_B)/flags runtime-force
	$(Q)$(TOOL) ldscript $(RT_SCRIPT) >$@.new
	$(Q)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(RT_B)/percpu.pc: runtime/percpu.pc.in $(RT_B)/flags runtime-force
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|; s|@ARCH@|$(ARCH)|; s|@VERSION@|$(VERSION)|' \
		-e 's|@CONFIG@|$(strip $(RT_CPPFLAGS))|' $< >$@

# Headers in the tree's own layout: percpu.h finds its machine beside itself.
RT_INCLUDE := $(DESTDIR)$(PREFIX)/include/percpu
RT_HEADERS := $(filter-out runtime/percpu_private.h,$(wildcard runtime/*.h)) \
	arch/copy.h arch/llsc.h arch/register.h \
	$(wildcard arch/*/access.h) $(RT_ARCHES:%=arch/%/facts.h)

runtime-install: $(RT_LIB) $(RT_B)/percpu.ld $(RT_B)/percpu.pc
	for header in $(wildcard $(RT_HEADERS)); do \
		install -D -m 644 $$header $(RT_INCLUDE)/$$header || exit 1; done
	install -D -m 644 $(RT_LIB) $(DESTDIR)$(PREFIX)/lib/percpu/$(ARCH)/libpercpu.a
	install -D -m 644 $(RT_B)/percpu.ld $(DESTDIR)$(PREFIX)/lib/percpu/$(ARCH)/percpu.ld
	install -D -m 644 $(RT_B)/percpu.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/percpu-$(ARCH).pc
	$(Q)echo 'pkg-config finds percpu-$(ARCH) with PKG_CONFIG_PATH=$(PREFIX)/lib/pkgconfig'

runtime-none:
	$(Q)echo 'no runtime is installed, $(ARCH) has none; make install ARCH= has $(RT_ARCHES)'
