/* QEMU's virt: UART 16550, the finisher at 0x100000; in M-mode the CLINT, in S-mode SBI. */
#include "../machine.h"

enum { UART = 0x10000000, FINISHER = 0x100000, CLINT = 0x2000000 };
enum { FINISHER_PASS = 0x5555, FINISHER_FAIL = 0x3333 };

/* RISC-V privileged manual, "mcause": the top bit and the number of a timer interrupt. */
#ifdef MACHINE_MMODE
#define CAUSE_TIMER (1UL << 63 | 7)
#else
#define CAUSE_TIMER (1UL << 63 | 5)
#endif

/* Called by start.S with the registers of the cause. */
void machine_trap(uint64_t cause, uint64_t address, uint64_t value);

static void timer_arm(void);

#ifdef MACHINE_MMODE

/* Hart by hart; the others poll it from start.S. In .data: before anything else runs. */
uint64_t machine_released[CPUS] __attribute__((section(".data")));

/* Ticks of 10 MHz. */
enum { TIMER_COUNT = 300 };

enum { CLINT_TIMECMP = 0x4000, CLINT_TIME = 0xbff8 };
#define MIE_MTIE (1UL << 7)
#define MSTATUS_MIE (1UL << 3)

void machine_start_cpu(size_t cpu)
{
	__atomic_store_n(&machine_released[cpu], 1, __ATOMIC_RELEASE);
}

static void timer_set(uint64_t after)
{
	const uint64_t now = *(volatile uint64_t *)(uintptr_t)(CLINT + CLINT_TIME);

	*(volatile uint64_t *)(uintptr_t)(CLINT + CLINT_TIMECMP) = now + after; /* hart 0's */
}

void machine_timer_start(void)
{
	timer_arm();
	__asm__ volatile("csrs mie, %0" : : "r"(MIE_MTIE));
	__asm__ volatile("csrs mstatus, %0" : : "r"(MSTATUS_MIE) : "memory");
}

void machine_timer_stop(void)
{
	__asm__ volatile("csrc mstatus, %0" : : "r"(MSTATUS_MIE) : "memory");
}

#else

/* Set by start.S: has a hart come to _start, and which one. */
uint32_t machine_booted __attribute__((section(".data")));
uint64_t machine_boot_hart __attribute__((section(".data")));
extern char _start[], machine_secondary[];

/* Ticks of 10 MHz, of which the firmware takes most when each instruction is a block. */
enum { TIMER_COUNT = 1500 };

/* RISC-V SBI, "Hart State Management" and "Timer". */
enum { SBI_HSM = 0x48534d, SBI_HSM_START = 0, SBI_TIME = 0x54494d45, SBI_TIME_SET = 0 };
enum { HARTS = 4 };
#define SIE_STIE (1UL << 5)
#define SSTATUS_SIE (1UL << 1)

static void sbi(uint64_t extension, uint64_t function, uint64_t x, uint64_t y, uint64_t z)
{
	register uint64_t a0 __asm__("a0") = x;
	register uint64_t a1 __asm__("a1") = y;
	register uint64_t a2 __asm__("a2") = z;
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
}

/* With TEST_ASTRAY each first comes to where OpenSBI 1.1 may have it come. */
static const char *start_of(size_t cpu)
{
#ifdef TEST_ASTRAY
	static bool sent[CPUS];

	if (!sent[cpu]) {
		sent[cpu] = true;
		return _start;
	}
#endif
	(void)cpu;
	return machine_secondary;
}

void machine_start_cpu(size_t cpu)
{
	sbi(SBI_HSM, SBI_HSM_START, (machine_boot_hart + cpu) % HARTS,
		(uint64_t)start_of(cpu) - LOAD_OFFSET, cpu);
}

static void timer_set(uint64_t after)
{
	uint64_t now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	sbi(SBI_TIME, SBI_TIME_SET, now + after, 0, 0);
}

void machine_timer_start(void)
{
	timer_arm();
	__asm__ volatile("csrs sie, %0" : : "r"(SIE_STIE));
	__asm__ volatile("csrs sstatus, %0" : : "r"(SSTATUS_SIE) : "memory");
}

void machine_timer_stop(void)
{
	__asm__ volatile("csrc sstatus, %0" : : "r"(SSTATUS_SIE) : "memory");
}

#endif

void machine_init(void)
{
}

void machine_wait_cpu(size_t cpu, const bool *flag)
{
	for (uint64_t i = 1; !__atomic_load_n(flag, __ATOMIC_ACQUIRE); i++)
		if (i % 1000000 == 0)
			machine_start_cpu(cpu);
}

void machine_put(char c)
{
	*(volatile uint8_t *)(uintptr_t)UART = (uint8_t)c;
}

void machine_exit(bool passed)
{
	for (;;)
		*(volatile uint32_t *)(uintptr_t)FINISHER =
			passed ? FINISHER_PASS : 1 << 16 | FINISHER_FAIL;
}

/* Of different length each time, so that no loop falls into step with it. */
static void timer_arm(void)
{
	static uint64_t round;

	timer_set(TIMER_COUNT + (round++ * 37 & 63));
}

void machine_trap(uint64_t cause, uint64_t address, uint64_t value)
{
	if (cause != CAUSE_TIMER)
		trap_fatal(cause, address, value);
	timer_tick();
	timer_arm();
}
