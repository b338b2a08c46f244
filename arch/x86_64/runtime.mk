# How the runtime is compiled for x86_64; mcmodel=kernel holds in the lowest 2 GiB as well.
RT_CC_USUAL     := gcc
RT_ARCH_FLAGS   := -mno-red-zone -mgeneral-regs-only -fcf-protection=none
RT_STATIC_FLAGS := -mcmodel=kernel
