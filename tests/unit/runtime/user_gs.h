/*
 * The runtime in a program of Linux: the GS base is set by a system call. Included before
 * everything else, it takes the place of the two functions that want a kernel's privilege.
 */
#ifndef PERCPU_TESTS_USER_GS_H
#define PERCPU_TESTS_USER_GS_H

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/percpu_config.h"

#ifndef PERCPU_SP_NAIVE
#define percpu_arch_read_reg percpu_arch_read_reg_of_kernel
#define percpu_arch_write_reg percpu_arch_write_reg_of_kernel
#include "arch/x86_64/access.h"
#undef percpu_arch_read_reg
#undef percpu_arch_write_reg

/* asm/prctl.h */
enum { USER_GS_SET = 0x1001, USER_GS_GET = 0x1004 };

static inline uintptr_t percpu_arch_read_reg(void)
{
	uintptr_t base = 0;

	syscall(SYS_arch_prctl, USER_GS_GET, &base);
	return base;
}

static inline void percpu_arch_write_reg(uintptr_t base)
{
	syscall(SYS_arch_prctl, USER_GS_SET, base);
}
#endif

#endif
