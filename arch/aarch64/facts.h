/* The numbers of aarch64 that the tool and the runtime share. Preprocessor only: assembly reads it
 * too. */
#ifndef PERCPU_ARCH_AARCH64_FACTS_H
#define PERCPU_ARCH_AARCH64_FACTS_H

/* e_machine: EM_AARCH64, ELF for the Arm 64-bit Architecture (AAELF64), "ELF Header". */
#define PERCPU_ELF_MACHINE 183

/* Bytes that two CPUs contend for: CTR_EL0.DminLine of the Cortex-A and Neoverse cores. */
#define PERCPU_CACHE_LINE 64

/* Bytes of the smallest page: Arm ARM (DDI 0487), VMSAv8-64 translation granules. */
#define PERCPU_PAGE 4096

/* Where a kernel for QEMU's virt machine is linked: RAM starts at 0x40000000, its first part holds
 * the device tree. */
#define PERCPU_VIRT_BASE 0x40200000

/* End of the offsets that an access holds: movz with abs_g0_nc keeps 16 bits and no linker
 * complains; the wide form is abs_g1 and abs_g0_nc. */
#define PERCPU_OFFSET_LIMIT 0x10000
#define PERCPU_OFFSET_LIMIT_WIDE 0x100000000

#endif
