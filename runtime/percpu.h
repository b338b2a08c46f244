/*
 * Per-CPU data for kernels: definitions, access, start-up. percpu(3) says it in full, with a table
 * of the names that the Rust crate `percpu` has for the same; percpu_config.h has the macros that
 * choose a configuration.
 *
 * GNU C11 and C++17, gcc and clang; freestanding: of the standard library only stdint.h, stddef.h
 * and stdbool.h are included, and nothing is called that this library does not define, but memcpy.
 */
#ifndef PERCPU_H
#define PERCPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "percpu_config.h"

#if defined(__x86_64__)
# include "../arch/x86_64/facts.h"
#elif defined(__aarch64__)
# include "../arch/aarch64/facts.h"
#elif defined(__riscv) && __riscv_xlen == 64
# include "../arch/riscv64/facts.h"
#elif defined(__loongarch64)
# include "../arch/loongarch64/facts.h"
#else
# error "percpu: x86_64, aarch64, riscv64 and loongarch64 only"
#endif
#ifdef PERCPU_SP_NAIVE
#elif defined(__x86_64__)
# include "../arch/x86_64/access.h"
#elif defined(__aarch64__)
# include "../arch/aarch64/access.h"
#elif defined(__riscv)
# include "../arch/riscv64/access.h"
#else
# include "../arch/loongarch64/access.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The note that this object's accesses are of this configuration. */
#ifndef PERCPU_NO_NOTE
PERCPU_NOTE_THIS_UNIT;
#endif

/* ---- Definitions -------------------------------------------------------------------------- */

/*
 * DEFINE_PERCPU(type, name) = initial value;
 * static DEFINE_PERCPU(type, name);
 * DECLARE_PERCPU(type, name);
 *
 * A variable of which each CPU has a copy. Any type, arrays as `int[4]`, but const, and in C++ none
 * with a constructor or destructor. At file scope, or in a function with `static`. What C calls the
 * variable is `__PERCPU_<name>`, which only the macros below name: `name` alone does not compile.
 */
#define DEFINE_PERCPU(type, name) PERCPU_DEFINE_(type, name, ".percpu", 1)
/* Aligned to `n` bytes, a power of two, in every area. */
#define DEFINE_PERCPU_ALIGNED(type, name, n) PERCPU_DEFINE_(type, name, ".percpu", n)
/* On pages of its own. */
#define DEFINE_PERCPU_PAGE_ALIGNED(type, name)                                                     \
	PERCPU_DEFINE_(type, name, ".percpu.page_aligned", PERCPU_PAGE)
/* Written by other CPUs: on cache lines that it shares with no variable of another kind. */
#define DEFINE_PERCPU_SHARED(type, name)                                                           \
	PERCPU_DEFINE_(type, name, ".percpu.shared_aligned", PERCPU_CACHE_LINE)
/* Seldom written: apart from what is. */
#define DEFINE_PERCPU_READ_MOSTLY(type, name) PERCPU_DEFINE_(type, name, ".percpu.read_mostly", 1)
/* At the area's start; what there is one of. */
#define DEFINE_PERCPU_FIRST(type, name) PERCPU_DEFINE_(type, name, ".percpu.first", 1)

/* A variable that another object defines. */
#define DECLARE_PERCPU(type, name) extern __typeof__(type) __PERCPU_##name

#ifdef __cplusplus
}

