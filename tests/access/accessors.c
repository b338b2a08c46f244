/*
 * Each accessor of the runtime in a function of its own, named by the accessor and the bytes of the
 * variable: what `percpu-tool access` says of a function is compared with its name.
 */
#include "runtime/percpu.h"

/* Not at an area's start, and none where another begins: a place that is lost would show. */
DEFINE_PERCPU_FIRST(uint64_t[3], before);
DEFINE_PERCPU_ALIGNED(uint64_t, variable_8, 64) = 8;
DEFINE_PERCPU_ALIGNED(uint32_t, variable_4, 64) = 4;
DEFINE_PERCPU_ALIGNED(uint16_t, variable_2, 64) = 2;
DEFINE_PERCPU_ALIGNED(uint8_t, variable_1, 64) = 1;

#define ACCESSORS(bytes, type)                                                                     \
	TAKING(read, bytes, type, percpu_read_raw(variable_##bytes))                               \
	DOING(write, bytes, type, percpu_write_raw(variable_##bytes, x))                           \
	DOING(add, bytes, type, percpu_add_raw(variable_##bytes, x))                               \
	DOING(sub, bytes, type, percpu_sub_raw(variable_##bytes, x))                               \
	DOING(and, bytes, type, percpu_and_raw(variable_##bytes, x))                               \
	DOING(or, bytes, type, percpu_or_raw(variable_##bytes, x))                                 \
	DOING(xor, bytes, type, percpu_xor_raw(variable_##bytes, x))                               \
	DOING(inc, bytes, type, percpu_inc_raw(variable_##bytes))                                  \
	DOING(dec, bytes, type, percpu_dec_raw(variable_##bytes))                                  \
	TAKING(add_return, bytes, type, percpu_add_return_raw(variable_##bytes, x))                \
	TAKING(xchg, bytes, type, percpu_xchg_raw(variable_##bytes, x))                            \
	TAKING(cmpxchg, bytes, type, percpu_cmpxchg_raw(variable_##bytes, x, y))

#define TAKING(name, bytes, type, what)                                                            \
	type name##_##bytes(type x, type y);                                                       \
	type name##_##bytes(type x, type y)                                                        \
	{                                                                                          \
		(void)x, (void)y;                                                                  \
		return what;                                                                       \
	}
#define DOING(name, bytes, type, what)                                                             \
	void name##_##bytes(type x);                                                               \
	void name##_##bytes(type x)                                                                \
	{                                                                                          \
		(void)x;                                                                           \
		what;                                                                              \
	}

ACCESSORS(1, uint8_t)
ACCESSORS(2, uint16_t)
ACCESSORS(4, uint32_t)
ACCESSORS(8, uint64_t)
