/*
 * Code of shapes that compilers make of functions and variables: merged variables and anchors,
 * outlined and split functions, tables of jumps. The base is read as each machine does, and an
 * address in the template added to it. run.sh says the options, and what is to be listed.
 */
#define PERCPU __attribute__((section(".percpu"), used))

static PERCPU unsigned long first = 1;
static PERCPU unsigned long second = 2;
static PERCPU unsigned long third[4] = {3};

void log_it(const void *what);

#ifdef __x86_64__
#define OF(variable) (*(volatile __typeof__(variable) __seg_gs *)&(variable))
#else
static inline char *base(void)
{
	char *p;

#if defined(__aarch64__)
	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(p));
#elif defined(__riscv)
	__asm__ volatile("mv %0, gp" : "=r"(p));
#else
	__asm__ volatile("move %0, $r21" : "=r"(p));
#endif
	return p;
}

#define OF(variable) (*(volatile __typeof__(variable) *)(base() + (unsigned long)&(variable)))
#endif

void start(void)
{
	OF(first) += OF(second);
	OF(third[1]) = OF(first);
}

void again(void)
{
	OF(first) = OF(second) * 5 + 3;
	log_it("again");
	OF(first) = OF(second) * 5 + 3;
	log_it("and again");
	OF(first) = OF(second) * 5 + 3;
}

#ifdef REPEATED
/* One function is enough of what these have in common, and the base is not its own. */
#define REPEAT(name)                                                                               \
	void name(unsigned long n)                                                                 \
	{                                                                                          \
		char *p = base();                                                                  \
                                                                                                   \
		*(volatile unsigned long *)(p + (unsigned long)&first) = n;                        \
		*(volatile unsigned long *)(p + (unsigned long)&second) = n * 3;                   \
		*(volatile unsigned long *)(p + (unsigned long)&third[1]) = n * 5;                 \
		*(volatile unsigned long *)(p + (unsigned long)&third[2]) = n * 7;                 \
		log_it(#name);                                                                     \
	}
REPEAT(one)
REPEAT(two)
REPEAT(three)
REPEAT(four)
REPEAT(five)
REPEAT(six)
#endif

__attribute__((cold, noinline)) void seldom(unsigned long n)
{
	log_it(&n);
}

/* What seldom runs goes elsewhere. */
unsigned long split(unsigned long n)
{
	if (__builtin_expect(n > 1000, 0)) {
		OF(third[2]) = n;
		seldom(n);
		__builtin_trap();
	}
	return OF(second);
}

unsigned long table(unsigned n)
{
	switch (n) {
	case 0:
		return OF(first) + 1;
	case 1:
		return OF(second) ^ 2;
	case 2:
		return OF(third[0]) * 3;
	case 3:
		return OF(third[1]) - 4;
	case 4:
		return OF(third[2]) / 5;
	case 5:
		return OF(third[3]) | 6;
	}
	return 7;
}

void log_it(const void *what)
{
	__asm__ volatile("" : : "r"(what));
}
