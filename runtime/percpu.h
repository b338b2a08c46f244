/*
 * Per-CPU data for kernels: definitions, access, start-up. percpu(3) says it in full, with a table
 * of the names that the Rust crate `percpu` has for the same; percpu_config.h has the macros that
 * choose a configuration.
 *
 * GNU C11 and C++17, gcc and clang; freestanding: of the standard library only stdint.h, stddef.h
 * and stdbool.h are included, and nothing is called that this library does not define. Compilers
 * make calls of memcpy, memset and the like out of copies of structures: those are the kernel's.
 */
#ifndef PERCPU_H
#define PERCPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "percpu_config.h"

#if defined(__x86_64__)
#include "../arch/x86_64/facts.h"
#elif defined(__aarch64__)
#include "../arch/aarch64/facts.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "../arch/riscv64/facts.h"
#elif defined(__loongarch64)
#include "../arch/loongarch64/facts.h"
#else
#error "percpu: x86_64, aarch64, riscv64 and loongarch64 only"
#endif
#ifdef PERCPU_SP_NAIVE
#elif defined(__x86_64__)
#include "../arch/x86_64/access.h"
#elif defined(__aarch64__)
#include "../arch/aarch64/access.h"
#elif defined(__riscv)
#include "../arch/riscv64/access.h"
#else
#include "../arch/loongarch64/access.h"
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
 * with a constructor or destructor. At file scope, or in a function with `static`. Not as what g++
 * leaves out of the section: a variable in a function of a template, which it refuses here, a
 * member of a class template and a variable template, which it takes without a word and `check`
 * of percpu-tool names in the object. The initial value is a constant: another one g++ refuses,
 * and clang++ makes code of it, which writes where no CPU reads; its -Wglobal-constructors names it
 * at file scope. What C calls the variable is `__PERCPU_<name>`, which only the macros below name:
 * `name` alone does not compile.
 */
#define DEFINE_PERCPU(type, name) PERCPU_DEFINE_(type, name, PERCPU_SECTION_(".percpu"), 1)
/* Aligned to `n` bytes, a power of two, in every area. */
#define DEFINE_PERCPU_ALIGNED(type, name, n)                                                       \
	PERCPU_DEFINE_(type, name, PERCPU_SECTION_(".percpu"), n)
/* At the start of a page, of PERCPU_PAGE bytes. */
#define DEFINE_PERCPU_PAGE_ALIGNED(type, name)                                                     \
	PERCPU_DEFINE_(type, name, PERCPU_SECTION_(".percpu.page_aligned"), PERCPU_PAGE)
/* Written by other CPUs: on cache lines that it shares with no variable of another kind. */
#define DEFINE_PERCPU_SHARED(type, name)                                                           \
	PERCPU_DEFINE_(type, name, PERCPU_SECTION_(".percpu.shared_aligned"), PERCPU_CACHE_LINE)
/* Seldom written: apart from what is. */
#define DEFINE_PERCPU_READ_MOSTLY(type, name)                                                      \
	PERCPU_DEFINE_(type, name, PERCPU_SECTION_(".percpu.read_mostly"), 1)
/* At the area's start; what there is one of. For g++ not in an inline function beside another. */
#define DEFINE_PERCPU_FIRST(type, name) PERCPU_DEFINE_(type, name, ".percpu.first", 1)

/* A variable that another object defines. */
#define DECLARE_PERCPU(type, name) PERCPU_DECLARE_(type, name)
/* Pasted behind another macro, as in definitions: a name that is a macro is replaced in both. */
#define PERCPU_DECLARE_(type, name) extern __typeof__(type) __PERCPU_##name

#ifdef __cplusplus
}

/* Of a variable's type: what it is without const and volatile, and what is asserted of it. */
template <class percpu_t_> struct percpu_type_ {
	typedef percpu_t_ percpu_plain_;
	static constexpr bool percpu_is_const_ = false;
};
template <class percpu_t_> struct percpu_type_<volatile percpu_t_> : percpu_type_<percpu_t_> {
};
template <class percpu_t_> struct percpu_type_<const percpu_t_> : percpu_type_<percpu_t_> {
	static constexpr bool percpu_is_const_ = true;
};
template <class percpu_t_>
struct percpu_type_<const volatile percpu_t_> : percpu_type_<const percpu_t_> {
};
template <class percpu_t_, class... percpu_others_> struct percpu_among_ {
	static constexpr bool percpu_yes_ = (__is_same(percpu_t_, percpu_others_) || ...);
};
template <class percpu_t_> struct percpu_kind_ {
	static constexpr bool percpu_is_bits_ =
		__is_enum(percpu_t_) ||
		percpu_among_<percpu_t_, bool, char, signed char, unsigned char, wchar_t, char16_t,
			char32_t, short, unsigned short, int, unsigned, long, unsigned long,
			long long, unsigned long long>::percpu_yes_;
	static constexpr bool percpu_is_pointer_ = false;
};
template <class percpu_t_> struct percpu_kind_<percpu_t_ *> {
	static constexpr bool percpu_is_bits_ = false;
	static constexpr bool percpu_is_pointer_ = true;
};

