/*
 * What the test kernel wants of a machine: <arch>/start.S and <arch>/machine.c. C and assembly.
 * run.sh defines LOAD_OFFSET, virtual less physical address, for a kernel in the high half, and
 * MACHINE_<NAME> where an architecture has several machines.
 */
#ifndef TESTS_KERNEL_MACHINE_H
#define TESTS_KERNEL_MACHINE_H

#ifdef PERCPU_SP_NAIVE
#define CPUS 1
#else
#define CPUS 4
#endif

/* Each CPU's stack: a power of two and aligned to it, so that code finds where it runs from it. */
#define STACK_SIZE 16384

#ifndef LOAD_OFFSET
#define LOAD_OFFSET 0
#endif

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* start.S calls it on the CPU's own stack, once; CPU 0 is the one that boots. */
void kernel_entry(size_t cpu);

/* On each CPU, first: traps print what happened, and exit. */
void machine_init(void);

/* Has CPU `cpu` come to kernel_entry(). May return before it has. */
void machine_start_cpu(size_t cpu);

/* Until `*flag` is set: a start message may be lost. Sends it again where that can be. */
void machine_wait_cpu(size_t cpu, const bool *flag);

void machine_put(char c);

/* Ends the emulator; its exit code tells `passed` apart from all else. */
_Noreturn void machine_exit(bool passed);

/* From now on, until stopped, interrupts call timer_tick(), on this CPU. */
void machine_timer_start(void);
void machine_timer_stop(void);

/* The kernel's part: called by the interrupt, and by all other traps. */
void timer_tick(void);
_Noreturn void trap_fatal(uint64_t cause, uint64_t address, uint64_t detail);

#endif
#endif
