/* The kernel's per-CPU variables: one of each kind that percpu.h can define, defined in
 * variables.c. */
#ifndef TESTS_KERNEL_VARIABLES_H
#define TESTS_KERNEL_VARIABLES_H

#include "percpu.h"

/* Each integer between two neighbours that no operation on it may touch. */
#define NEIGHBOURS(type)                                                                           \
	struct {                                                                                   \
		__typeof__(type) before, value, after;                                             \
	}

typedef NEIGHBOURS(uint8_t) u8_type;
typedef NEIGHBOURS(uint16_t) u16_type;
typedef NEIGHBOURS(uint32_t) u32_type;
typedef NEIGHBOURS(uint64_t) u64_type;
typedef NEIGHBOURS(int8_t) s8_type;
typedef NEIGHBOURS(int16_t) s16_type;
typedef NEIGHBOURS(int32_t) s32_type;
typedef NEIGHBOURS(int64_t) s64_type;
typedef NEIGHBOURS(bool) flag_type;
typedef NEIGHBOURS(char *) pointer_type;

typedef struct {
	uint8_t byte;
	uint16_t half[3];
	uint32_t word;
	uint64_t large[2];
} record_type;

DECLARE_PERCPU(uint64_t, head);
DECLARE_PERCPU(u8_type, u8);
DECLARE_PERCPU(u16_type, u16);
DECLARE_PERCPU(u32_type, u32);
DECLARE_PERCPU(u64_type, u64);
DECLARE_PERCPU(s8_type, s8);
DECLARE_PERCPU(s16_type, s16);
DECLARE_PERCPU(s32_type, s32);
DECLARE_PERCPU(s64_type, s64);
DECLARE_PERCPU(flag_type, flag);
DECLARE_PERCPU(pointer_type, pointer);
DECLARE_PERCPU(record_type, record);
DECLARE_PERCPU(uint32_t[5], array);
DECLARE_PERCPU(uint64_t, aligned);
DECLARE_PERCPU(char[5000], page);
DECLARE_PERCPU(uint64_t, shared);
DECLARE_PERCPU(uint32_t, read_mostly);
DECLARE_PERCPU(uint64_t, zeroed);
DECLARE_PERCPU(uint64_t, count8);
DECLARE_PERCPU(uint32_t, count4);
DECLARE_PERCPU(uint16_t, count2);
DECLARE_PERCPU(uint8_t, count1);
DECLARE_PERCPU(uint32_t, mine);
DECLARE_PERCPU(uint64_t, entries); /* of the timer's interrupt, counted by start.S */

#ifdef PERCPU_WIDE
/* Moves what follows beyond the offsets that the narrow sequence holds. */
DECLARE_PERCPU(uint32_t[20000], far);
#define VARIABLE_FAR(X) X(far)
#else
#define VARIABLE_FAR(X)
#endif

#if defined(__x86_64__) && !defined(PERCPU_SP_NAIVE)
#define VARIABLE_SELF(X) X(SELF_PTR)
#else
#define VARIABLE_SELF(X)
#endif

/* All but those that main.c keeps to itself. */
#define VARIABLES(X)                                                                               \
	X(head)                                                                                    \
	X(u8)                                                                                      \
	X(u16)                                                                                     \
	X(u32)                                                                                     \
	X(u64)                                                                                     \
	X(s8)                                                                                      \
	X(s16)                                                                                     \
	X(s32)                                                                                     \
	X(s64)                                                                                     \
	X(flag)                                                                                    \
	X(pointer)                                                                                 \
	X(record)                                                                                  \
	X(array)                                                                                   \
	X(aligned)                                                                                 \
	X(page)                                                                                    \
	X(shared)                                                                                  \
	X(read_mostly)                                                                             \
	X(zeroed)                                                                                  \
	X(count8)                                                                                  \
	X(count4)                                                                                  \
	X(count2)                                                                                  \
	X(count1)                                                                                  \
	X(mine)                                                                                    \
	X(entries)                                                                                 \
	VARIABLE_FAR(X)                                                                            \
	VARIABLE_SELF(X)

#endif
