# How the runtime is compiled for loongarch64, without the GOT; the compilers name that differently.
RT_CC_USUAL   := clang-19
RT_ARCH_FLAGS  = -mabi=lp64s \
	$(if $(RT_IS_CLANG),-fdirect-access-external-data,-mdirect-extern-access)