template <class percpu_t_> struct percpu_definable_ {
	static_assert(
		!percpu_type_<percpu_t_>::percpu_is_const_, "a per-CPU variable is not const");
	static_assert(
		__is_trivially_copyable(percpu_t_), "a per-CPU variable is copied byte by byte");
	static_assert(percpu_type_<percpu_t_>::percpu_is_const_ ||
			      __is_trivially_constructible(percpu_t_),
		"a per-CPU variable has no constructor: each CPU's copy is made of bytes");
	static constexpr int percpu_one_ = 1;
};
/* Is what __PRETTY_FUNCTION__ says a function of a template? Such as `f(T) [with T = int]`. */
static constexpr bool percpu_in_template_(const char *percpu_name_)
{
	for (; *percpu_name_; percpu_name_++)
		if (percpu_name_[0] == '[' && percpu_name_[1] == 'w' && percpu_name_[2] == 'i' &&
			percpu_name_[3] == 't' && percpu_name_[4] == 'h' && percpu_name_[5] == ' ')
			return true;
	return false;
}
template <bool percpu_within_> struct percpu_placed_ {
	static_assert(
		!percpu_within_, "g++ leaves a template's variable out of the per-CPU section");
	static constexpr int percpu_one_ = 1;
};
#define PERCPU_ASSERT_(condition, message) static_assert(condition, message)
#define PERCPU_PLAIN_(v) typename percpu_type_<__typeof__(v)>::percpu_plain_
#define PERCPU_SAME_(a, b) __is_same(a, b)
#ifdef __clang__
#define PERCPU_DEFINABLE_(type) percpu_definable_<__typeof__(type)>::percpu_one_
#else
#define PERCPU_DEFINABLE_(type)                                                                    \
	percpu_definable_<__typeof__(type)>::percpu_one_                                           \
		*percpu_placed_<percpu_in_template_(__PRETTY_FUNCTION__)>::percpu_one_
