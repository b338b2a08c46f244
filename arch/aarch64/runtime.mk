# How the runtime is compiled for aarch64: no access is misaligned, which device memory refuses.
RT_CC_USUAL   := aarch64-linux-gnu-gcc
RT_ARCH_FLAGS := -mgeneral-regs-only -mstrict-align -mno-outline-atomics
