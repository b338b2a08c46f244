/* The numbers of riscv64 that the tool and the runtime share. Preprocessor only: assembly reads it
 * too. */
#ifndef PERCPU_ARCH_RISCV64_FACTS_H
#define PERCPU_ARCH_RISCV64_FACTS_H

/* e_machine: EM_RISCV, RISC-V ELF psABI, "File Header". */
#define PERCPU_ELF_MACHINE 243

/* Bytes that two CPUs contend for: Zicbom's usual block size; the psABI fixes none. */
#define PERCPU_CACHE_LINE 64

/* Bytes of the smallest page: RISC-V privileged manual, Sv39, Sv48 and Sv57. */
#define PERCPU_PAGE 4096

/* Where a kernel for QEMU's virt machine is linked: behind OpenSBI, which is loaded at 0x80000000.
 */
#define PERCPU_VIRT_BASE 0x80200000

/* End of the offsets that an access holds: lui sign-extends, and the low part's sign carries
 * (R_RISCV_HI20, R_RISCV_LO12_I). */
#define PERCPU_OFFSET_LIMIT 0x7ffff800

#endif
