/* QEMU's virt: UART 16550, the CPU's own timer, ACPI's power-off; it fails by pvpanic. */
#include "../machine.h"

extern char _start[];

/* CPU by CPU; the others poll it from start.S. In .data: before anything else runs. */
uint64_t machine_released[CPUS] __attribute__((section(".data")));

/* Called by start.S with ESTAT, ERA and BADV. */
void machine_trap(uint64_t status, uint64_t address, uint64_t value);

/* With paging on, devices are seen through the uncached window that start.S opens. */
#define DEVICE(address) ((LOAD_OFFSET ? 0x8000000000000000 : 0) + (uintptr_t)(address))

enum { UART = 0x1fe001e0, POWER = 0x100e001c, POWER_OFF = 0x34 };

/* pvpanic-pci as function 0 of device 5: its configuration space, and where its register goes. */
enum { PANIC_CONFIG = 0x20000000 + (5 << 15), PANIC_REGISTER = 0x40000000, PANICKED = 1 };
enum { PCI_COMMAND = 1, PCI_COMMAND_MEMORY = 2, PCI_BAR0 = 4 }; /* words */

/* LoongArch reference manual, volume 1, "Timer" and "Exceptions". Ticks of 100 MHz. */
enum { TIMER_COUNT = 2000, TCFG_ENABLE = 1, INTERRUPT_TIMER = 1 << 11 };
enum { CSR_CRMD = 0, CRMD_IE = 1 << 2, CSR_ECFG = 4, CSR_TCFG = 0x41, CSR_TICLR = 0x44 };

/* Loongson 3A5000 manual, "Inter-processor interrupts and communication". */
enum { IOCSR_IPI_SEND = 0x1040, IOCSR_MAIL_SEND = 0x1048 };
#define SEND_BLOCKING (1ULL << 31)
#define SEND_TO(cpu) ((uint64_t)(cpu) << 16)
#define SEND_MAIL_HIGH (1ULL << 2)

#define CSR_WRITE(csr, value)                                                                      \
	do {                                                                                       \
		uint64_t swapped = (value);                                                        \
		__asm__ volatile("csrwr %0, %1" : "+r"(swapped) : "i"(csr) : "memory");            \
	} while (0)

static void csr_interrupts(uint64_t enable)
{
	__asm__ volatile("csrxchg %0, %1, %2"
		: "+r"(enable)
		: "r"(CRMD_IE), "i"(CSR_CRMD)
		: "memory");
}

void machine_init(void)
{
}

/* The mailbox takes a physical address: a parked CPU has no windows. */
void machine_start_cpu(size_t cpu)
{
	const uint64_t entry = (uint64_t)_start - LOAD_OFFSET;
	const uint64_t to = SEND_BLOCKING | SEND_TO(cpu);

	__atomic_store_n(&machine_released[cpu], 1, __ATOMIC_RELEASE);
	__asm__ volatile("iocsrwr.d %0, %1"
		:
		: "r"(to | SEND_MAIL_HIGH | (entry & ~0xffffffffULL)),
		"r"((uint64_t)IOCSR_MAIL_SEND)
		: "memory");
	__asm__ volatile("iocsrwr.d %0, %1"
		:
		: "r"(to | entry << 32), "r"((uint64_t)IOCSR_MAIL_SEND)
		: "memory");
	__asm__ volatile("iocsrwr.w %0, %1"
		:
		: "r"((uint32_t)to), "r"((uint64_t)IOCSR_IPI_SEND)
		: "memory");
}

/* A message that came before the CPU was parked is lost. */
void machine_wait_cpu(size_t cpu, const bool *flag)
{
	for (uint64_t i = 1; !__atomic_load_n(flag, __ATOMIC_ACQUIRE); i++)
		if (i % 1000000 == 0)
			machine_start_cpu(cpu);
}

void machine_put(char c)
{
	*(volatile uint8_t *)DEVICE(UART) = (uint8_t)c;
}

void machine_exit(bool passed)
{
	volatile uint32_t *const config = (volatile uint32_t *)DEVICE(PANIC_CONFIG);

	for (;;) {
		if (passed) {
			*(volatile uint8_t *)DEVICE(POWER) = POWER_OFF;
		} else {
			config[PCI_BAR0] = PANIC_REGISTER;
			config[PCI_COMMAND] |= PCI_COMMAND_MEMORY;
			*(volatile uint8_t *)DEVICE(PANIC_REGISTER) = PANICKED;
		}
	}
}

/* Of different length each time, so that no loop falls into step with it. */
static void timer_arm(void)
{
	static uint64_t round;

	CSR_WRITE(CSR_TCFG, ((TIMER_COUNT + (round++ * 37 & 255)) & ~3ULL) | TCFG_ENABLE);
}

void machine_trap(uint64_t status, uint64_t address, uint64_t value)
{
	if (!(status & INTERRUPT_TIMER) || status >> 16)
		trap_fatal(status >> 16, address, value);
	CSR_WRITE(CSR_TICLR, 1);
	timer_tick();
	timer_arm();
}

void machine_timer_start(void)
{
	CSR_WRITE(CSR_ECFG, INTERRUPT_TIMER);
	timer_arm();
	csr_interrupts(CRMD_IE);
}

void machine_timer_stop(void)
{
	csr_interrupts(0);
	CSR_WRITE(CSR_TCFG, 0);
	CSR_WRITE(CSR_TICLR, 1);
}