#endif
extern "C" {
#else
#define PERCPU_ASSERT_(condition, message) _Static_assert(condition, message)
/* The type of a value of it: without volatile, which would keep a copy in memory. */
#define PERCPU_PLAIN_(v) __typeof__(((void)0, (v)))
#define PERCPU_SAME_(a, b) __builtin_types_compatible_p(a, b)
#define PERCPU_DEFINABLE_(type)                                                                    \
	(int)sizeof(struct {                                                                       \
		_Static_assert(!PERCPU_SAME_(__typeof__(type) *, const __typeof__(type) *),        \
			"a per-CPU variable is not const");                                        \
		char percpu_one_;                                                                  \
	})
#endif

/*
 * g++ takes no variable of an inline function, which many objects have, into a section that has
 * others: there each definition has one of its own, which scripts sort as that without the number.
 */
#if defined(__cplusplus) && !defined(__clang__)
#define PERCPU_SECTION_(where) where "." PERCPU_TEXT_(__COUNTER__)
#define PERCPU_TEXT_(x) PERCPU_TEXT_AS_(x)
#define PERCPU_TEXT_AS_(x) #x
#else
#define PERCPU_SECTION_(where) where
#endif

/*
 * C++ would compute an initial value in code, which writes where no CPU reads. To clang's attribute
 * for this, a structure without an initialiser is not constant.
 */
#if defined(__cplusplus) && !defined(__clang__)
#define PERCPU_CONSTANT_ __constinit
#else
#define PERCPU_CONSTANT_
#endif

/* What is asserted of the type stands in an attribute: `static` may stand before all this. */
#define PERCPU_DEFINE_(type, name, where, align)                                                   \
	PERCPU_CONSTANT_                                                                           \
	__attribute__((used, section(where),                                                       \
		aligned(PERCPU_ALIGN_(type, align) *                                               \
			PERCPU_DEFINABLE_(type)))) __typeof__(type) __PERCPU_##name
/* What is no power of two is for the compiler to refuse, who takes 0 without a word. */
#define PERCPU_ALIGN_(type, align)                                                                 \
	((align) < 1 || ((align) & ((align) - 1))	? 3                                        \
		: (int)(align) > (int)__alignof__(type) ? (int)(align)                             \
							: (int)__alignof__(type))

/*
 * The variable that an argument names: `name`, `name.member`, `name[3]`; no `space::name`. One of a
 * namespace is in scope after `using space::__PERCPU_name;`, one of a class in its own functions.
 */
#define PERCPU_VAR_(name) __PERCPU_##name

/* ---- What the kernel supplies ------------------------------------------------------------- */

/*
 * Functions; with PERCPU_HOOKS it has them, and percpu_alloc_lock() and percpu_alloc_unlock(), in a
 * header <percpu_hooks.h>: as static inline functions, as macros, or as declarations, in C++ of C
 * functions. percpu.h includes that header at its end, and nothing else does.
 *
 * What PERCPU_DEBUG asserts of raw accessors it does not of those that stand in percpu_hooks.h, nor
 * in a file that defines PERCPU_RAW_UNCHECKED before it includes this: hooks may keep their count
 * per CPU, by raw accessors. The others would call the hooks again.
 */
#ifndef PERCPU_HOOKS
#ifdef PERCPU_PREEMPT
/* Nest, are compiler barriers, and are called around guarded accesses. */
void percpu_preempt_disable(void);
void percpu_preempt_enable(void);
/*
 * Is preemption disabled, or an interrupt handler running? Asked with PERCPU_DEBUG only, by every
 * raw accessor, percpu_ptr() and percpu_alloc_this().
 */
bool percpu_preempt_is_disabled(void);
#endif
#ifdef PERCPU_DEBUG
/* Something is wrong that only debugging sees; `what` is one line. Does not return. */
__attribute__((noreturn)) void percpu_debug_failed(const char *what);
#endif
#endif

/* What is held while it is in scope; behind the hooks, at the end, is what it does. */
struct percpu_guard_ {
	char unused;
};
static inline struct percpu_guard_ percpu_guard_take_(void);
static inline void percpu_guard_release_(struct percpu_guard_ *guard);

#define PERCPU_GUARD_()                                                                            \
	__attribute__((cleanup(percpu_guard_release_),                                             \
		unused)) struct percpu_guard_ percpu_held_ = percpu_guard_take_()

#define PERCPU_NO_GUARD_() ((void)0)

/* Of what a move to another CPU cannot divide: it is all of one CPU's, without a guard. */
#if !defined(PERCPU_SP_NAIVE) && PERCPU_ARCH_ONE_INSTRUCTION
#define PERCPU_GUARD_ACCESS_() PERCPU_NO_GUARD_()
#else
#define PERCPU_GUARD_ACCESS_() PERCPU_GUARD_()
#endif

/* ---- The current CPU ---------------------------------------------------------------------- */

/*
 * Of a variable, a member of one, or an element with a constant index: an integer, bool,
 * enumeration or pointer of 1, 2, 4 or 8 bytes, aligned to its size but on x86_64, and not _Atomic.
 * What is written is converted as by `=`, before anything else happens.
 *
 * The _raw forms are for callers who exclude a move to another CPU themselves, and call nothing;
 * the others do with PERCPU_PREEMPT, where a move could divide them, and are the same without.
 * All are compiler barriers. None orders anything as other CPUs see it. percpu(3) says,
 * for each machine, which of them an interrupt may divide.
 */
#define percpu_read(name) PERCPU_READ_(PERCPU_GUARD_ACCESS_, PERCPU_VAR_(name))
#define percpu_read_raw(name) PERCPU_READ_(PERCPU_CHECK_RAW_, PERCPU_VAR_(name))
#define percpu_write(name, x) PERCPU_CHANGE_(PERCPU_GUARD_ACCESS_, WRITE, PERCPU_VAR_(name), x)
#define percpu_write_raw(name, x) PERCPU_CHANGE_(PERCPU_CHECK_RAW_, WRITE, PERCPU_VAR_(name), x)

/*
 * Read-modify-write, without a value: integers only, and, or and xor of bool too. The variable is
 * aligned to its size, on x86_64 too.
 */
#define percpu_add(name, x) PERCPU_COUNT_(PERCPU_GUARD_ACCESS_, ADD, PERCPU_VAR_(name), x)
#define percpu_add_raw(name, x) PERCPU_COUNT_(PERCPU_CHECK_RAW_, ADD, PERCPU_VAR_(name), x)
#define percpu_sub(name, x) PERCPU_COUNT_(PERCPU_GUARD_ACCESS_, SUB, PERCPU_VAR_(name), x)
#define percpu_sub_raw(name, x) PERCPU_COUNT_(PERCPU_CHECK_RAW_, SUB, PERCPU_VAR_(name), x)
#define percpu_and(name, x) PERCPU_BITS_(PERCPU_GUARD_ACCESS_, AND, PERCPU_VAR_(name), x)
#define percpu_and_raw(name, x) PERCPU_BITS_(PERCPU_CHECK_RAW_, AND, PERCPU_VAR_(name), x)
#define percpu_or(name, x) PERCPU_BITS_(PERCPU_GUARD_ACCESS_, OR, PERCPU_VAR_(name), x)
#define percpu_or_raw(name, x) PERCPU_BITS_(PERCPU_CHECK_RAW_, OR, PERCPU_VAR_(name), x)
#define percpu_xor(name, x) PERCPU_BITS_(PERCPU_GUARD_ACCESS_, XOR, PERCPU_VAR_(name), x)
#define percpu_xor_raw(name, x) PERCPU_BITS_(PERCPU_CHECK_RAW_, XOR, PERCPU_VAR_(name), x)
#define percpu_inc(name) percpu_add(name, 1)
#define percpu_inc_raw(name) percpu_add_raw(name, 1)
#define percpu_dec(name) percpu_sub(name, 1)
#define percpu_dec_raw(name) percpu_sub_raw(name, 1)

/* The sum, as the variable now has it: integers only. */
#define percpu_add_return(name, x) PERCPU_ADD_RETURN_(PERCPU_GUARD_ACCESS_, PERCPU_VAR_(name), x)
#define percpu_add_return_raw(name, x) PERCPU_ADD_RETURN_(PERCPU_CHECK_RAW_, PERCPU_VAR_(name), x)
/* What was there. */
#define percpu_xchg(name, x) PERCPU_XCHG_(PERCPU_GUARD_ACCESS_, PERCPU_VAR_(name), x)
#define percpu_xchg_raw(name, x) PERCPU_XCHG_(PERCPU_CHECK_RAW_, PERCPU_VAR_(name), x)
/* What was there; if that was `old`, `x` is there now. */
#define percpu_cmpxchg(name, old, x)                                                               \
	PERCPU_CMPXCHG_(PERCPU_GUARD_ACCESS_, PERCPU_VAR_(name), old, x)
#define percpu_cmpxchg_raw(name, old, x)                                                           \
	PERCPU_CMPXCHG_(PERCPU_CHECK_RAW_, PERCPU_VAR_(name), old, x)

/*
 * A pointer to this CPU's copy, of any type: for as long as the caller cannot be moved to another
 * CPU. percpu_with() sees to that, for the block behind it:
 *
 *	percpu_with(queue, q) { q->length++; }
 *
 * However the block is left - break, return, goto - the guard is released; continue leaves it too.
 */
#define percpu_ptr(name)                                                                           \
	__extension__({                                                                            \
		PERCPU_CHECK_AREA_();                                                              \
		PERCPU_CHECK_RAW_();                                                               \
		PERCPU_PTR_(PERCPU_VAR_(name));                                                    \
	})
#define percpu_with(name, p)                                                                       \
	PERCPU_WITH_(                                                                              \
		PERCPU_VAR_(name), p, PERCPU_UNIQUE_(percpu_held_), PERCPU_UNIQUE_(percpu_once_))

/* Bytes from the start of any CPU's area to the variable. */
#define percpu_offset(name) PERCPU_OFFSET_(PERCPU_VAR_(name))
/* The symbol's value: in zero the offset, else an address in the template. */
#define percpu_symbol_vma(name) PERCPU_VALUE_(PERCPU_VAR_(name))

/* ---- Other CPUs --------------------------------------------------------------------------- */

/*
 * A pointer to the copy of CPU `cpu`, which has an area: one that has none gives an address that
 * no machine has, in naive builds that of the variable, and with PERCPU_DEBUG ends in
 * percpu_debug_failed(). The other CPU goes on; what both access is up to the caller.
 */
#define percpu_remote_ptr(name, cpu)                                                               \
	((__typeof__(PERCPU_VAR_(name)) *)(percpu_remote_base_(cpu) + percpu_offset(name)))

/* All CPUs that have an area, in their order; declares `cpu`, a size_t. */
#define for_each_percpu(cpu)                                                                       \
	for (size_t cpu = percpu_next_(0); cpu < percpu_area_num(); cpu = percpu_next_(cpu + 1))

/*
 * The sum over all CPUs, of integers, in the variable's own type, in which it wraps: of a wider sum
 * the caller has the loop. The copies may change meanwhile.
 */
#define percpu_sum(name)                                                                           \
	__extension__({                                                                            \
		PERCPU_ASSERT_NOT_ATOMIC_(PERCPU_VAR_(name));                                      \
		PERCPU_ASSERT_(                                                                    \
			PERCPU_IS_BITS_(PERCPU_VAR_(name)) && !PERCPU_IS_BOOL_(PERCPU_VAR_(name)), \
			"percpu_sum() is of integers of 1, 2, 4 or 8 bytes");                      \
		uint64_t percpu_sum_ = 0;                                                          \
		for_each_percpu(percpu_cpu_)                                                       \
		{                                                                                  \
			const volatile __typeof__(PERCPU_VAR_(name)) *percpu_copy_ =               \
				percpu_remote_ptr(name, percpu_cpu_);                              \
			percpu_sum_ += (uint64_t)*percpu_copy_;                                    \
		}                                                                                  \
		(PERCPU_PLAIN_(PERCPU_VAR_(name))) percpu_sum_;                                    \
	})

/*
 * The copy of this CPU, or of CPU `cpu`, gets the initial value again that it was linked with. Of a
 * variable, a member or an element, of any size; byte by byte, so that an interrupt may see it half
 * done. Gives 0, or PERCPU_ERROR_NOT_INITIALISED before the areas are set up, when it touches none,
 * nor the register. Later this CPU's register is set.
 *
 * Needs the template as it was: PERCPU_SEPARATE, PERCPU_DYNAMIC, or PERCPU_PRISTINE, of which
 * PERCPU_HAS_TEMPLATE says that there is one. Without them it does not compile.
 */
#ifdef PERCPU_HAS_TEMPLATE
#define percpu_reset_to_init(name)                                                                 \
	PERCPU_RESET_(name, PERCPU_CHECK_AREA_, PERCPU_GUARD_RESET_, PERCPU_PTR_(PERCPU_VAR_(name)))
#define percpu_reset_to_init_raw(name)                                                             \
	PERCPU_RESET_(name, PERCPU_CHECK_AREA_, PERCPU_CHECK_RAW_, PERCPU_PTR_(PERCPU_VAR_(name)))
#define percpu_remote_reset_to_init(name, cpu)                                                     \
	PERCPU_RESET_(name, PERCPU_NO_GUARD_, PERCPU_NO_GUARD_, percpu_remote_ptr(name, cpu))
/* Before start-up neither the register nor a hook that may use it is to be trusted. */
#define PERCPU_RESET_(name, check, guard, copy)                                                    \
	(percpu_initial_values_() ? __extension__({                                                \
		check();                                                                           \
		guard();                                                                           \
		percpu_reset_((void *)(uintptr_t)(copy), percpu_offset(name),                      \
			sizeof(PERCPU_VAR_(name)));                                                \
	})                                                                                         \
				  : (int)PERCPU_ERROR_NOT_INITIALISED)
#define PERCPU_GUARD_RESET_()                                                                      \
	__attribute__((cleanup(percpu_guard_release_),                                             \
		unused)) struct percpu_guard_ percpu_resetting_ = percpu_guard_take_()
int percpu_reset_(void *copy, uintptr_t offset, size_t size);
/* Where the initial values are, since areas have been set up; NULL before. */
const char *percpu_initial_values_(void);
#else
#define percpu_reset_to_init(name) PERCPU_NO_RESET_(PERCPU_VAR_(name))
#define percpu_reset_to_init_raw(name) PERCPU_NO_RESET_(PERCPU_VAR_(name))
#define percpu_remote_reset_to_init(name, cpu) PERCPU_NO_RESET_(PERCPU_VAR_(name))
#define PERCPU_NO_RESET_(v)                                                                        \
	__extension__({                                                                            \
		PERCPU_ASSERT_(sizeof(v) == 0, "a reset needs initial values that are kept: "      \
					       "PERCPU_PRISTINE, PERCPU_SEPARATE or "              \
					       "PERCPU_DYNAMIC");                                  \
		(int)PERCPU_ERROR_NO_TEMPLATE;                                                     \
	})
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
	PERCPU_ERROR_OTHER_SCRIPT = -10,   /* the script is of another model or another reserve */
};

