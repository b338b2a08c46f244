/* Bounded, endian-explicit reads. */
#ifndef PERCPU_BASE_BYTES_H
#define PERCPU_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of bytes that somebody else owns. */
struct span {
	const uint8_t *data;
	size_t size;
};

/* True when [offset, offset + size) lies within a whole of `total` bytes, without overflow. */
static inline bool range_within(uint64_t offset, uint64_t size, uint64_t total)
{
	return offset <= total && size <= total - offset;
}

/* True when [a, a + a_size) and [b, b + b_size) share a byte; neither may wrap. */
static inline bool ranges_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	if (!a_size || !b_size)
		return false;
	return a <= b ? b - a < a_size : a - b < b_size;
}

/* The end of [start, start + size), or the top of the address space where it wraps. */
static inline uint64_t range_end(uint64_t start, uint64_t size)
{
	return size <= UINT64_MAX - start ? start + size : UINT64_MAX;
}

static inline uint16_t read_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t read_le32(const uint8_t *p)
{
	return (uint32_t)read_le16(p) | (uint32_t)read_le16(p + 2) << 16;
}

static inline uint64_t read_le64(const uint8_t *p)
{
	return (uint64_t)read_le32(p) | (uint64_t)read_le32(p + 4) << 32;
}

/* The least multiple of `align` (0 counts as 1) at or above `value`; wraps like the linker's. */
static inline uint64_t align_up(uint64_t value, uint64_t align)
{
	uint64_t rest = align ? value % align : 0;

	return rest ? value + (align - rest) : value;
}

static inline bool is_power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

#endif
