/*
 * The per-CPU register of machines where it is one of theirs, and each access a sequence that adds
 * it. Their access.h includes this; before, it defines the instructions with %0 for the value:
 *
 *	PERCPU_ARCH_GET_REG_	%0 = the register
 *	PERCPU_ARCH_SET_REG_	the register = %0
 */
#ifndef PERCPU_ARCH_REGISTER_H
#define PERCPU_ARCH_REGISTER_H

#include <stdint.h>

/* No operation is one instruction: its address is formed before. */
#define PERCPU_ARCH_ONE_INSTRUCTION 0

/* Always inline: raw accessors call nothing, at -O0 neither. */
__attribute__((always_inline)) static inline uintptr_t percpu_arch_read_reg(void)
{
	uintptr_t value;

	__asm__ volatile(PERCPU_ARCH_GET_REG_ : "=r"(value));
	return value;
}

__attribute__((always_inline)) static inline void percpu_arch_write_reg(uintptr_t value)
{
	__asm__ volatile(PERCPU_ARCH_SET_REG_ : : "r"(value) : "memory");
}

/* The register's value, for pointers. */
__attribute__((always_inline)) static inline uintptr_t percpu_arch_register(void)
{
	return percpu_arch_read_reg();
}

/* Nothing but the register keeps it. */
__attribute__((always_inline)) static inline void percpu_arch_keep_reg(uintptr_t value)
{
	(void)value;
}

#endif
