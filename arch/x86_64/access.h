/*
 * The runtime's accessors on x86_64: one instruction with a gs override each, which neither an
 * interrupt nor a move to another CPU divides. add_return is one xadd and a sum in registers. xchg
 * is a loop that ends with a cmpxchg, and is what that one does, on the CPU where it does it.
 *
 * Only runtime/percpu.h includes this; `v` is an lvalue of 1, 2, 4 or 8 bytes in the per-CPU
 * section, `x` and `old` a uint64_t of which the low bytes count, `out` an lvalue of that type.
 * What `out` has above the variable's width is 0 after a read, and else anything.
 */
#ifndef PERCPU_ARCH_X86_64_ACCESS_H
#define PERCPU_ARCH_X86_64_ACCESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Zero: the symbol's value is the offset, a signed displacement of 32 bits (R_X86_64_32S).
 * Nonzero: the GS base holds the area less the load start, which the address makes up for, in
 * whatever way the compiler forms it.
 */
#ifdef PERCPU_NON_ZERO_VMA
#define PERCPU_X86_VAR_ "%%gs:%[var]"
#define PERCPU_X86_IN_(v) [var] "m"(v)
#else
#if defined(__PIC__) || defined(__PIE__)
#error "x86_64: model zero needs -fno-pic (and -no-pie to link), or define PERCPU_NON_ZERO_VMA"
#endif
/*
 * Both print the bare symbol. %c wants what the code model takes for an address, which in the large
 * one no symbol is to gcc, whose %p asks nothing.
 */
#if defined(__code_model_large__) && !defined(__clang__)
#define PERCPU_X86_VAR_ "%%gs:%p[var]"
#else
#define PERCPU_X86_VAR_ "%%gs:%c[var]"
#endif
#define PERCPU_X86_IN_(v) [var] "i"(&(v))
#endif

#define PERCPU_X86_READ_(insn, mod, v, out)                                                        \
	__asm__ volatile(insn " " PERCPU_X86_VAR_ ", %" mod "[o]"                                  \
		: [o] "=r"(out)                                                                    \
		: PERCPU_X86_IN_(v)                                                                \
		: "memory")

#define PERCPU_ARCH_READ(v, out)                                                                   \
	do {                                                                                       \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_X86_READ_("movzbl", "k", v, out);                                   \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_X86_READ_("movzwl", "k", v, out);                                   \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_X86_READ_("movl", "k", v, out);                                     \
			break;                                                                     \
		default:                                                                           \
			PERCPU_X86_READ_("movq", "q", v, out);                                     \
		}                                                                                  \
	} while (0)

#define PERCPU_X86_CHANGE_(insn, mod, constraint, v, x)                                            \
	__asm__ volatile(insn " %" mod "[val], " PERCPU_X86_VAR_                                   \
		:                                                                                  \
		: PERCPU_X86_IN_(v), [val] constraint(x)                                           \
		: "memory", "cc")

/* mov, add, sub, and, or, xor: `op` of memory and a register or a constant. */
#define PERCPU_X86_OP_(op, v, x)                                                                   \
	do {                                                                                       \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_X86_CHANGE_(op "b", "b", "qi", v, (uint8_t)(x));                    \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_X86_CHANGE_(op "w", "w", "ri", v, (uint16_t)(x));                   \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_X86_CHANGE_(op "l", "k", "ri", v, (uint32_t)(x));                   \
			break;                                                                     \
		default:                                                                           \
			PERCPU_X86_CHANGE_(op "q", "q", "re", v, (uint64_t)(x));                   \
		}                                                                                  \
	} while (0)

#define PERCPU_ARCH_WRITE(v, x) PERCPU_X86_OP_("mov", v, x)
#define PERCPU_ARCH_ADD(v, x) PERCPU_X86_OP_("add", v, x)
#define PERCPU_ARCH_SUB(v, x) PERCPU_X86_OP_("sub", v, x)
#define PERCPU_ARCH_AND(v, x) PERCPU_X86_OP_("and", v, x)
#define PERCPU_ARCH_OR(v, x) PERCPU_X86_OP_("or", v, x)
#define PERCPU_ARCH_XOR(v, x) PERCPU_X86_OP_("xor", v, x)