/* A result that who ignores it goes on with no area, or another's. */
#ifdef __cplusplus
#define PERCPU_RESULT_ [[nodiscard]]
#else
#define PERCPU_RESULT_ __attribute__((warn_unused_result))
#endif

/* One line of text, for any number; static storage. */
const char *percpu_error_text(int error);

/*
 * Sets up the areas that the linker script reserves, on the CPU that boots, before any variable is
 * accessed: copies the template, which area 0 already is with overlay. Returns the number of CPUs
 * there is room for, at least 1, or an error; of more than PERCPU_CPUS_MAX that many.
 *
 * Of several calls of the functions here at one time one works, the others return
 * PERCPU_ERROR_BUSY or, later, PERCPU_ERROR_ALREADY. None waits.
 *
 * In naive builds this, percpu_init_in_place_cpus() and percpu_init() return 1 whatever they are
 * given and however often they are called, as the crate's do; percpu_init_cpu() and
 * percpu_init_reg() look at nothing but that `cpu` is 0.
 */
PERCPU_RESULT_ int percpu_init_in_place(void);

/*
 * The same for a kernel that has counted its CPUs: of the areas that the script reserves, the first
 * `cpus`, for the CPUs that are there. Returns `cpus` or an error. The areas behind them are
 * nobody's: those CPUs are not counted, summed or visited, and with PERCPU_DEBUG the areas are
 * filled with 0x5a; percpu_init_cpu() gives one to a CPU that comes later, but in overlay without
 * PERCPU_PRISTINE, where it returns PERCPU_ERROR_NO_TEMPLATE.
 */