template <class T> struct percpu_type_ {
	static_assert(__is_trivially_copyable(T), "a per-CPU variable is copied byte by byte");
	static_assert(__is_trivially_constructible(T) || __is_aggregate(T),
		"a per-CPU variable has no constructor: each CPU's copy is made of bytes");
	static constexpr bool is_const = false;
};
template <class T> struct percpu_type_<const T> {
	static constexpr bool is_const = true;
};
# define PERCPU_IS_CONST_(type) (percpu_type_<type>::is_const)
# define PERCPU_ASSERT_(condition, message) static_assert(condition, message)
extern "C" {
#else
# define PERCPU_IS_CONST_(type)                                                                    \
	 __builtin_types_compatible_p(__typeof__(type) *, const __typeof__(type) *)
# define PERCPU_ASSERT_(condition, message) _Static_assert(condition, message)
#endif

/* A negative alignment says that the type is const: an attribute has no message of its own. */
#define PERCPU_DEFINE_(type, name, where, align)                                                   \
	__attribute__((used, section(where),                                                       \
		aligned(PERCPU_ALIGN_(type, align, "a per-CPU variable is not const"))))           \
	__typeof__(type) __PERCPU_##name
#define PERCPU_ALIGN_(type, align, why)                                                            \
	((align) > __alignof__(type) ? (align) : __alignof__(type)) *                              \
		(PERCPU_IS_CONST_(type) ? -(int)sizeof(why) : 1)

/* The variable that an argument names: `name`, `name.member`, `name[3]`. */
#define PERCPU_VAR_(name) __PERCPU_##name

/* ---- What the kernel supplies ------------------------------------------------------------- */

#ifdef PERCPU_PREEMPT
/* Nest, are compiler barriers, and are called around guarded accesses. */
void percpu_preempt_disable(void);
void percpu_preempt_enable(void);
/* Is preemption disabled, or an interrupt handler running? Asked with PERCPU_DEBUG only. */
bool percpu_preempt_is_disabled(void);
#endif
#ifdef PERCPU_DEBUG
/* Something is wrong that only debugging sees; `what` is one line. Does not return. */
__attribute__((noreturn)) void percpu_debug_failed(const char *what);
#endif

struct percpu_guard_ {
	char unused;
};

static inline struct percpu_guard_ percpu_guard_take_(void)
{
#ifdef PERCPU_PREEMPT
	percpu_preempt_disable();
#endif
	return (struct percpu_guard_){0};
}

static inline void percpu_guard_release_(struct percpu_guard_ *guard)
{
	(void)guard;
#ifdef PERCPU_PREEMPT
	percpu_preempt_enable();
#endif
}

#define PERCPU_GUARDED_(expression)                                                                \
	({                                                                                         \
		__attribute__((cleanup(percpu_guard_release_), unused)) struct percpu_guard_       \
			percpu_guard_ = percpu_guard_take_();                                      \
		(expression);                                                                      \
	})

#if defined(PERCPU_PREEMPT) && defined(PERCPU_DEBUG)
# define PERCPU_CHECK_RAW_()                                                                       \
	 (percpu_preempt_is_disabled()                                                             \
			 ? (void)0                                                                 \
			 : percpu_debug_failed("a raw per-CPU access while preemption is enabled"))
#else
# define PERCPU_CHECK_RAW_() ((void)0)
#endif

/* ---- The current CPU ---------------------------------------------------------------------- */

/*
 * Of a variable, a member of one, or an element with a constant index, of 1, 2, 4 or 8 bytes. The
 * _raw forms are for callers who exclude a move to another CPU themselves; the others do with
 * PERCPU_PREEMPT, and are the same without. All are compiler barriers. None orders anything as
 * other CPUs see it. percpu(3) says, for each machine, which of them an interrupt may divide.
 */
#define percpu_read(name) PERCPU_GUARDED_(PERCPU_READ_(PERCPU_VAR_(name)))
#define percpu_read_raw(name) PERCPU_RAW_(PERCPU_READ_(PERCPU_VAR_(name)))
#define percpu_write(name, x) PERCPU_GUARDED_(PERCPU_CHANGE_(WRITE, PERCPU_VAR_(name), x))
#define percpu_write_raw(name, x) PERCPU_RAW_(PERCPU_CHANGE_(WRITE, PERCPU_VAR_(name), x))

/* Integers only; no value. */
#define percpu_add(name, x) PERCPU_GUARDED_(PERCPU_COUNT_(ADD, PERCPU_VAR_(name), x))
#define percpu_add_raw(name, x) PERCPU_RAW_(PERCPU_COUNT_(ADD, PERCPU_VAR_(name), x))
#define percpu_sub(name, x) PERCPU_GUARDED_(PERCPU_COUNT_(SUB, PERCPU_VAR_(name), x))
#define percpu_sub_raw(name, x) PERCPU_RAW_(PERCPU_COUNT_(SUB, PERCPU_VAR_(name), x))
#define percpu_and(name, x) PERCPU_GUARDED_(PERCPU_COUNT_(AND, PERCPU_VAR_(name), x))
#define percpu_and_raw(name, x) PERCPU_RAW_(PERCPU_COUNT_(AND, PERCPU_VAR_(name), x))
#define percpu_or(name, x) PERCPU_GUARDED_(PERCPU_COUNT_(OR, PERCPU_VAR_(name), x))
#define percpu_or_raw(name, x) PERCPU_RAW_(PERCPU_COUNT_(OR, PERCPU_VAR_(name), x))
#define percpu_xor(name, x) PERCPU_GUARDED_(PERCPU_COUNT_(XOR, PERCPU_VAR_(name), x))
#define percpu_xor_raw(name, x) PERCPU_RAW_(PERCPU_COUNT_(XOR, PERCPU_VAR_(name), x))
#define percpu_inc(name) percpu_add(name, 1)
#define percpu_inc_raw(name) percpu_add_raw(name, 1)
#define percpu_dec(name) percpu_sub(name, 1)
#define percpu_dec_raw(name) percpu_sub_raw(name, 1)

/* The sum, as the variable now has it. */
#define percpu_add_return(name, x) PERCPU_GUARDED_(PERCPU_ADD_RETURN_(PERCPU_VAR_(name), x))
#define percpu_add_return_raw(name, x) PERCPU_RAW_(PERCPU_ADD_RETURN_(PERCPU_VAR_(name), x))
/* What was there. */
#define percpu_xchg(name, x) PERCPU_GUARDED_(PERCPU_XCHG_(PERCPU_VAR_(name), x))
#define percpu_xchg_raw(name, x) PERCPU_RAW_(PERCPU_XCHG_(PERCPU_VAR_(name), x))
/* What was there; if that was `old`, `x` is there now. */
#define percpu_cmpxchg(name, old, x) PERCPU_GUARDED_(PERCPU_CMPXCHG_(PERCPU_VAR_(name), old, x))
#define percpu_cmpxchg_raw(name, old, x) PERCPU_RAW_(PERCPU_CMPXCHG_(PERCPU_VAR_(name), old, x))

/*
 * A pointer to this CPU's copy, of any type: for as long as the caller cannot be moved to another
 * CPU. percpu_with() sees to that, for the block behind it:
 *
 *	percpu_with(queue, q) { q->length++; }
 *
 * However the block is left - break, return, goto - the guard is released.
 */
#define percpu_ptr(name) PERCPU_RAW_(PERCPU_PTR_(PERCPU_VAR_(name)))
#define percpu_with(name, p)                                                                       \
	for (struct percpu_guard_ percpu_guard_ __attribute__((cleanup(percpu_guard_release_))) =  \
			     percpu_guard_take_(),                                                 \
		    *percpu_once_ = &percpu_guard_;                                                \
		percpu_once_; percpu_once_ = NULL)                                                 \
		for (__typeof__(PERCPU_VAR_(name)) *p = PERCPU_PTR_(PERCPU_VAR_(name));            \
			percpu_once_; percpu_once_ = NULL)

/* Bytes from the start of any CPU's area to the variable. */
#define percpu_offset(name) PERCPU_OFFSET_(PERCPU_VAR_(name))
/* The symbol's value: in zero the offset, else an address in the template. */
#define percpu_symbol_vma(name) PERCPU_VALUE_(PERCPU_VAR_(name))

/* ---- Other CPUs --------------------------------------------------------------------------- */

/*
 * A pointer to the copy of CPU `cpu`, which has an area: one that has none gives an address that
 * no machine has, and with PERCPU_DEBUG ends in percpu_debug_failed(). The other CPU goes on; what
 * both access is up to the caller.
 */
#define percpu_remote_ptr(name, cpu)                                                               \
	((__typeof__(PERCPU_VAR_(name)) *)(percpu_remote_base_(cpu) + percpu_offset(name)))

/* All CPUs that have an area, in their order; declares `cpu`, a size_t. */
#define for_each_percpu(cpu)                                                                       \
	for (size_t cpu = percpu_next_(0); cpu < percpu_area_num(); cpu = percpu_next_(cpu + 1))

/* The sum over all CPUs, of integers that change meanwhile or not. */
#define percpu_sum(name)                                                                           \
	({                                                                                         \
		__typeof__(PERCPU_VALUE_TYPE_(PERCPU_VAR_(name))) percpu_sum_ = 0;                 \
		for_each_percpu(percpu_cpu_) percpu_sum_ +=                                        \
			*(volatile __typeof__(PERCPU_VAR_(name)) *)percpu_remote_ptr(              \
				name, percpu_cpu_);                                                \
		percpu_sum_;                                                                       \
	})

/*
 * The copy of this CPU, or of CPU `cpu`, gets the initial value again that it was linked with. Of a
 * variable, a member or an element, of any size; byte by byte, so that an interrupt may see it half
 * done. Gives 0, or PERCPU_ERROR_NOT_INITIALISED before the areas are set up.
 *
 * Needs the template as it was: PERCPU_SEPARATE, PERCPU_DYNAMIC, or PERCPU_PRISTINE. Without one of
 * them there is no such name.
 */
#ifdef PERCPU_HAS_TEMPLATE
#define percpu_reset_to_init(name)                                                                 \
	__extension__({                                                                            \
		__attribute__((cleanup(percpu_guard_release_),                                     \
			unused)) struct percpu_guard_ percpu_resetting_ = percpu_guard_take_();    \
		PERCPU_RESET_(name, PERCPU_PTR_(PERCPU_VAR_(name)));                               \
	})
#define percpu_reset_to_init_raw(name)                                                             \
	__extension__({                                                                            \
		PERCPU_CHECK_RAW_();                                                               \
		PERCPU_RESET_(name, PERCPU_PTR_(PERCPU_VAR_(name)));                               \
	})
#define percpu_remote_reset_to_init(name, cpu) PERCPU_RESET_(name, percpu_remote_ptr(name, cpu))
#define PERCPU_RESET_(name, copy)                                                                  \
	percpu_reset_((void *)(copy), percpu_offset(name), sizeof(PERCPU_VAR_(name)))
int percpu_reset_(void *copy, uintptr_t offset, size_t size);
#endif

/* ---- Start-up ----------------------------------------------------------------------------- */

/* What start-up functions return: 0, or why they did nothing. */
enum percpu_error {
	PERCPU_OK = 0,
	PERCPU_ERROR_NULL_BASE = -1,	  /* the base is a null pointer */
	PERCPU_ERROR_UNALIGNED_BASE = -2, /* the base is no multiple of percpu_area_align() */
	PERCPU_ERROR_NO_ROOM = -3,	  /* fewer bytes than the areas take, in script or memory */
	PERCPU_ERROR_CPU_RANGE = -4,	  /* no CPU, or one at or above PERCPU_CPUS_MAX */
	PERCPU_ERROR_NOT_INITIALISED = -5, /* the CPU's area has not been set up */
	PERCPU_ERROR_BUSY = -6,		   /* another CPU is setting areas up */
	PERCPU_ERROR_ALREADY = -7,	   /* they have been: percpu_reinit() does it again */
	PERCPU_ERROR_NO_TEMPLATE = -8,	   /* area 0 lies on the initial values: PERCPU_PRISTINE */
	PERCPU_ERROR_NOT_ALLOCATED = -9,   /* percpu_alloc() did not give this, or it was freed */
};

/* One line of text, for any number; static storage. */
const char *percpu_error_text(int error);

/*
 * Sets up the areas that the linker script reserves, on the CPU that boots, before any variable is
 * accessed: copies the template, which area 0 already is with overlay. Returns the number of CPUs
 * there is room for, at least 1, or an error; of more than PERCPU_CPUS_MAX that many.
 *
 * Of several calls of the functions here at one time one works, the others return
 * PERCPU_ERROR_BUSY or, later, PERCPU_ERROR_ALREADY. None waits.
 */
int percpu_init_in_place(void);

/*
 * The same in memory of the caller's, `cpus` areas percpu_area_stride() bytes apart from `base` on;
 * percpu_area_layout() says how much. The memory stays the caller's, and in use for good. Returns
 * `cpus` or an error.
 */
int percpu_init(void *base, size_t cpus);

/*
 * One CPU's area, anywhere, of percpu_area_stride() bytes: for hotplug and NUMA, before the
 * functions above, in place of them or after. Copies the template; other areas stay as they are.
 * Returns 0 or an error: in overlay without PERCPU_PRISTINE, once area 0 lies on the template,
 * there is nothing that could be copied.
 */
int percpu_init_cpu(size_t cpu, void *base);

/*
 * Forgets all areas, so that one of the above can set them up again, from the initial values: what
 * variables held is lost, what was allocated stays so and becomes zero. No CPU may be accessing
 * any, and each calls percpu_init_reg() again. Returns 0 or an error, as percpu_init_cpu() does.
 */
int percpu_reinit(void);

/*
 * On CPU `cpu`, once its area is set up: has the register point at it. Returns 0 or an error.
 * x86_64: load the gs selector first; that clears the base.
 */
int percpu_init_reg(size_t cpu);

/*
 * Bytes of the template; bytes from area to area, a multiple of the alignment, with the reserve;
 * bytes that areas are aligned to, a power of two. In naive builds 0, 0 and 64.
 */
size_t percpu_area_size(void);
size_t percpu_area_stride(void);
size_t percpu_area_align(void);

/* One more than the highest CPU that has an area: 0 before they are set up, in naive builds 1. */
size_t percpu_area_num(void);

/* Address of CPU `cpu`'s area; 0 when it has none, and in naive builds. */
uintptr_t percpu_area_base(size_t cpu);

/* What to allocate for percpu_init(); for percpu_init_cpu() it is that of 1. */
struct percpu_layout {
	size_t size;  /* bytes; 0 for no CPU, more than PERCPU_CPUS_MAX, and in naive builds */
	size_t align; /* bytes, a power of two */
};
struct percpu_layout percpu_area_layout(size_t cpus);

/*
 * The base of this CPU's area, from the register; and the register from it. Only percpu_init_reg()
 * checks; in nonzero both account for what the register holds less.
 */
uintptr_t percpu_read_reg(void);
void percpu_write_reg(uintptr_t base);

#if defined(PERCPU_DEBUG) && defined(PERCPU_OVERLAY)
/*
 * From here on until the areas are set up, who writes a variable changes the initial values of all
 * CPUs: start-up then ends in percpu_debug_failed(). percpu_write_reg() calls it; entry code that
 * sets the register itself does before the first access.
 */
void percpu_debug_watch(void);
#endif

/* ---- Allocation --------------------------------------------------------------------------- */

/*
 * `size` bytes in every area, all zero, aligned to `align`, a power of two of at most
 * percpu_area_align(). Returns their offset, the same on every CPU, those included that get an area
 * later; 0 where the reserve has no such room, for 0 bytes and another alignment. First fit, from
 * PERCPU_RESERVE bytes at each area's end, in units of 8 bytes. The bytes are the caller's until
 * percpu_free(). What is kept of it lies outside the areas: 2 bits a unit, however many there are.
 *
 * With PERCPU_ALLOC_LOCK the kernel supplies percpu_alloc_lock() and percpu_alloc_unlock(), which
 * are called around the search and nothing else; without it the caller sees to it that neither
 * function runs twice at a time. Either may be called before the areas are set up.
 */
uintptr_t percpu_alloc(size_t size, size_t align);

/* Gives them back. Returns 0, or PERCPU_ERROR_NOT_ALLOCATED for what no percpu_alloc() returned. */
int percpu_free(uintptr_t offset);

#ifdef PERCPU_ALLOC_LOCK
void percpu_alloc_lock(void);
void percpu_alloc_unlock(void);
#endif

/* The bytes at `offset` of CPU `cpu`, which has an area; and of this CPU, for as long as the caller
 * cannot be moved to another. With PERCPU_DEBUG they must be allocated. */
#define percpu_alloc_ptr(offset, cpu)                                                              \
	((void *)(percpu_remote_base_(cpu) + PERCPU_ALLOCATED_(offset)))
#define percpu_alloc_this(offset)                                                                  \
	__extension__({                                                                            \
		PERCPU_CHECK_RAW_();                                                               \
		(void *)(percpu_this_base_() + PERCPU_ALLOCATED_(offset));                         \
	})

/* percpu_area_base(), or an address that faults, so that low memory is never taken for an area. */
uintptr_t percpu_remote_base_(size_t cpu);

/* The first CPU from `cpu` on that has an area. */
static inline size_t percpu_next_(size_t cpu)
{
#ifndef PERCPU_SP_NAIVE
	while (cpu < percpu_area_num() && !percpu_area_base(cpu))
		cpu++;
#endif
	return cpu;
}

#ifdef PERCPU_DEBUG
uintptr_t percpu_allocated_(uintptr_t offset);
#define PERCPU_ALLOCATED_(offset) percpu_allocated_(offset)
#else
#define PERCPU_ALLOCATED_(offset) (offset)
#endif

#ifdef PERCPU_NON_ZERO_VMA
extern char _percpu_load_start[];
#endif

/* What percpu_read_reg() returns, without a call. */
static inline uintptr_t percpu_this_base_(void)
{
#if defined(PERCPU_SP_NAIVE)
	return 0;
#elif defined(PERCPU_NON_ZERO_VMA)
	return percpu_arch_register() + (uintptr_t)_percpu_load_start;
#else
	return percpu_arch_register();
#endif
}

/* ---- How it is done ----------------------------------------------------------------------- */

/* In C an integer, bool, enumeration or pointer: __builtin_classify_type, of gcc and clang. */
#define PERCPU_IS_SCALAR_(v)                                                                       \
	((sizeof(v) == 1 || sizeof(v) == 2 || sizeof(v) == 4 || sizeof(v) == 8) &&                 \
		__builtin_classify_type(v) >= 1 && __builtin_classify_type(v) <= 5)
#define PERCPU_IS_NUMBER_(v) (PERCPU_IS_SCALAR_(v) && __builtin_classify_type(v) <= 4)

/* The type of a value of it: without volatile, and of an array none. */
#define PERCPU_VALUE_TYPE_(v) __typeof__((__typeof__(v))(v))

#define PERCPU_RAW_(expression)                                                                    \
	({                                                                                         \
		PERCPU_CHECK_RAW_();                                                               \
		(expression);                                                                      \
	})

#ifdef PERCPU_SP_NAIVE
# define PERCPU_ARCH_READ(v, out) ((out) = (uint64_t)*(volatile __typeof__(v) *)&(v))
# define PERCPU_NAIVE_SET_(v, x)                                                                   \
	 (*(volatile __typeof__(v) *)&(v) = (__typeof__(v))(uint64_t)(x))
# define PERCPU_ARCH_WRITE(v, x) PERCPU_NAIVE_SET_(v, x)
# define PERCPU_ARCH_ADD(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) + (x))
# define PERCPU_ARCH_SUB(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) - (x))
# define PERCPU_ARCH_AND(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) & (x))
# define PERCPU_ARCH_OR(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) | (x))
# define PERCPU_ARCH_XOR(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) ^ (x))
# define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                          \
	 do {                                                                                      \
		 PERCPU_ARCH_READ(v, out);                                                         \
		 PERCPU_NAIVE_SET_(v, (out) + (x));                                                \
	 } while (0)
# define PERCPU_ARCH_XCHG(v, x, out)                                                               \
	 do {                                                                                      \
		 PERCPU_ARCH_READ(v, out);                                                         \
		 PERCPU_NAIVE_SET_(v, x);                                                          \
	 } while (0)
# define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                       \
	 do {                                                                                      \
		 PERCPU_ARCH_READ(v, out);                                                         \
		 if ((__typeof__(v))(out) == (__typeof__(v))(old))                                 \
			 PERCPU_NAIVE_SET_(v, x);                                                  \
	 } while (0)
# define PERCPU_ARCH_VALUE(v, out) ((out) = (uintptr_t)&(v))
#endif

#define PERCPU_READ_(v)                                                                            \
	({                                                                                         \
		uint64_t percpu_read_;                                                             \
		PERCPU_ASSERT_(PERCPU_IS_SCALAR_(v), "percpu_read: 1, 2, 4 or 8 bytes");           \
		PERCPU_ARCH_READ(v, percpu_read_);                                                 \
		(__typeof__(v))percpu_read_;                                                       \
	})

/* Through the variable's type, so that the compiler converts, or complains, as for `v = x`. */
#define PERCPU_CHANGE_(op, v, x)                                                                   \
	({                                                                                         \
		__typeof__(v) percpu_in_ = (x);                                                    \
		PERCPU_ASSERT_(PERCPU_IS_SCALAR_(v), "percpu_write: 1, 2, 4 or 8 bytes");          \
		PERCPU_ARCH_##op(v, (uint64_t)percpu_in_);                                         \
		(void)0;                                                                           \
	})

#define PERCPU_COUNT_(op, v, x)                                                                    \
	({                                                                                         \
		PERCPU_ASSERT_(PERCPU_IS_NUMBER_(v), "of integers only");                          \
		PERCPU_CHANGE_(op, v, x);                                                          \
	})

#define PERCPU_ADD_RETURN_(v, x)                                                                   \
	({                                                                                         \
		__typeof__(v) percpu_by_ = (x);                                                    \
		uint64_t percpu_was_of_;                                                           \
		PERCPU_ASSERT_(PERCPU_IS_NUMBER_(v), "percpu_add_return: integers only");          \
		PERCPU_ARCH_FETCH_ADD(v, (uint64_t)percpu_by_, percpu_was_of_);                    \
		(__typeof__(v))(percpu_was_of_ + (uint64_t)percpu_by_);                            \
	})

#define PERCPU_XCHG_(v, x)                                                                         \
	({                                                                                         \
		__typeof__(v) percpu_new_ = (x);                                                   \
		uint64_t percpu_gave_;                                                             \
		PERCPU_ASSERT_(PERCPU_IS_SCALAR_(v), "percpu_xchg: 1, 2, 4 or 8 bytes");           \
		PERCPU_ARCH_XCHG(v, (uint64_t)percpu_new_, percpu_gave_);                          \
		(__typeof__(v))percpu_gave_;                                                       \
	})

#define PERCPU_CMPXCHG_(v, old, x)                                                                 \
	({                                                                                         \
		__typeof__(v) percpu_if_ = (old), percpu_then_ = (x);                              \
		uint64_t percpu_had_;                                                              \
		PERCPU_ASSERT_(PERCPU_IS_SCALAR_(v), "percpu_cmpxchg: 1, 2, 4 or 8 bytes");        \
		PERCPU_ARCH_CMPXCHG(                                                               \
			v, (uint64_t)percpu_if_, (uint64_t)percpu_then_, percpu_had_);             \
		(__typeof__(v))percpu_had_;                                                        \
	})

/* A symbol's value, as an integer that the compiler knows nothing of: it may be 0. */
#define PERCPU_VALUE_(v)                                                                           \
	({                                                                                         \
		uintptr_t percpu_value_;                                                           \
		PERCPU_ARCH_VALUE(v, percpu_value_);                                               \
		percpu_value_;                                                                     \
	})

#if defined(PERCPU_SP_NAIVE) || !defined(PERCPU_NON_ZERO_VMA)
# define PERCPU_OFFSET_(v) PERCPU_VALUE_(v)
#else
extern char _percpu_load_start[];
# define PERCPU_OFFSET_(v) (PERCPU_VALUE_(v) - (uintptr_t)_percpu_load_start)
#endif

#ifdef PERCPU_SP_NAIVE
# define PERCPU_PTR_(v) (&(v))
#else
# define PERCPU_PTR_(v) ((__typeof__(v) *)(percpu_arch_register() + PERCPU_VALUE_(v)))
#endif

#ifdef __cplusplus
}
#endif

#endif
