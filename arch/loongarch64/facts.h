/* The numbers of loongarch64 that the tool and the runtime share. Preprocessor only: assembly reads
 * it too. */
#ifndef PERCPU_ARCH_LOONGARCH64_FACTS_H
#define PERCPU_ARCH_LOONGARCH64_FACTS_H

/* e_machine: EM_LOONGARCH, ELF for the LoongArch Architecture, "ELF Header". */
#define PERCPU_ELF_MACHINE 258

/* Bytes that two CPUs contend for: the LA464 core; the architecture fixes none. */
#define PERCPU_CACHE_LINE 64

/* Bytes of the smallest page: LoongArch reference manual volume 1, virtual address translation. */
#define PERCPU_PAGE 4096

/* Where a kernel for QEMU's virt machine is linked: the device tree lies at 0x100000-0x1fffff. */
#define PERCPU_VIRT_BASE 0x200000

/* End of the offsets that an access holds: lu12i.w sign-extends and no linker complains
 * (R_LARCH_ABS_HI20, R_LARCH_ABS_LO12). */
#define PERCPU_OFFSET_LIMIT 0x80000000

#endif
