/* The numbers of x86_64 that the tool and the runtime share. Preprocessor only: assembly reads it
 * too. */
#ifndef PERCPU_ARCH_X86_64_FACTS_H
#define PERCPU_ARCH_X86_64_FACTS_H

/* e_machine: EM_X86_64, System V ABI AMD64 supplement, "Machine Information". */
#define PERCPU_ELF_MACHINE 62

/* Bytes that two CPUs contend for: Intel SDM volume 3, "Memory Cache Control". */
#define PERCPU_CACHE_LINE 64

/* Bytes of the smallest page: Intel SDM volume 3, "Paging". */
#define PERCPU_PAGE 4096

/* Where a kernel for QEMU's q35 machine is linked: above the first MiB, entered through PVH. */
#define PERCPU_VIRT_BASE 0x100000

/* End of the offsets that an access holds: gs:[disp32] and add imm32 sign-extend (R_X86_64_32S). */
#define PERCPU_OFFSET_LIMIT 0x80000000

#endif