PERCPU_RESULT_ int percpu_init_in_place_cpus(size_t cpus);

/*
 * The same in memory of the caller's, `cpus` areas percpu_area_stride() bytes apart from `base` on;
 * percpu_area_layout() says how much. The memory stays the caller's, and in use until
 * percpu_reinit() has forgotten it and no CPU's register points there. Returns `cpus` or an error.
 */
PERCPU_RESULT_ int percpu_init(void *base, size_t cpus);

/*
 * One CPU's area, anywhere, of percpu_area_stride() bytes: for hotplug and NUMA, in place of
 * the functions above or after them. Copies the template; other areas stay as they are.
 * Returns 0 or an error: in overlay without PERCPU_PRISTINE, once area 0 lies on the template,
 * there is nothing that could be copied.
 */
PERCPU_RESULT_ int percpu_init_cpu(size_t cpu, void *base);

/*
 * Forgets all areas, so that one of the above can set them up again, from the initial values: what
 * variables held is lost, what was allocated stays so and becomes zero. No CPU may be accessing
 * any, and each calls percpu_init_reg() again. Returns 0 or an error, as percpu_init_cpu() does.
 */
PERCPU_RESULT_ int percpu_reinit(void);

/*
 * On CPU `cpu`, once its area is set up: has the register point at it. Returns 0 or an error. Does
 * not wait: PERCPU_ERROR_NOT_INITIALISED before start-up and PERCPU_ERROR_BUSY during it are for a
 * CPU that comes too early to call again. x86_64: load the gs selector first; that clears the base.
 *
 * With PERCPU_DEBUG a second CPU of one number ends in percpu_debug_failed(): a call for an area
 * that was taken before, where the register does not point at it. A CPU that has lost its register
 * gets it back by percpu_write_reg(percpu_area_base(cpu)), which does not ask.
 */
PERCPU_RESULT_ int percpu_init_reg(size_t cpu);

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

#if defined(PERCPU_ALLOC_LOCK) && !defined(PERCPU_HOOKS)
void percpu_alloc_lock(void);
void percpu_alloc_unlock(void);
#endif

/* The bytes at `offset` of CPU `cpu`, which has an area; and of this CPU, for as long as the caller
 * cannot be moved to another. With PERCPU_DEBUG they must be allocated. */
#define percpu_alloc_ptr(offset, cpu)                                                              \
	((void *)(percpu_remote_base_(cpu) + PERCPU_ALLOCATED_(offset)))
