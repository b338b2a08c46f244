/* Areas: what the linker script reserves, or the kernel allocates, and how they are set up. */
#include "percpu.h"

#ifdef PERCPU_SP_NAIVE

int percpu_init_in_place(void)
{
	return 1;
}

int percpu_init(void *base, size_t cpus)
{
	(void)base;
	(void)cpus;
	return 1;
}

int percpu_init_cpu(size_t cpu, void *base)
{
	(void)base;
	return cpu ? PERCPU_ERROR_CPU_RANGE : PERCPU_OK;
}

int percpu_reinit(void)
{
	return PERCPU_OK;
}

int percpu_init_reg(size_t cpu)
{
	return cpu ? PERCPU_ERROR_CPU_RANGE : PERCPU_OK;
}

size_t percpu_area_size(void)
{
	return 0;
}

size_t percpu_area_stride(void)
{
	return 0;
}

size_t percpu_area_align(void)
{
	return 1;
}

size_t percpu_area_num(void)
{
	return 1;
}

uintptr_t percpu_area_base(size_t cpu)
{
	(void)cpu;
	return 0;
}

struct percpu_layout percpu_area_layout(size_t cpus)
{
	(void)cpus;
	return (struct percpu_layout){0, 1};
}

uintptr_t percpu_read_reg(void)
{
	return 0;
}

void percpu_write_reg(uintptr_t base)
{
	(void)base;
}

#else

/*
 * Symbols of the linker script. Those of the template are numbers to a kernel whose template is at
 * address 0: only PERCPU_VALUE_() may read them. The others lie near the code.
 */
extern char _percpu_load_start[], _percpu_load_end[];
extern char _percpu_align[];
extern char _percpu_start[], _percpu_end[];
#if defined(PERCPU_SEPARATE) || defined(PERCPU_DYNAMIC)
extern char _percpu_template[];
# define TEMPLATE _percpu_template
#else
# define TEMPLATE _percpu_start
#endif

#if defined(__x86_64__)
/* Weak: the crate `percpu` defines it too, and one of them does. */
__attribute__((weak, used, section(".percpu"))) uintptr_t __PERCPU_SELF_PTR;
#endif

/* Who sets areas up. */
enum { NOBODY, SOMEBODY, DONE };
static int state;
static uintptr_t bases[PERCPU_CPUS_MAX]; /* 0: the CPU has no area */
static size_t count;			 /* CPUs below it may have one */

size_t percpu_area_size(void)
{
	return PERCPU_VALUE_(_percpu_load_end) - PERCPU_VALUE_(_percpu_load_start);
}

size_t percpu_area_align(void)
{
	size_t align;

	PERCPU_ARCH_NUMBER(_percpu_align, align);

	return align > PERCPU_AREA_ALIGN ? align : PERCPU_AREA_ALIGN;
}

static size_t align_up(size_t value, size_t align)
{
	return (value + align - 1) & ~(align - 1);
}

/* The template is never of no bytes to the stride: areas of nothing would have no number. */
size_t percpu_area_stride(void)
{
	const size_t size = percpu_area_size() + PERCPU_RESERVE;

	return align_up(size ? size : 1, percpu_area_align());
}

struct percpu_layout percpu_area_layout(size_t cpus)
{
	return (struct percpu_layout){cpus * percpu_area_stride(), percpu_area_align()};
}

size_t percpu_area_num(void)
{
	return __atomic_load_n(&count, __ATOMIC_ACQUIRE);
}

uintptr_t percpu_area_base(size_t cpu)
{
	return cpu < PERCPU_CPUS_MAX ? __atomic_load_n(&bases[cpu], __ATOMIC_ACQUIRE) : 0;
}

