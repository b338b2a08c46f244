/*
 * A timer interrupt that adds to the variable that is being changed: what the manual claims of
 * interrupts holds when no addition is lost. Emulators deliver interrupts between blocks of
 * instructions: run with one instruction a block. The control, plain C, has to lose some: where it
 * does not, nothing has been divided and nothing is proved.
 */
#include "check.h"
#include "kernel.h"
#include "variables.h"

enum { TICKS = 60, CONTROL_TICKS = 200, CONTROL_TRIES = 20 };

/* On a busy host an interrupt may follow the other at once: then there is nothing to divide. */
enum { ROUNDS_PER_TICK = 8 };

static volatile uint64_t ticks, ticks_ever;
static void (*volatile on_tick)(void);
static uint64_t rounds;
static volatile uint64_t control;

void timer_tick(void)
{
	ticks = ticks + 1;
	ticks_ever = ticks_ever + 1;
	on_tick();
}

/* `before`, and then `operation` again and again until there were so many ticks; counts `rounds`.
 */
#define UNTIL_TICKS(goal, tick, before, operation)                                                 \
	do {                                                                                       \
		before;                                                                            \
		rounds = 0;                                                                        \
		ticks = 0;                                                                         \
		on_tick = (tick);                                                                  \
		machine_timer_start();                                                             \
		while (ticks < (goal) || rounds < (goal) * ROUNDS_PER_TICK) {                      \
			operation;                                                                 \
			operation;                                                                 \
			operation;                                                                 \
			operation;                                                                 \
			rounds += 4;                                                               \
		}                                                                                  \
		machine_timer_stop();                                                              \
	} while (0)

#define NAME u8
#define TYPE uint8_t
#include "timer.h"
#define NAME u16
#define TYPE uint16_t
#include "timer.h"
#define NAME u32
#define TYPE uint32_t
#include "timer.h"
#define NAME u64
#define TYPE uint64_t
#include "timer.h"

static void control_tick(void)
{
	control = control + 1;
}

/* Load, add and store, whatever instructions a compiler would have for it. */
static inline void control_add(void)
{
	uint64_t value = control;

	__asm__ volatile("" : "+r"(value));
	value += 2;
	__asm__ volatile("" : "+r"(value));
	control = value;
}

static void control_test(void)
{
	uint64_t lost = 0;

	for (int i = 0; i < CONTROL_TRIES && !lost; i++) {
		UNTIL_TICKS(CONTROL_TICKS, control_tick, control = 0, control_add());
		lost = 2 * rounds + ticks - control;
	}
	print_text("timer: the control lost ");
	print_decimal(lost);
	print_text(" of ");
	print_decimal(ticks);
	print_text("\n");
	if (!lost)
		check_failed(__FILE__, __LINE__, "the control lost nothing: this proves nothing");
}

void test_timer(void)
{
	control_test();
	u8_timer();
	u16_timer();
	u32_timer();
	u64_timer();
	SAME(percpu_read(entries), ticks_ever);
	SAME(this_cpu()->preempt, 0);
}