#define PERCPU_X86_XADD_(suffix, mod, v, x)                                                        \
	__asm__ volatile("xadd" suffix " %" mod "[val], " PERCPU_X86_VAR_                          \
		: [val] "+r"(x)                                                                    \
		: PERCPU_X86_IN_(v)                                                                \
		: "memory", "cc")

/* out = what was there; without lock, which other CPUs would need. */
#define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                           \
	do {                                                                                       \
		(out) = (x);                                                                       \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_X86_XADD_("b", "b", v, out);                                        \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_X86_XADD_("w", "w", v, out);                                        \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_X86_XADD_("l", "k", v, out);                                        \
			break;                                                                     \
		default:                                                                           \
			PERCPU_X86_XADD_("q", "q", v, out);                                        \
		}                                                                                  \
	} while (0)

#define PERCPU_X86_CMPXCHG_(suffix, mod, v, old, x)                                                \
	__asm__ volatile("cmpxchg" suffix " %" mod "[val], " PERCPU_X86_VAR_                       \
		: [was] "+a"(old)                                                                  \
		: PERCPU_X86_IN_(v), [val] "r"(x)                                                  \
		: "memory", "cc")

/* out = what was there; it is now `x` if that was `old`. */
#define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                        \
	do {                                                                                       \
		(out) = (old);                                                                     \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_X86_CMPXCHG_("b", "b", v, out, (uint8_t)(x));                       \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_X86_CMPXCHG_("w", "w", v, out, (uint16_t)(x));                      \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_X86_CMPXCHG_("l", "k", v, out, (uint32_t)(x));                      \
			break;                                                                     \
		default:                                                                           \
			PERCPU_X86_CMPXCHG_("q", "q", v, out, (uint64_t)(x));                      \
		}                                                                                  \
	} while (0)

/* xchg with memory always locks: a loop of cmpxchg costs a tenth. rax is what was there. */
#define PERCPU_X86_XCHG_(suffix, mod, acc, v, x, out)                                              \
	__asm__ volatile("mov" suffix " " PERCPU_X86_VAR_ ", %%" acc "\n"                          \
			 "1:\tcmpxchg" suffix " %" mod "[val], " PERCPU_X86_VAR_ "\n\t"            \
			 "jnz 1b"                                                                  \
		: [res] "=&a"(out)                                                                 \
		: PERCPU_X86_IN_(v), [val] "r"(x)                                                  \
		: "memory", "cc")

#define PERCPU_ARCH_XCHG(v, x, out)                                                                \
	do {                                                                                       \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_X86_XCHG_("b", "b", "al", v, (uint8_t)(x), out);                    \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_X86_XCHG_("w", "w", "ax", v, (uint16_t)(x), out);                   \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_X86_XCHG_("l", "k", "eax", v, (uint32_t)(x), out);                  \
			break;                                                                     \
		default:                                                                           \
			PERCPU_X86_XCHG_("q", "q", "rax", v, (uint64_t)(x), out);                  \
		}                                                                                  \
	} while (0)

/* A move to another CPU divides none of them. */
#define PERCPU_ARCH_ONE_INSTRUCTION 1

/*
 * The value of an absolute symbol, of 31 bits, such as the script's `_percpu_align`. bfd takes 32
 * bits for an address that moves with a position-independent image, where they are none, but not
 * the 64 of a pointer; the room that it kept to relocate that is an R_X86_64_NONE in .rela.dyn.
 */
#ifdef __PIC__
#define PERCPU_ARCH_NUMBER(v, out)                                                                 \
	do {                                                                                       \
		static char *const volatile percpu_number_ = (v);                                  \
		(out) = (uintptr_t)percpu_number_;                                                 \
	} while (0)
#else
#define PERCPU_ARCH_NUMBER(v, out) __asm__("movl %[var], %k[o]" : [o] "=r"(out) : [var] "i"(&(v)))
#endif

/* A symbol's value as a number that the compiler knows nothing of: 0 is an offset like others. */
#ifdef PERCPU_NON_ZERO_VMA
#define PERCPU_ARCH_VALUE(v, out)                                                                  \
	do {                                                                                       \
		(out) = (uintptr_t)&(v);                                                           \
		__asm__("" : "+r"(out));                                                           \
	} while (0)
#else
#define PERCPU_ARCH_VALUE(v, out) __asm__("movl %[var], %k[o]" : [o] "=r"(out) : [var] "i"(&(v)))
#endif

/*
 * The GS base. In an MSR unless the CPU has FSGSBASE and CR4 enables it: Intel SDM volume 4, MSR
 * C0000101H. Writing the gs selector clears or loads the base, so that it must come first; swapgs
 * exchanges it with C0000102H, so that entry code from user mode does that first, and once.
 */
static inline uintptr_t percpu_arch_read_reg(void)
{
#ifdef PERCPU_X86_FSGSBASE
	uintptr_t base;

	__asm__ volatile("rdgsbase %0" : "=r"(base));
	return base;
#else
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0xc0000101));
	return (uintptr_t)high << 32 | low;
#endif
}

static inline void percpu_arch_write_reg(uintptr_t base)
{
#ifdef PERCPU_X86_FSGSBASE
	__asm__ volatile("wrgsbase %0" : : "r"(base) : "memory");
#else
	__asm__ volatile("wrmsr"
		:
		: "c"(0xc0000101), "a"((uint32_t)base), "d"((uint32_t)(base >> 32))
		: "memory");
#endif
}

/*
 * The register's value, for pointers: a read of the GS base takes longer than one through it. Every
 * CPU's copy holds that of its own.
 */
#ifdef __cplusplus
extern "C" {
#endif
extern uintptr_t __PERCPU_SELF_PTR;
#ifdef __cplusplus
}
#endif

/* Always inline: raw accessors call nothing, at -O0 neither. */
__attribute__((always_inline)) static inline uintptr_t percpu_arch_register(void)
{
	uintptr_t value;

	PERCPU_X86_READ_("movq", "q", __PERCPU_SELF_PTR, value);
	return value;
}

/* Once percpu_arch_write_reg() has: later reads find it in this CPU's copy. */
static inline void percpu_arch_keep_reg(uintptr_t value)
{
	PERCPU_X86_CHANGE_("movq", "q", "r", __PERCPU_SELF_PTR, value);
}

/* What rep movsb copies at once is kept in the cache; whole pages of other CPUs' areas need not be.
 */
#define PERCPU_X86_STREAM_LEAST_ 4096

#define PERCPU_X86_STREAM_(at)                                                                     \
	"movq " #at "(%[from]), %[a]\n\t"                                                          \
	"movq " #at "+8(%[from]), %[b]\n\t"                                                        \
	"movnti %[a], " #at "(%[to])\n\t"                                                          \
	"movnti %[b], " #at "+8(%[to])\n\t"

/*
 * `lines` times 64 bytes, past the cache: an area is written once and next read by its own CPU.
 * Intel SDM volume 2, MOVNTI: of SSE2, which each x86_64 has, but of no vector register, so that
 * CR4.OSFXSR may be clear; weakly ordered, hence the SFENCE before anybody is told of the area.
 */
static inline void percpu_x86_stream_(void *to, const void *from, size_t lines)
{
	uint64_t a, b;

	__asm__ volatile("1:\n\t" PERCPU_X86_STREAM_(0) PERCPU_X86_STREAM_(16)
			PERCPU_X86_STREAM_(32) PERCPU_X86_STREAM_(48) "addq $64, %[from]\n\t"
								      "addq $64, %[to]\n\t"
								      "decq %[lines]\n\t"
								      "jnz 1b\n\t"
								      "sfence"
		: [to] "+r"(to), [from] "+r"(from), [lines] "+r"(lines), [a] "=&r"(a), [b] "=&r"(b)
		:
		: "memory", "cc");
}

/*
 * Intel SDM volume 1, "REP": fast for what is small, and nothing that a compiler would call memcpy
 * for. Areas of a page and more go past the cache.
 */
static inline void percpu_arch_copy(void *to, const void *from, size_t size)
{
	const size_t streamed = size >= PERCPU_X86_STREAM_LEAST_ ? size & ~(size_t)63 : 0;

	if (streamed) {
		percpu_x86_stream_(to, from, streamed / 64);
		to = (char *)to + streamed;
		from = (const char *)from + streamed;
		size -= streamed;
	}
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

#endif