#define percpu_alloc_this(offset)                                                                  \
	__extension__({                                                                            \
		PERCPU_CHECK_AREA_();                                                              \
		PERCPU_CHECK_RAW_();                                                               \
		(void *)(percpu_this_base_() + PERCPU_ALLOCATED_(offset));                         \
	})

/* percpu_area_base(), or an address with no memory: low memory is never taken for an area. */
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

/*
 * Names of what is in scope where an argument of the user's is evaluated, or a block of the user's:
 * another accessor in it has others.
 */
#define PERCPU_UNIQUE_(name) PERCPU_PASTE_(name, __COUNTER__)
#define PERCPU_PASTE_(a, b) PERCPU_PASTE_AS_(a, b)
#define PERCPU_PASTE_AS_(a, b) a##b

#ifdef __cplusplus
#define PERCPU_KIND_(v) percpu_kind_<typename percpu_type_<__typeof__(v)>::percpu_plain_>
#define PERCPU_IS_BITS_(v) (PERCPU_IS_SIZED_(v) && PERCPU_KIND_(v)::percpu_is_bits_)
#define PERCPU_IS_SCALAR_(v)                                                                       \
	(PERCPU_IS_SIZED_(v) &&                                                                    \
		(PERCPU_KIND_(v)::percpu_is_bits_ || PERCPU_KIND_(v)::percpu_is_pointer_))
#define PERCPU_ASSERT_NOT_ATOMIC_(v) PERCPU_ASSERT_(true, "")
#else
/*
 * __builtin_classify_type, of gcc and clang: 1 to 4 are integers, char, enumerations and bool; 5
 * pointers, which an array turns into. Of C's _Atomic types it knows nothing.
 */
#define PERCPU_IS_BITS_(v) (PERCPU_IS_SCALAR_(v) && __builtin_classify_type(v) <= 4)
#define PERCPU_IS_SCALAR_(v)                                                                       \
	(PERCPU_IS_SIZED_(v) && __builtin_classify_type(v) >= 1 &&                                 \
		__builtin_classify_type(v) <= 5 &&                                                 \
		(PERCPU_SAME_(__typeof__(v), PERCPU_PLAIN_(v)) || PERCPU_IS_ATOMIC_(v)))
/* To gcc it is a qualifier, which counts behind a pointer only. */
#define PERCPU_IS_ATOMIC_(v)                                                                       \
	PERCPU_SAME_(const volatile __typeof__(v) *, const volatile _Atomic PERCPU_PLAIN_(v) *)
#define PERCPU_ASSERT_NOT_ATOMIC_(v)                                                               \
	PERCPU_ASSERT_(!PERCPU_IS_ATOMIC_(v),                                                      \
		"an accessor is not atomic as an _Atomic variable is: percpu_ptr() and "           \
		"percpu_remote_ptr() are for these")
#endif
#define PERCPU_IS_SIZED_(v) (sizeof(v) == 1 || sizeof(v) == 2 || sizeof(v) == 4 || sizeof(v) == 8)
#define PERCPU_IS_BOOL_(v) PERCPU_SAME_(PERCPU_PLAIN_(v), bool)

#define PERCPU_ASSERT_SCALAR_(v)                                                                   \
	PERCPU_ASSERT_NOT_ATOMIC_(v);                                                              \
	PERCPU_ASSERT_(PERCPU_IS_SCALAR_(v),                                                       \
		"per-CPU access is of 1, 2, 4 or 8 bytes, no array, structure or floating-point "  \
		"number: percpu_ptr() and percpu_with() are for these")
#define PERCPU_ASSERT_ALIGNED_(v)                                                                  \
	PERCPU_ASSERT_(__alignof__(v) >= sizeof(v) || !PERCPU_IS_SCALAR_(v),                       \
		"a per-CPU variable that is modified is aligned to its size")

/* Else a machine may read or write it in parts, where x86_64 takes one instruction all the same. */
#ifdef __x86_64__
#define PERCPU_ASSERT_WHOLE_(v) PERCPU_ASSERT_SCALAR_(v)
#else
#define PERCPU_ASSERT_WHOLE_(v)                                                                    \
	PERCPU_ASSERT_SCALAR_(v);                                                                  \
	PERCPU_ASSERT_(__alignof__(v) >= sizeof(v) || !PERCPU_IS_SCALAR_(v),                       \
		"a per-CPU variable that is read or written is aligned to its size")
#endif

/* The bits of a variable; and of what is read from it: a bool has one. */
#define PERCPU_ALL_(v) (~(uint64_t)0 >> ((64 - 8 * sizeof(v)) & 63))
#define PERCPU_VALID_(v) (PERCPU_IS_BOOL_(v) ? (uint64_t)1 : PERCPU_ALL_(v))

/* The low bytes of `out`, as a value of the variable's type. */
#define PERCPU_OUT_(v, out) ((PERCPU_PLAIN_(v))((out) & PERCPU_ALL_(v)))

/* What is const is not assigned to, and not here either. */
#define PERCPU_ASSIGN_(v, x)                                                                       \
	do {                                                                                       \
		if (0)                                                                             \
			(v) = (x);                                                                 \
	} while (0)

