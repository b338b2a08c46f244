# How the runtime is compiled for riscv64: relaxation may leave gp alone.
RT_CC_USUAL   := riscv64-linux-gnu-gcc
RT_ARCH_FLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax
