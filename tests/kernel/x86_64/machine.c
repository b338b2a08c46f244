/* QEMU's q35: UART 16550, local APIC, isa-debug-exit at 0xf4. */
#include "../machine.h"
#include "machine.h"

extern const char trampoline[], trampoline_end[], vectors[];

/* Written by start.S's interrupt entry. */
void machine_timer_interrupt(void);

/* Intel SDM volume 3, "Local APIC register address map"; bytes from the base. */
enum {
	APIC = 0xfee00000,
	APIC_EOI = 0xb0,
	APIC_SPURIOUS = 0xf0,
	APIC_ICR_LOW = 0x300,
	APIC_ICR_HIGH = 0x310,
	APIC_LVT_TIMER = 0x320,
	APIC_TIMER_COUNT = 0x380,
	APIC_TIMER_DIVIDE = 0x3e0,
};

enum {
	ICR_INIT = 0x4500,
	ICR_STARTUP = 0x4600,	 /* and the page that it begins in */
	SPURIOUS_ENABLE = 0x1ff, /* vector 0xff */
	DIVIDE_BY_16 = 3,	 /* of 1 GHz */
	TIMER_COUNT = 1000,
};

enum { UART = 0x3f8, DEBUG_EXIT = 0xf4, PIC_MASK_1 = 0x21, PIC_MASK_2 = 0xa1 };

/* isa-debug-exit exits with 2 * value + 1: 33, which a triple fault never gives. */
enum { EXIT_PASSED = 0x10, EXIT_FAILED = 0x11 };

/* Intel SDM volume 3, "64-bit IDT gate descriptors". */
struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};
enum { GATE_INTERRUPT = 0x8e, CODE_SELECTOR = 8 };

static struct gate idt[VECTOR_TIMER + 1];

static void port_write8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void port_write32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static void apic_write(unsigned reg, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)(APIC + reg) = value;
}

static void gate_set(size_t vector)
{
	const uintptr_t entry = (uintptr_t)vectors + vector * VECTOR_SIZE;

	idt[vector] = (struct gate){
		.offset_low = (uint16_t)entry,
		.selector = CODE_SELECTOR,
		.type = GATE_INTERRUPT,
		.offset_middle = (uint16_t)(entry >> 16),
		.offset_high = (uint32_t)(entry >> 32),
	};
}

void machine_init(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = {sizeof(idt) - 1, (uintptr_t)idt};

	for (size_t vector = 0; vector <= VECTOR_TIMER; vector++)
		gate_set(vector);
	__asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
#ifdef PERCPU_X86_FSGSBASE
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | 1 << 16)); /* CR4.FSGSBASE */
#endif
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE);
}

/* Not memcpy: low memory is at an address that a compiler may think no object is at. */
static void trampoline_copy(void)
{
	const char *from = trampoline;
	uintptr_t to = TRAMPOLINE;
	size_t size = (size_t)(trampoline_end - trampoline);

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

void machine_start_cpu(size_t cpu)
{
	trampoline_copy();
	apic_write(APIC_ICR_HIGH, (uint32_t)cpu << 24);
	apic_write(APIC_ICR_LOW, ICR_INIT);
	for (int i = 0; i < 2; i++) {
		apic_write(APIC_ICR_HIGH, (uint32_t)cpu << 24);
		apic_write(APIC_ICR_LOW, ICR_STARTUP | TRAMPOLINE >> 12);
	}
}

/* A CPU that runs ignores start-up messages. */
void machine_wait_cpu(size_t cpu, const bool *flag)
{
	(void)cpu;
	while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
		__asm__ volatile("pause");
}

void machine_put(char c)
{
	port_write8(UART, (uint8_t)c);
}

void machine_exit(bool passed)
{
	port_write32(DEBUG_EXIT, passed ? EXIT_PASSED : EXIT_FAILED);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Of different length each time, so that no loop falls into step with it. */
static void timer_arm(void)
{
	static uint32_t round;

	apic_write(APIC_TIMER_COUNT, TIMER_COUNT + (round++ * 37 & 255));
}

void machine_timer_interrupt(void)
{
	timer_tick();
	timer_arm();
	apic_write(APIC_EOI, 0);
}

void machine_timer_start(void)
{
	port_write8(PIC_MASK_1, 0xff);
	port_write8(PIC_MASK_2, 0xff);
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	timer_arm();
	__asm__ volatile("sti" : : : "memory");
}

void machine_timer_stop(void)
{
	__asm__ volatile("cli" : : : "memory");
}
