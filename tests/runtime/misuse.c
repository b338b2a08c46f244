/*
 * What is not to compile, or, named CHECKED, what check names in the object, one case a macro.
 * Behind it, in a comment, what run.sh expects of the compiler, a regular expression, after the
 * languages it is tried in, and the machine and flags where it is not all of them and none.
 */
#include "runtime/percpu.h"

struct pair {
	uint64_t key, value;
};
struct __attribute__((packed)) packed {
	uint8_t first;
	uint32_t second;
};

DEFINE_PERCPU(uint32_t, counter);
DEFINE_PERCPU(struct pair, pair);
DEFINE_PERCPU(struct packed, packed);
DEFINE_PERCPU(int *, pointer);
DEFINE_PERCPU(int[2], array);
DEFINE_PERCPU(bool, flag);
DEFINE_PERCPU(double, ratio);

#if defined(DIRECT_USE)
/* EXPECT c c++: counter.*declared|undeclared .*counter */
uint32_t misuse(void)
{
	return counter;
}
#elif defined(CONST_TYPE)
/* EXPECT c c++: a per-CPU variable is not const */
DEFINE_PERCPU(const int, wrong) = 1;
#elif defined(CONST_STATIC)
/* EXPECT c c++: a per-CPU variable is not const */
static DEFINE_PERCPU(const volatile int, wrong) = 1;
#elif defined(CONST_ARRAY)
/* EXPECT c c++: a per-CPU variable is not const */
DEFINE_PERCPU(const int[4], wrong) = {1};
#elif defined(CONST_MEMBER)
/* EXPECT c: read-only|const-qualified */
struct fixed {
	const int limit;
};
DEFINE_PERCPU(struct fixed, fixed) = {1};
void misuse(void)
{
	percpu_write(fixed.limit, 2);
}
#elif defined(CONSTRUCTOR)
/* EXPECT c++: a per-CPU variable has no constructor */
struct constructed {
	int value;
	constructed() : value(1)
	{
	}
};
DEFINE_PERCPU(constructed, wrong);
#elif defined(MEMBER_INITIALISER)
/* EXPECT c++: a per-CPU variable has no constructor */
struct initialised {
	int value = 1;
};
DEFINE_PERCPU(initialised, wrong);
#elif defined(DESTRUCTOR)
/* EXPECT c++: a per-CPU variable is copied byte by byte */
struct destroyed {
	int value;
	~destroyed()
	{
	}
};
DEFINE_PERCPU(destroyed, wrong);
#elif defined(TEMPLATE)
/* EXPECT g++: g.. leaves a template's variable out of the per-CPU section */
template <class T> T misuse(T x)
{
	static DEFINE_PERCPU(T, wrong);

	return percpu_add_return(wrong, x);
}
template int misuse<int>(int);
#elif defined(TEMPLATE_MEMBER)
/* EXPECT g++: g.. leaves a template's variable out of the per-CPU section */
template <class T> struct of_template {
	int misuse()
	{
		static DEFINE_PERCPU(int, wrong);

		return percpu_read(wrong);
	}
};
template struct of_template<int>;
#elif defined(CHECKED_MEMBER)
/* EXPECT g++: hitsE: a per-CPU variable by its name.*symbol_in_section */
template <class T> struct counted {
	static inline DEFINE_PERCPU(long, hits) = 5;
	static void misuse()
	{
		percpu_inc(hits);
	}
};
template struct counted<int>;
#elif defined(CHECKED_TEMPLATE)
/* EXPECT g++: wrong.*: a per-CPU variable by its name.*symbol_in_section */
template <class T> DEFINE_PERCPU(T, wrong) = 7;
long *misuse()
{
	return &__PERCPU_wrong<long>;
}
#elif defined(COMPUTED)
/* EXPECT c g++: initializer element is not|call to non-.constexpr. function */
int computed(void);
DEFINE_PERCPU(int, wrong) = computed();
#elif defined(COMPUTED_WARNED)
/* EXPECT clang++ -Wglobal-constructors: declaration requires a global constructor */
int computed(void);
DEFINE_PERCPU(int, wrong) = computed();
#elif defined(COMPUTED_STATIC)
/* EXPECT c g++: initializer element is not|does not have a constant initializer */
int misuse(int k)
{
	static DEFINE_PERCPU(int, wrong) = k;

	return percpu_read(wrong);
}
#elif defined(NOT_STATIC)
/* EXPECT c c++: section */
uint32_t misuse(void)
{
	DEFINE_PERCPU(uint32_t, local) = 1;

	return percpu_read(local);
}
#elif defined(READ_STRUCTURE)
/* EXPECT c c++: per-CPU access is of 1, 2, 4 or 8 bytes */
uint64_t misuse(void)
{
	return percpu_read(pair).key;
}
#elif defined(READ_ARRAY)
/* EXPECT c c++: per-CPU access is of 1, 2, 4 or 8 bytes */
void misuse(void)
{
	(void)percpu_read(array);
}
#elif defined(READ_DOUBLE)
/* EXPECT c c++: per-CPU access is of 1, 2, 4 or 8 bytes */
void misuse(void)
{
	(void)percpu_read(ratio);
}
#elif defined(WRITE_STRUCTURE)
/* EXPECT c c++: per-CPU access is of 1, 2, 4 or 8 bytes */
void misuse(struct pair x)
{
	percpu_write(pair, x);
}
#elif defined(READ_ATOMIC)
/* EXPECT c: an accessor is not atomic as an _Atomic variable is */
DEFINE_PERCPU(_Atomic uint32_t, atomic);
void misuse(void)
{
	(void)percpu_read(atomic);
}
#elif defined(WRITE_ATOMIC)
/* EXPECT c: an accessor is not atomic as an _Atomic variable is */
DEFINE_PERCPU(_Atomic(int *), atomic);
void misuse(void)
{
	percpu_write_raw(atomic, NULL);
}
#elif defined(INC_ATOMIC)
/* EXPECT c: an accessor is not atomic as an _Atomic variable is */
DEFINE_PERCPU(_Atomic volatile int, atomic);
void misuse(void)
{
	percpu_inc(atomic);
}
#elif defined(OR_ATOMIC)
/* EXPECT c: an accessor is not atomic as an _Atomic variable is */
DEFINE_PERCPU(_Atomic bool, atomic);
void misuse(void)
{
	percpu_or(atomic, true);
}
#elif defined(XCHG_ATOMIC)
/* EXPECT c: an accessor is not atomic as an _Atomic variable is */
DEFINE_PERCPU(_Atomic int64_t, atomic);
void misuse(void)
{
	(void)percpu_xchg(atomic, 1);
}
#elif defined(SUM_ATOMIC)
/* EXPECT c: an accessor is not atomic as an _Atomic variable is */
DEFINE_PERCPU(_Atomic uint8_t, atomic);
void misuse(void)
{
	(void)percpu_sum(atomic);
}
#elif defined(FINE_ATOMIC)
/* EXPECT c: nothing */
DEFINE_PERCPU(_Atomic int, atomic) = 1;
int misuse(void);
int misuse(void)
{
	(*percpu_remote_ptr(atomic, 1))++;
	return *percpu_ptr(atomic);
}
#elif defined(ADD_POINTER)
/* EXPECT c c++: per-CPU add, sub, inc and dec are of integers */
void misuse(void)
{
	percpu_inc(pointer);
}
#elif defined(ADD_BOOL)
/* EXPECT c c++: per-CPU add, sub, inc and dec are of integers */
void misuse(void)
{
	percpu_add(flag, 1);
}
#elif defined(ADD_STRUCTURE)
/* EXPECT c c++: per-CPU add, sub, inc and dec are of integers */
void misuse(void)
{
	percpu_add(pair, 1);
}
#elif defined(ADD_RETURN_POINTER)
/* EXPECT c c++: per-CPU add, sub, inc and dec are of integers */
void misuse(void)
{
	(void)percpu_add_return_raw(pointer, 1);
}
#elif defined(OR_POINTER)
/* EXPECT c c++: per-CPU and, or and xor are of integers and bool */
void misuse(void)
{
	percpu_or_raw(pointer, 1);
}
#elif defined(XCHG_ARRAY)
/* EXPECT c c++: per-CPU access is of 1, 2, 4 or 8 bytes */
void misuse(void)
{
	(void)percpu_xchg(array, 0);
}
#elif defined(MISALIGNED)
/* EXPECT c c++: that is modified is aligned to its size */
void misuse(void)
{
	percpu_inc(packed.second);
}
#elif defined(MISALIGNED_READ)
/* EXPECT c c++ aarch64 riscv64 loongarch64: that is read or written is aligned to its size */
uint32_t misuse(void)
{
	return percpu_read(packed.second);
}
#elif defined(MISALIGNED_WRITE)
/* EXPECT c c++ aarch64 riscv64 loongarch64: that is read or written is aligned to its size */
void misuse(void)
{
	percpu_write_raw(packed.second, 1);
}
#elif defined(WRITE_TEXT)
/* EXPECT c c++: pointer|conversion|cannot initialize */
void misuse(void)
{
	percpu_write(counter, "text");
}
#elif defined(WRITE_POINTER)
/* EXPECT c c++: incompatible|cannot (convert|initialize) */
void misuse(long *x)
{
	percpu_write(pointer, x);
}
#elif defined(NARROWED)
/* EXPECT c c++: may change value|loses integer precision */
void misuse(uint64_t x)
{
	percpu_write(counter, x);
}
#elif defined(READ_TYPE)
/* EXPECT c c++: pointer|conversion|cannot initialize */
int *misuse(void)
{
	int *value = percpu_read(counter);

	return value;
}
#elif defined(VARIABLE_INDEX)
/* EXPECT c c++: constraint|constant|invalid operand */
int misuse(int i)
{
	return percpu_read(array[i]);
}
#elif defined(UNDECLARED)
/* EXPECT c c++: __PERCPU_nowhere */
void misuse(void)
{
	percpu_inc(nowhere);
}
#elif defined(RESET_WITHOUT_TEMPLATE)
/* EXPECT c c++: PERCPU_PRISTINE, PERCPU_SEPARATE or PERCPU_DYNAMIC */
void misuse(void)
{
	percpu_reset_to_init(counter);
}
#elif defined(REMOTE_RESET_WITHOUT_TEMPLATE)
/* EXPECT c c++: PERCPU_PRISTINE, PERCPU_SEPARATE or PERCPU_DYNAMIC */
void misuse(void)
{
	percpu_remote_reset_to_init(counter, 1);
}
#elif defined(SUM_ARRAY)
/* EXPECT c c++: percpu_sum.. is of integers */
void misuse(void)
{
	(void)percpu_sum(array);
}
#elif defined(SUM_POINTER)
/* EXPECT c c++: percpu_sum.. is of integers */
void misuse(void)
{
	(void)percpu_sum(pointer);
}
#elif defined(SUM_DOUBLE)
/* EXPECT c c++: percpu_sum.. is of integers */
void misuse(void)
{
	(void)percpu_sum(ratio);
}
#elif defined(SUM_BOOL)
/* EXPECT c c++: percpu_sum.. is of integers */
void misuse(void)
{
	(void)percpu_sum(flag);
}
#elif defined(ALIGNED_TO_3)
/* EXPECT c c++: power of (2|two) */
DEFINE_PERCPU_ALIGNED(int, wrong, 3);
#elif defined(ALIGNED_TO_0)
/* EXPECT c c++: power of (2|two) */
static DEFINE_PERCPU_ALIGNED(int, wrong, 0);
#elif defined(ALIGNED_TO_24)
/* EXPECT c c++: power of (2|two) */
DEFINE_PERCPU_ALIGNED(long, wrong, 24);
#elif defined(IGNORED_AREAS)
/* EXPECT c c++: unused.result|nodiscard|ignoring return */
void misuse(void)
{
	percpu_init_in_place();
}
#elif defined(IGNORED_REGISTER)
/* EXPECT c c++: unused.result|nodiscard|ignoring return */
void misuse(void)
{
	percpu_init_reg(1);
}
#elif defined(IGNORED_MEMORY)
/* EXPECT c c++: unused.result|nodiscard|ignoring return */
void misuse(void *base)
{
	percpu_init(base, 1);
}
#elif defined(IGNORED_CPU)
/* EXPECT c c++: unused.result|nodiscard|ignoring return */
void misuse(void *base)
{
	percpu_init_cpu(1, base);
}
#elif defined(PIC)
/* EXPECT c c++ x86_64 -fPIC: model zero needs -fno-pic */
#elif defined(PIE)
/* EXPECT c x86_64 -fPIE: model zero needs -fno-pic */
#elif defined(TWO_PLACEMENTS)
/* EXPECT c -DPERCPU_SEPARATE -DPERCPU_DYNAMIC: define one of them */
#elif defined(NEEDLESS_SLOT)
/* EXPECT c -DPERCPU_SEPARATE -DPERCPU_PRISTINE: only overlay needs a slot */
#elif defined(WIDE_ELSEWHERE)
/* EXPECT c x86_64 -DPERCPU_WIDE: PERCPU_WIDE is for aarch64 */
#elif defined(EL2_ELSEWHERE)
/* EXPECT c x86_64 -DPERCPU_ARM_EL2: PERCPU_ARM_EL2 is for aarch64 */
#elif defined(TP_ELSEWHERE)
/* EXPECT c aarch64 -DPERCPU_RISCV_TP: PERCPU_RISCV_TP is for riscv64 */
#elif defined(FSGSBASE_ELSEWHERE)
/* EXPECT c riscv64 -DPERCPU_X86_FSGSBASE: PERCPU_X86_FSGSBASE is for x86_64 */
#elif defined(NAIVE_NONZERO)
/* EXPECT c -DPERCPU_SP_NAIVE -DPERCPU_NON_ZERO_VMA: plain variables have no model */
#elif defined(NO_CPUS)
/* EXPECT c -DPERCPU_CPUS_MAX=0: PERCPU_CPUS_MAX: at least 1 CPU */
#elif defined(NEGATIVE_CPUS)
/* EXPECT c -DPERCPU_CPUS_MAX=-1: PERCPU_CPUS_MAX: at least 1 CPU */
#elif defined(X32)
/* EXPECT c x86_64 -mx32: pointers have 64 bits */
#elif defined(ILP32)
/* EXPECT gcc aarch64 -mabi=ilp32: pointers have 64 bits */
#elif defined(BIG)
/* EXPECT c aarch64 -mbig-endian: little-endian only */
#elif defined(NO_ATOMICS)
/* EXPECT c riscv64 -march=rv64imc: need the A extension */
#elif defined(ASSEMBLY_IN_C)
/* EXPECT c: percpu_asm.h is for assembly */
#include "runtime/percpu_asm.h"
#elif defined(FINE)
/* EXPECT c c++: nothing, so that the cases fail for what is in them */
uint32_t misuse(void);
uint32_t misuse(void)
{
	return percpu_add_return(counter, 1);
}
#elif defined(QUALIFIED)
/* EXPECT c++: __PERCPU_space */
namespace space
{
DEFINE_PERCPU(int, inside);
}
int misuse()
{
	return percpu_read(space::inside);
}
#elif defined(FINE_USING)
/* EXPECT c++: nothing */
namespace space
{
DEFINE_PERCPU(int, inside);
}
struct owner {
	static inline DEFINE_PERCPU(int, member) = 1;
	static int get()
	{
		return percpu_read(member);
	}
};
int misuse();
int misuse()
{
	using space::__PERCPU_inside;

	return percpu_read(inside) + owner::get();
}
#elif defined(FINE_MACROS)
/* EXPECT c c++ -DT=1 -DOthers=1 -Dplain=1 -Dyes=1 -Done=1 -Dis_const=1 -Dis_bits=1: nothing */
#elif defined(FINE_QUALIFIED)
/* EXPECT c c++ -Wcast-qual -DPERCPU_SEPARATE: nothing */
DEFINE_PERCPU(volatile int, moving) = 1;
int misuse(void);
int misuse(void)
{
	percpu_write(moving, percpu_read(moving) + 1);
	percpu_inc(moving);
	(void)percpu_reset_to_init_raw(moving);
	return percpu_reset_to_init(moving) + percpu_remote_reset_to_init(moving, 1) +
	       percpu_sum(moving) + *percpu_ptr(moving);
}
#elif defined(FINE_WARNED)
/* EXPECT clang++ -Wglobal-constructors: nothing */
#else
#error "no such case"
#endif