#ifdef PERCPU_SP_NAIVE
/* Barriers as the accessors of the machines are. An interrupt may divide what modifies. */
#define PERCPU_ARCH_READ(v, out)                                                                   \
	do {                                                                                       \
		__asm__ volatile("" : : : "memory");                                               \
		(out) = (uint64_t)*(volatile __typeof__(v) *)&(v) & PERCPU_ALL_(v);                \
		__asm__ volatile("" : : : "memory");                                               \
	} while (0)
#define PERCPU_NAIVE_SET_(v, x)                                                                    \
	do {                                                                                       \
		__asm__ volatile("" : : : "memory");                                               \
		*(volatile __typeof__(v) *)&(v) = (PERCPU_PLAIN_(v))(uint64_t)(x);                 \
		__asm__ volatile("" : : : "memory");                                               \
	} while (0)
#define PERCPU_ARCH_WRITE(v, x) PERCPU_NAIVE_SET_(v, x)
#define PERCPU_ARCH_ADD(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) + (x))
#define PERCPU_ARCH_SUB(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) - (x))
#define PERCPU_ARCH_AND(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) & (x))
#define PERCPU_ARCH_OR(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) | (x))
#define PERCPU_ARCH_XOR(v, x) PERCPU_NAIVE_SET_(v, (uint64_t)(v) ^ (x))
#define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                           \
	do {                                                                                       \
		PERCPU_ARCH_READ(v, out);                                                          \
		PERCPU_NAIVE_SET_(v, (out) + (x));                                                 \
	} while (0)
#define PERCPU_ARCH_XCHG(v, x, out)                                                                \
	do {                                                                                       \
		PERCPU_ARCH_READ(v, out);                                                          \
		PERCPU_NAIVE_SET_(v, x);                                                           \
	} while (0)
#define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                        \
	do {                                                                                       \
		PERCPU_ARCH_READ(v, out);                                                          \
		if (((out) & PERCPU_ALL_(v)) == ((old) & PERCPU_ALL_(v)))                          \
			PERCPU_NAIVE_SET_(v, x);                                                   \
	} while (0)
#define PERCPU_ARCH_VALUE(v, out) ((out) = (uintptr_t)&(v))
#endif

/*
 * `guard` is a macro that takes the guard, or checks that the caller did. A read says what bits it
 * cannot have, so that converting it takes no instruction.
 */
#define PERCPU_READ_(guard, v)                                                                     \
	__extension__({                                                                            \
		uint64_t percpu_out_;                                                              \
		PERCPU_ASSERT_WHOLE_(v);                                                           \
		guard();                                                                           \
		PERCPU_ARCH_READ(v, percpu_out_);                                                  \
		if (percpu_out_ & ~PERCPU_VALID_(v))                                               \
			__builtin_unreachable();                                                   \
		(PERCPU_PLAIN_(v)) percpu_out_;                                                    \
	})

/* Through the variable's type, so that the compiler converts, or complains, as for `v = x`. */
#define PERCPU_CHANGE_(guard, op, v, x)                                                            \
	PERCPU_CHANGE_AS_(guard, op, v, x, PERCPU_ASSERT_WHOLE_, PERCPU_UNIQUE_(percpu_in_))
#define PERCPU_CHANGE_AS_(guard, op, v, x, check, in)                                              \
	__extension__({                                                                            \
		check(v);                                                                          \
		PERCPU_PLAIN_(v) in = (x);                                                         \
		PERCPU_ASSIGN_(v, in);                                                             \
		guard();                                                                           \
		PERCPU_ARCH_##op(v, (uint64_t)in);                                                 \
		(void)0;                                                                           \
	})

#define PERCPU_COUNT_(guard, op, v, x)                                                             \
	PERCPU_CHANGE_AS_(guard, op, v, x, PERCPU_ASSERT_COUNT_, PERCPU_UNIQUE_(percpu_in_))
#define PERCPU_BITS_(guard, op, v, x)                                                              \
	PERCPU_CHANGE_AS_(guard, op, v, x, PERCPU_ASSERT_BITS_, PERCPU_UNIQUE_(percpu_in_))
#define PERCPU_ASSERT_COUNT_(v)                                                                    \
	PERCPU_ASSERT_NOT_ATOMIC_(v);                                                              \
	PERCPU_ASSERT_(PERCPU_IS_BITS_(v) && !PERCPU_IS_BOOL_(v),                                  \
		"per-CPU add, sub, inc and dec are of integers");                                  \
	PERCPU_ASSERT_ALIGNED_(v)
#define PERCPU_ASSERT_BITS_(v)                                                                     \
	PERCPU_ASSERT_NOT_ATOMIC_(v);                                                              \
	PERCPU_ASSERT_(PERCPU_IS_BITS_(v), "per-CPU and, or and xor are of integers and bool");    \
	PERCPU_ASSERT_ALIGNED_(v)

#define PERCPU_ADD_RETURN_(guard, v, x)                                                            \
	PERCPU_ADD_RETURN_AS_(guard, v, x, PERCPU_UNIQUE_(percpu_in_))
#define PERCPU_ADD_RETURN_AS_(guard, v, x, in)                                                     \
	__extension__({                                                                            \
		PERCPU_ASSERT_COUNT_(v);                                                           \
		PERCPU_PLAIN_(v) in = (x);                                                         \
		uint64_t percpu_was_;                                                              \
		PERCPU_ASSIGN_(v, in);                                                             \
		guard();                                                                           \
		PERCPU_ARCH_FETCH_ADD(v, (uint64_t)in, percpu_was_);                               \
		PERCPU_OUT_(v, percpu_was_ + (uint64_t)in);                                        \
	})

