/* Numbers that start.S and machine.c share. */
#ifndef TESTS_KERNEL_X86_64_MACHINE_H
#define TESTS_KERNEL_X86_64_MACHINE_H

/* Where the other CPUs begin: a page below 1 MiB that is in use for nothing else. */
#define TRAMPOLINE 0x8000

/* The interrupt vector behind the exceptions, and the bytes of each one's entry. */
#define VECTOR_TIMER 32
#define VECTOR_SIZE 16

#endif
