/* Areas: what the linker script reserves, or the kernel allocates, and how they are set up. */
#include "percpu_private.h"

#ifdef PERCPU_SP_NAIVE

/*
 * One CPU, whose variables are the template itself. What functions return is what those of the
 * crate do. A reset needs a copy of the template all the same.
 */
static bool kept;

static int start(void)
{
#ifdef PERCPU_PRISTINE
	const size_t size = (size_t)(_percpu_load_end - _percpu_load_start);

	if (!kept)
		percpu_copy_(_percpu_pristine_start, _percpu_load_start, size);
#endif
	kept = true;
	return 1;
}

int percpu_init_in_place(void)
{
	return start();
}

int percpu_init_in_place_cpus(size_t cpus)
{
	(void)cpus;
	return start();
}

int percpu_init(void *base, size_t cpus)
{
	(void)base;
	(void)cpus;
	return start();
}

int percpu_init_cpu(size_t cpu, void *base)
{
	(void)base;
	if (cpu)
		return PERCPU_ERROR_CPU_RANGE;
	start();
	return PERCPU_OK;
}

int percpu_reinit(void)
{
#ifdef PERCPU_PRISTINE
	const size_t size = (size_t)(_percpu_load_end - _percpu_load_start);

	if (!kept)
		return PERCPU_ERROR_NOT_INITIALISED;
	percpu_copy_(_percpu_load_start, _percpu_pristine_start, size);
	return PERCPU_OK;
#else
	return PERCPU_ERROR_NO_TEMPLATE;
#endif
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
	return PERCPU_AREA_ALIGN;
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

uintptr_t percpu_remote_base_(size_t cpu)
{
#ifdef PERCPU_DEBUG
	if (cpu)
		percpu_debug_failed("the copy of a CPU that has no area");
#endif
	(void)cpu;
	return 0;
}

struct percpu_layout percpu_area_layout(size_t cpus)
{
	(void)cpus;
	return (struct percpu_layout){0, PERCPU_AREA_ALIGN};
}

uintptr_t percpu_read_reg(void)
{
	return 0;
}

void percpu_write_reg(uintptr_t base)
{
	(void)base;
}

#ifdef PERCPU_HAS_TEMPLATE
const char *percpu_initial_values_(void)
{
	return kept ? _percpu_pristine_start : NULL;
}
#endif

#else

#ifdef __x86_64__
/* Weak: the crate `percpu` defines it too, and one of them does. */
__attribute__((weak, used, section(".percpu"))) uintptr_t __PERCPU_SELF_PTR;
#endif

/* Who sets areas up. */
enum { NOBODY, SOMEBODY, DONE };
static int state;

static uintptr_t bases[PERCPU_CPUS_MAX]; /* 0: the CPU has no area */
static size_t count;			 /* one more than the highest CPU that has one */

#ifdef PERCPU_DEBUG
static uint32_t taken[PERCPU_CPUS_MAX]; /* a CPU has called percpu_init_reg() for it */
#endif

/* Only whoever set `state` to SOMEBODY reads and writes these. */
static bool kept;     /* the slot of PERCPU_PRISTINE is filled */
static bool overlaid; /* an area lies on the template, whose values are lost */

/* Not the way of variables: on aarch64 the end may lie one byte beyond what that holds. */
size_t percpu_area_size(void)
{
#ifdef PERCPU_NON_ZERO_VMA
	return (uintptr_t)_percpu_load_end - (uintptr_t)_percpu_load_start;
#else
	size_t start, end;

	PERCPU_ARCH_NUMBER(_percpu_load_start, start);
	PERCPU_ARCH_NUMBER(_percpu_load_end, end);
	return end - start;
#endif
}

size_t percpu_area_align(void)
{
	size_t align;

	PERCPU_ARCH_NUMBER(_percpu_align, align);
	return align > PERCPU_AREA_ALIGN ? align : PERCPU_AREA_ALIGN;
}

/* An area has at least a byte: areas of nothing would all be one. */
size_t percpu_area_stride(void)
{
	const size_t size = percpu_area_size() + PERCPU_RESERVE;

	return percpu_align_up_(size ? size : 1, percpu_area_align());
}

struct percpu_layout percpu_area_layout(size_t cpus)
{
	const size_t areas = cpus <= PERCPU_CPUS_MAX ? cpus : 0;

	return (struct percpu_layout){areas * percpu_area_stride(), percpu_area_align()};
}

size_t percpu_area_num(void)
{
	return __atomic_load_n(&count, __ATOMIC_ACQUIRE);
}

uintptr_t percpu_area_base(size_t cpu)
{
	return cpu < PERCPU_CPUS_MAX ? __atomic_load_n(&bases[cpu], __ATOMIC_ACQUIRE) : 0;
}

/*
 * No address of x86_64, none that an aarch64 kernel maps even where the top byte is ignored, and
 * beyond what the other two translate. loongarch64 without paging takes the lower 48 bits, at which
 * no machine has memory.
 */
#define NOWHERE ((uintptr_t)0x5a5a5a5a5a5a0000)

uintptr_t percpu_remote_base_(size_t cpu)
{
	const uintptr_t base = percpu_area_base(cpu);

#ifdef PERCPU_DEBUG
	if (!base)
		percpu_debug_failed("the copy of a CPU that has no area");
#endif
	return base ? base : NOWHERE;
}

/* Takes the right to set areas up, which end() gives back, when nobody has it and `was` is so. */
static int begin(int was)
{
	if (__atomic_compare_exchange_n(
		    &state, &was, SOMEBODY, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return PERCPU_OK;
	if (was == SOMEBODY)
		return PERCPU_ERROR_BUSY;
	return was == DONE ? PERCPU_ERROR_ALREADY : PERCPU_ERROR_NOT_INITIALISED;
}

static void end(int is)
{
	__atomic_store_n(&state, is, __ATOMIC_RELEASE);
}

#if defined(PERCPU_DEBUG) && defined(PERCPU_OVERLAY)

static bool watched;
static uint64_t watched_sum;

static uint64_t template_sum(void)
{
	const volatile uint8_t *byte = (const volatile uint8_t *)PERCPU_TEMPLATE;
	uint64_t sum = 0;

	/* Sensitive to place: the factor is that of FNV-1a, which has 64 bits as well. */
	for (size_t size = percpu_area_size(); size; size--)
		sum = (sum ^ *byte++) * UINT64_C(0x100000001b3);
	return sum;
}

void percpu_debug_watch(void)
{
	if (watched || __atomic_load_n(&state, __ATOMIC_ACQUIRE) != NOBODY)
		return;
	watched_sum = template_sum();
	watched = true;
}

/* Those of an area that is set up may be written. */
static void check_template(void)
{
	if (watched && !kept && !overlaid && template_sum() != watched_sum)
		percpu_debug_failed("a per-CPU variable was written before start-up copied it");
}

#else

static void check_template(void)
{
}

#endif

/* Before the first write to an area that lies on the template. */
static void keep_template(void)
{
	check_template();
#ifdef PERCPU_PRISTINE
	if (!kept)
		percpu_copy_(
			_percpu_pristine_start, (const char *)PERCPU_TEMPLATE, percpu_area_size());
#endif
	kept = true;
}

/* Are the initial values of variables to be had? Else area 0 has been written by its CPU. */
static bool has_template(void)
{
#ifdef PERCPU_HAS_TEMPLATE
	return true;
#else
	return !overlaid;
#endif
}

static uintptr_t initial_values(void)
{
#ifdef PERCPU_PRISTINE
	return (uintptr_t)_percpu_pristine_start;
#else
	return PERCPU_TEMPLATE;
#endif
}

#ifdef PERCPU_HAS_TEMPLATE
/* There are areas only once the slot is filled. */
const char *percpu_initial_values_(void)
{
	return percpu_area_num() ? (const char *)initial_values() : NULL;
}
#endif

/* What is allocated is zero on CPUs that come later, too. */
static void clear_reserve(uintptr_t base)
{
	const size_t from = percpu_align_up_(percpu_area_size(), PERCPU_UNIT);

	if (PERCPU_RESERVE)
		percpu_clear_(base + from, percpu_area_stride() - from);
}

/* The area is complete before anyone can see it. */
static void fill(size_t cpu, uintptr_t base)
{
	if (base != initial_values())
		percpu_copy_((void *)base, (const char *)initial_values(), percpu_area_size());
	clear_reserve(base);
	if (base == PERCPU_TEMPLATE)
		overlaid = true;
	__atomic_store_n(&bases[cpu], base, __ATOMIC_RELEASE);
	if (cpu >= count)
		__atomic_store_n(&count, cpu + 1, __ATOMIC_RELEASE);
}

#ifdef PERCPU_NON_ZERO_VMA

/* As the linker has it: that two symbols have one address is news to a compiler. */
static uintptr_t address_of(const char *symbol)
{
	uintptr_t address = (uintptr_t)symbol;

	__asm__("" : "+r"(address));
	return address;
}

/* Where it is linked need not be where it is loaded: only 0 is no address of this model. */
static bool is_of_model(void)
{
	return address_of(_percpu_load_start) != 0;
}

#else

static bool is_of_model(void)
{
	size_t start;

	PERCPU_ARCH_NUMBER(_percpu_load_start, start);
	return start == 0;
}

#endif

/* Without a reserve scripts do not say their stride. */
static bool is_of_reserve(void)
{
#if !PERCPU_RESERVE
	return true;
#elif defined(PERCPU_NON_ZERO_VMA)
	return address_of(_percpu_reserve_end) - address_of(_percpu_load_start) ==
	       percpu_area_stride();
#else
	size_t end;

	PERCPU_ARCH_NUMBER(_percpu_reserve_end, end);
	return end == percpu_area_stride();
#endif
}

static int check_script(void)
{
	return is_of_model() && is_of_reserve() ? PERCPU_OK : PERCPU_ERROR_OTHER_SCRIPT;
}

static int check_base(uintptr_t base, size_t areas)
{
	if (!base)
		return PERCPU_ERROR_NULL_BASE;
	if (base & (percpu_area_align() - 1))
		return PERCPU_ERROR_UNALIGNED_BASE;
	return areas * percpu_area_stride() > UINTPTR_MAX - base ? PERCPU_ERROR_NO_ROOM : PERCPU_OK;
}

/* How many areas the script reserves; of a script that leaves them to the kernel, none. */
static size_t reserved(void)
{
	return ((uintptr_t)_percpu_end - (uintptr_t)_percpu_start) / percpu_area_stride();
}

#ifdef PERCPU_DEBUG

/* Who has a pointer to what is no CPU's shall not read what looks right. */
static void poison(uintptr_t base, size_t areas)
{
	volatile uint8_t *byte = (volatile uint8_t *)base;

	for (size_t size = areas * percpu_area_stride(); size; size--)
		*byte++ = 0x5a;
}

/*
 * All areas of the script, before any is filled: those of CPUs that are there lose it again. The
 * template is no such area, though it lies where that of CPU 0 does.
 */
static void poison_reserved(void)
{
	const uintptr_t start = (uintptr_t)_percpu_start;
	const size_t areas = reserved();

	if (areas && start == PERCPU_TEMPLATE)
		poison(start + percpu_area_stride(), areas - 1);
	else
		poison(start, areas);
}

#else

static void poison(uintptr_t base, size_t areas)
{
	(void)base;
	(void)areas;
}

static void poison_reserved(void)
{
}

#endif

/*
 * The first CPU last: in overlay its area is the template, and stays what it is until somebody
 * writes a variable of it.
 */
int percpu_init(void *base, size_t cpus)
{
	int error;

	if (!cpus || cpus > PERCPU_CPUS_MAX)
		return PERCPU_ERROR_CPU_RANGE;
	error = check_script();
	if (!error)
		error = check_base((uintptr_t)base, cpus);
	if (!error)
		error = begin(NOBODY);
	if (error)
		return error;
	keep_template();
	poison_reserved();
	for (size_t cpu = cpus; cpu-- > 0;)
		fill(cpu, (uintptr_t)base + cpu * percpu_area_stride());
	end(DONE);
	return (int)cpus;
}

int percpu_init_in_place(void)
{
	const size_t room = reserved();
	const int error = check_script();

	if (error)
		return error;
	if (!room)
		return PERCPU_ERROR_NO_ROOM;
	return percpu_init(_percpu_start, room < PERCPU_CPUS_MAX ? room : PERCPU_CPUS_MAX);
}

int percpu_init_in_place_cpus(size_t cpus)
{
	if (!cpus || cpus > PERCPU_CPUS_MAX)
		return PERCPU_ERROR_CPU_RANGE;
	if (check_script())
		return check_script();
	return cpus > reserved() ? PERCPU_ERROR_NO_ROOM : percpu_init(_percpu_start, cpus);
}

/* `first`: there are no areas yet. */
static int add_area(size_t cpu, uintptr_t base, bool first)
{
	if (percpu_area_base(cpu))
		return PERCPU_ERROR_ALREADY;
	if (!has_template())
		return PERCPU_ERROR_NO_TEMPLATE;
	keep_template();
	if (first)
		poison_reserved();
	fill(cpu, base);
	return PERCPU_OK;
}

int percpu_init_cpu(size_t cpu, void *base)
{
	int error = check_script();
	bool first;

	if (cpu >= PERCPU_CPUS_MAX)
		return PERCPU_ERROR_CPU_RANGE;
	if (!error)
		error = check_base((uintptr_t)base, 1);
	if (error)
		return error;
	error = begin(NOBODY);
	first = !error;
	if (error == PERCPU_ERROR_ALREADY)
		error = begin(DONE);
	if (error)
		return error;
	error = add_area(cpu, (uintptr_t)base, first);
	end(DONE); /* in error, they were before */
	return error;
}

static void forget(size_t cpu)
{
	const uintptr_t base = bases[cpu];

	__atomic_store_n(&bases[cpu], 0, __ATOMIC_RELEASE);
#ifdef PERCPU_DEBUG
	__atomic_store_n(&taken[cpu], 0, __ATOMIC_RELEASE);
#endif
	if (base && base != initial_values())
		poison(base, 1);
}

int percpu_reinit(void)
{
	int error = begin(DONE);

	if (error)
		return error;
	if (!has_template()) {
		end(DONE);
		return PERCPU_ERROR_NO_TEMPLATE;
	}
	for (size_t cpu = 0; cpu < count; cpu++)
		forget(cpu);
	__atomic_store_n(&count, 0, __ATOMIC_RELEASE);
	end(NOBODY);
	return PERCPU_OK;
}

#ifdef PERCPU_DEBUG

/* Of a CPU that calls again the register is what it was; that of another points elsewhere. */
static void take(size_t cpu, uintptr_t base)
{
	if (__atomic_exchange_n(&taken[cpu], 1, __ATOMIC_ACQ_REL) && percpu_read_reg() != base)
		percpu_debug_failed("a second CPU took an area: percpu_init_reg() of one number");
}

/* In overlay area 0 may be used before start-up: it is the template. */
static bool is_area(uintptr_t base)
{
	size_t areas;

#ifdef PERCPU_OVERLAY
	if (base == PERCPU_TEMPLATE && __atomic_load_n(&state, __ATOMIC_ACQUIRE) != DONE)
		return true;
#endif
	areas = percpu_area_num(); /* of a start-up that has ended */
	for (size_t cpu = 0; cpu < areas; cpu++)
		if (base && base == percpu_area_base(cpu))
			return true;
	return false;
}

void percpu_check_area_(void)
{
	if (!is_area(percpu_read_reg()))
		percpu_debug_failed("this CPU has no area: percpu_init_reg() was not called");
}

#else

static void take(size_t cpu, uintptr_t base)
{
	(void)cpu;
	(void)base;
}

#endif

int percpu_init_reg(size_t cpu)
{
	/* First: of a start-up that ended before it, the base is there. */
	const int was = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
	const uintptr_t base = percpu_area_base(cpu);

	if (cpu >= PERCPU_CPUS_MAX)
		return PERCPU_ERROR_CPU_RANGE;
	if (!base)
		return was == SOMEBODY ? PERCPU_ERROR_BUSY : PERCPU_ERROR_NOT_INITIALISED;
	take(cpu, base);
	percpu_write_reg(base);
	return PERCPU_OK;
}

/* What the register holds less than the area's address. */
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
#if defined(PERCPU_DEBUG) && defined(PERCPU_OVERLAY)
	if (base == PERCPU_TEMPLATE)
		percpu_debug_watch();
#endif
}

#endif

const char *percpu_error_text(int error)
{
	static const char *const texts[] = {
		[-PERCPU_OK] = "no error",
		[-PERCPU_ERROR_NULL_BASE] = "the base is a null pointer",
		[-PERCPU_ERROR_UNALIGNED_BASE] = "the base is not aligned for an area",
		[-PERCPU_ERROR_NO_ROOM] = "fewer bytes are there than the areas take",
		[-PERCPU_ERROR_CPU_RANGE] = "no CPU, or one beyond those that are provided for",
		[-PERCPU_ERROR_NOT_INITIALISED] =
			"this CPU has no area: none yet, or the script reserves for fewer CPUs",
		[-PERCPU_ERROR_BUSY] = "another CPU is setting areas up",
		[-PERCPU_ERROR_ALREADY] = "the area has been set up already",
		[-PERCPU_ERROR_NO_TEMPLATE] = "no copy of the initial values was kept",
		[-PERCPU_ERROR_NOT_ALLOCATED] = "nothing is allocated there",
		[-PERCPU_ERROR_OTHER_SCRIPT] = "the linker script is of another model or reserve",
	};

	if (error > 0 || error < PERCPU_ERROR_OTHER_SCRIPT)
		return "unknown error";
	return texts[-error];
}

/* The linker knows the stride, the script the number of CPUs: nothing is said of them. */
PERCPU_NOTE_IMAGE(PERCPU_NOTE_THIS_PLACEMENT, PERCPU_NOTE_UNSPECIFIED_64,
	PERCPU_NOTE_UNSPECIFIED_64, PERCPU_NOTE_UNSPECIFIED_64, PERCPU_RESERVE);