#define PERCPU_XCHG_(guard, v, x) PERCPU_XCHG_AS_(guard, v, x, PERCPU_UNIQUE_(percpu_in_))
#define PERCPU_XCHG_AS_(guard, v, x, in)                                                           \
	__extension__({                                                                            \
		PERCPU_ASSERT_SCALAR_(v);                                                          \
		PERCPU_ASSERT_ALIGNED_(v);                                                         \
		PERCPU_PLAIN_(v) in = (x);                                                         \
		uint64_t percpu_was_;                                                              \
		PERCPU_ASSIGN_(v, in);                                                             \
		guard();                                                                           \
		PERCPU_ARCH_XCHG(v, (uint64_t)in, percpu_was_);                                    \
		PERCPU_OUT_(v, percpu_was_);                                                       \
	})

#define PERCPU_CMPXCHG_(guard, v, old, x)                                                          \
	PERCPU_CMPXCHG_AS_(guard, v, old, x, PERCPU_UNIQUE_(percpu_if_), PERCPU_UNIQUE_(percpu_in_))
#define PERCPU_CMPXCHG_AS_(guard, v, old, x, if_, in)                                              \
	__extension__({                                                                            \
		PERCPU_ASSERT_SCALAR_(v);                                                          \
		PERCPU_ASSERT_ALIGNED_(v);                                                         \
		PERCPU_PLAIN_(v) if_ = (old);                                                      \
		PERCPU_PLAIN_(v) in = (x);                                                         \
		uint64_t percpu_was_;                                                              \
		PERCPU_ASSIGN_(v, in);                                                             \
		guard();                                                                           \
		PERCPU_ARCH_CMPXCHG(v, (uint64_t)if_, (uint64_t)in, percpu_was_);                  \
		PERCPU_OUT_(v, percpu_was_);                                                       \
	})

/* Two loops of one turn: the outer has the guard, the inner the pointer. */
#define PERCPU_WITH_(v, p, held, once)                                                             \
	for (struct percpu_guard_ held __attribute__((cleanup(percpu_guard_release_))) =           \
			(PERCPU_CHECK_AREA_(), percpu_guard_take_()),                              \
				       *once = &held;                                              \
		once; once = NULL)                                                                 \
		for (__typeof__(v) *p = PERCPU_PTR_(v); once; once = NULL)

/* A symbol's value, as an integer that the compiler knows nothing of: it may be 0. */
#define PERCPU_VALUE_(v)                                                                           \
	__extension__({                                                                            \
		uintptr_t percpu_value_;                                                           \
		PERCPU_ARCH_VALUE(v, percpu_value_);                                               \
		percpu_value_;                                                                     \
	})

#if defined(PERCPU_SP_NAIVE) || !defined(PERCPU_NON_ZERO_VMA)
#define PERCPU_OFFSET_(v) PERCPU_VALUE_(v)
#else
#define PERCPU_OFFSET_(v) (PERCPU_VALUE_(v) - (uintptr_t)_percpu_load_start)
#endif

#ifdef PERCPU_SP_NAIVE
#define PERCPU_PTR_(v) (&(v))
#else
#define PERCPU_PTR_(v) ((__typeof__(v) *)(percpu_arch_register() + PERCPU_VALUE_(v)))
#endif

#ifdef __cplusplus
}
#endif

/* ---- Hooks -------------------------------------------------------------------------------- */

/* Until the end of this, hooks are defined and called: no raw accessor may ask one. */
#define PERCPU_CHECK_RAW_() PERCPU_NO_GUARD_()
#define PERCPU_CHECK_AREA_() PERCPU_NO_GUARD_()

#ifdef PERCPU_HOOKS
#include <percpu_hooks.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

static inline struct percpu_guard_ percpu_guard_take_(void)
{
	struct percpu_guard_ guard;

	guard.unused = 0; /* an initialiser is a call of memset to clang -O0 */
#ifdef PERCPU_PREEMPT
	percpu_preempt_disable();
#endif
	return guard;
}

static inline void percpu_guard_release_(struct percpu_guard_ *guard)
{
	(void)guard;
#ifdef PERCPU_PREEMPT
	percpu_preempt_enable();
#endif
}

#if defined(PERCPU_PREEMPT) && defined(PERCPU_DEBUG) && !defined(PERCPU_RAW_UNCHECKED)
static inline void percpu_check_raw_(void)
{
	if (!percpu_preempt_is_disabled())
		percpu_debug_failed("a raw per-CPU access while preemption is enabled");
}
#undef PERCPU_CHECK_RAW_
#define PERCPU_CHECK_RAW_() percpu_check_raw_()
#endif

#if defined(PERCPU_DEBUG) && !defined(PERCPU_SP_NAIVE) && !defined(PERCPU_RAW_UNCHECKED)
/* Asks the register itself, on x86_64 not through the base: it may point at nothing. */
void percpu_check_area_(void);
#undef PERCPU_CHECK_AREA_
#define PERCPU_CHECK_AREA_() percpu_check_area_()
#endif

#ifdef __cplusplus
}
#endif

#endif