/* Takes the right to set areas up; given back by end(). */
static int begin(void)
{
	int is = NOBODY;

	if (__atomic_compare_exchange_n(
		    &state, &is, SOMEBODY, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return PERCPU_OK;
	return is == DONE ? PERCPU_ERROR_ALREADY : PERCPU_ERROR_BUSY;
}

static void end(int is)
{
	__atomic_store_n(&state, is, __ATOMIC_RELEASE);
}

static void fill(size_t cpu, uintptr_t base)
{
	if (base != (uintptr_t)TEMPLATE)
		percpu_arch_copy((void *)base, TEMPLATE, percpu_area_size());
	__atomic_store_n(&bases[cpu], base, __ATOMIC_RELEASE);
}

static int check_base(uintptr_t base)
{
	if (!base)
		return PERCPU_ERROR_NULL_BASE;
	return base & (percpu_area_align() - 1) ? PERCPU_ERROR_UNALIGNED_BASE : PERCPU_OK;
}

/*
 * Copies to the other CPUs first, to area 0 last: with overlay the template is that area, and stays
 * what it is until somebody writes a variable of CPU 0.
 */
static int fill_all(uintptr_t base, size_t cpus)
{
	const size_t stride = percpu_area_stride();
	const int error = check_base(base);

	if (error)
		return error;
	if (!cpus || cpus > PERCPU_CPUS_MAX)
		return PERCPU_ERROR_CPU_RANGE;
	for (size_t cpu = cpus; cpu-- > 0;)
		fill(cpu, base + cpu * stride);
	__atomic_store_n(&count, cpus, __ATOMIC_RELEASE);
	return (int)cpus;
}

int percpu_init(void *base, size_t cpus)
{
	int result = begin();

	if (result)
		return result;
	result = fill_all((uintptr_t)base, cpus);
	end(result < 0 ? NOBODY : DONE);
	return result;
}

int percpu_init_in_place(void)
{
	const size_t room = (size_t)(_percpu_end - _percpu_start) / percpu_area_stride();

	if (!room)
		return PERCPU_ERROR_NO_ROOM;
	return percpu_init(_percpu_start, room < PERCPU_CPUS_MAX ? room : PERCPU_CPUS_MAX);
}

int percpu_init_cpu(size_t cpu, void *base)
{
	int error = check_base((uintptr_t)base);
	int was = NOBODY;

	if (error)
		return error;
	if (cpu >= PERCPU_CPUS_MAX)
		return PERCPU_ERROR_CPU_RANGE;
	if (percpu_area_base(cpu))
		return PERCPU_ERROR_ALREADY;
	error = begin();
	if (error == PERCPU_ERROR_ALREADY) {
		was = DONE;
		if (!__atomic_compare_exchange_n(
			    &state, &was, SOMEBODY, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return PERCPU_ERROR_BUSY;
	} else if (error)
		return error;
	fill(cpu, (uintptr_t)base);
	if (cpu >= count)
		__atomic_store_n(&count, cpu + 1, __ATOMIC_RELEASE);
	end(DONE);
	return PERCPU_OK;
}

/* Only what nobody is setting up can be forgotten. */
int percpu_reinit(void)
{
	int is = DONE;

	if (!__atomic_compare_exchange_n(
		    &state, &is, SOMEBODY, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return is == NOBODY ? PERCPU_ERROR_NOT_INITIALISED : PERCPU_ERROR_BUSY;
	for (size_t cpu = 0; cpu < count; cpu++)
		__atomic_store_n(&bases[cpu], 0, __ATOMIC_RELEASE);
	__atomic_store_n(&count, 0, __ATOMIC_RELEASE);
	end(NOBODY);
	return PERCPU_OK;
}

int percpu_init_reg(size_t cpu)
{
	const uintptr_t base = percpu_area_base(cpu);

	if (cpu >= PERCPU_CPUS_MAX)
		return PERCPU_ERROR_CPU_RANGE;
	if (!base)
		return PERCPU_ERROR_NOT_INITIALISED;
	percpu_write_reg(base);
	return PERCPU_OK;
}

/* What the register holds more or less than the area's address. */
static uintptr_t register_bias(void)
{
#ifdef PERCPU_NON_ZERO_VMA
	return (uintptr_t)_percpu_load_start;
#else
	return 0;
#endif
}

uintptr_t percpu_read_reg(void)
{
	return percpu_arch_read_reg() + register_bias();
}

void percpu_write_reg(uintptr_t base)
{
	percpu_arch_write_reg(base - register_bias());
	percpu_arch_keep_reg(base - register_bias());
}

#endif

const char *percpu_error_text(int error)
{
	static const char *const texts[] = {
		[-PERCPU_OK] = "no error",
		[-PERCPU_ERROR_NULL_BASE] = "the base is a null pointer",
		[-PERCPU_ERROR_UNALIGNED_BASE] = "the base is not aligned for an area",
		[-PERCPU_ERROR_NO_ROOM] = "fewer bytes are reserved than one area takes",
		[-PERCPU_ERROR_CPU_RANGE] = "no CPU, or one beyond those that are provided for",
		[-PERCPU_ERROR_NOT_INITIALISED] = "the area has not been set up",
		[-PERCPU_ERROR_BUSY] = "another CPU is setting areas up",
		[-PERCPU_ERROR_ALREADY] = "the areas have been set up already",
	};

	if (error > 0 || error < PERCPU_ERROR_ALREADY)
		return "unknown error";
	return texts[-error];
}
