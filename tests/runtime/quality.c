/* A function for each operation and width, of which run.sh counts the instructions. */
#include "runtime/percpu.h"

#define OPERATIONS(width, type)                                                                    \
	DEFINE_PERCPU(type, v##width);                                                             \
	uint64_t read_##width(void);                                                               \
	uint64_t read_##width(void)                                                                \
	{                                                                                          \
		return percpu_read_raw(v##width);                                                  \
	}                                                                                          \
	VOID(write, width, type)                                                                   \
	VOID(add, width, type)                                                                     \
	VOID(sub, width, type)                                                                     \
	VOID(and, width, type)                                                                     \
	VOID(or, width, type)                                                                      \
	VOID(xor, width, type)                                                                     \
	ALONE(inc, width)                                                                          \
	ALONE(dec, width)                                                                          \
	RESULT(add_return, width, type)                                                            \
	RESULT(xchg, width, type)                                                                  \
	type cmpxchg_##width(type old, type x);                                                    \
	type cmpxchg_##width(type old, type x)                                                     \
	{                                                                                          \
		return percpu_cmpxchg_raw(v##width, old, x);                                       \
	}                                                                                          \
	type *ptr_##width(void);                                                                   \
	type *ptr_##width(void)                                                                    \
	{                                                                                          \
		return percpu_ptr(v##width);                                                       \
	}

#define VOID(op, width, type)                                                                      \
	void op##_##width(type x);                                                                 \
	void op##_##width(type x)                                                                  \
	{                                                                                          \
		percpu_##op##_raw(v##width, x);                                                    \
	}
#define ALONE(op, width)                                                                           \
	void op##_##width(void);                                                                   \
	void op##_##width(void)                                                                    \
	{                                                                                          \
		percpu_##op##_raw(v##width);                                                       \
	}
#define RESULT(op, width, type)                                                                    \
	type op##_##width(type x);                                                                 \
	type op##_##width(type x)                                                                  \
	{                                                                                          \
		return percpu_##op##_raw(v##width, x);                                             \
	}

OPERATIONS(1, uint8_t)
OPERATIONS(2, uint16_t)
OPERATIONS(4, uint32_t)
OPERATIONS(8, uint64_t)
