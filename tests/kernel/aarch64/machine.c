/* QEMU's virt: PL011, GICv2, the generic timer, PSCI; it exits by semihosting. */
#include "../machine.h"

extern char _start[];

/* Called by start.S's interrupt entry. */
void machine_timer_interrupt(void);

enum { UART = 0x09000000, GICD = 0x08000000, GICC = 0x08010000 };

/* Arm IHI 0048, "Distributor register map" and "CPU interface register map". */
enum {
	GICD_CTLR = 0,
	GICD_ISENABLER = 0x100,
	GICC_CTLR = 0,
	GICC_PMR = 4,
	GICC_IAR = 0xc,
	GICC_EOIR = 0x10,
};

/* Arm DEN 0022, CPU_ON of 64-bit callers. */
#define PSCI_CPU_ON 0xc4000003

/* Arm's semihosting specification: SYS_EXIT and ADP_Stopped_ApplicationExit. */
enum { SEMIHOSTING_EXIT = 0x18, APPLICATION_EXIT = 0x20026 };

#define HCR_EL2_IMO (1UL << 4)

/* Arm SBSA: the interrupts of the EL1 virtual and of the EL2 physical timer. */
#ifdef PERCPU_ARM_EL2
enum { TIMER_INTERRUPT = 26 };
#else
enum { TIMER_INTERRUPT = 27 };
#endif

/* Ticks of 62.5 MHz. */
enum { TIMER_COUNT = 1000 };

static void write32(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static uint32_t read32(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

void machine_init(void)
{
#ifdef PERCPU_ARM_EL2
	__asm__ volatile("msr hcr_el2, %0" : : "r"(HCR_EL2_IMO));
#endif
}

/* The entry is physical: the other CPU's MMU is off. */
void machine_start_cpu(size_t cpu)
{
	register uint64_t function __asm__("x0") = PSCI_CPU_ON;
	register uint64_t target __asm__("x1") = cpu;
	register uint64_t entry __asm__("x2") = (uint64_t)_start - LOAD_OFFSET;
	register uint64_t context __asm__("x3") = 0;

#ifdef PERCPU_ARM_EL2
	__asm__ volatile("smc #0"
#else
	__asm__ volatile("hvc #0"
#endif
		: "+r"(function), "+r"(target), "+r"(entry), "+r"(context)
		:
		: "memory");
}

void machine_wait_cpu(size_t cpu, const bool *flag)
{
	(void)cpu;
	while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
		__asm__ volatile("yield");
}

void machine_put(char c)
{
	write32(UART, (uint8_t)c);
}

void machine_exit(bool passed)
{
	const uint64_t reason[] = {APPLICATION_EXIT, passed ? 0 : 1};
	register uint64_t operation __asm__("x0") = SEMIHOSTING_EXIT;
	register const uint64_t *argument __asm__("x1") = reason;

	for (;;)
		__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
}

/* Of different length each time, so that no loop falls into step with it. */
static void timer_arm(void)
{
	static uint64_t round;
	const uint64_t count = TIMER_COUNT + (round++ * 37 & 255);

#ifdef PERCPU_ARM_EL2
	__asm__ volatile("msr cnthp_tval_el2, %0; isb" : : "r"(count));
#else
	__asm__ volatile("msr cntv_tval_el0, %0; isb" : : "r"(count));
#endif
}

static void timer_control(uint64_t enable)
{
#ifdef PERCPU_ARM_EL2
	__asm__ volatile("msr cnthp_ctl_el2, %0; isb" : : "r"(enable));
#else
	__asm__ volatile("msr cntv_ctl_el0, %0; isb" : : "r"(enable));
#endif
}

/* Without a timer's interrupt pending the acknowledged number is 1023, which is not answered. */
void machine_timer_interrupt(void)
{
	const uint32_t interrupt = read32(GICC + GICC_IAR);

	if ((interrupt & 0x3ff) != TIMER_INTERRUPT)
		return;
	timer_tick();
	timer_arm();
	write32(GICC + GICC_EOIR, interrupt);
}

void machine_timer_start(void)
{
	write32(GICD + GICD_CTLR, 1);
	write32(GICD + GICD_ISENABLER, 1U << TIMER_INTERRUPT);
	write32(GICC + GICC_PMR, 0xff);
	write32(GICC + GICC_CTLR, 1);
	timer_arm();
	timer_control(1);
	__asm__ volatile("msr daifclr, #2" : : : "memory");
}

void machine_timer_stop(void)
{
	__asm__ volatile("msr daifset, #2" : : : "memory");
	timer_control(0);
}
