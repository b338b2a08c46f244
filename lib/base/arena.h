/* One owner for many allocations: everything taken from an arena is released with it. */
#ifndef PERCPU_BASE_ARENA_H
#define PERCPU_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

/*
 * Zero-initialise it (`struct arena a = {0}`), and release it once with arena_release().
 * `bytes` is what the arena has taken from malloc so far.
 */
struct arena {
	struct arena_block *head;
	size_t bytes;
};

/*
 * `count` objects of `size` bytes, zeroed, aligned for any type. NULL when memory runs out or when
 * count * size overflows. The arena owns the result.
 */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A copy of the `length` bytes at `text`, with a NUL behind them. NULL when memory runs out. */
char *arena_strndup(struct arena *arena, const char *text, size_t length);

/* Formatted text. NULL when memory runs out. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* Returns all memory; the arena is then empty and may be used again. */
void arena_release(struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

/*
 * A growing array in an arena: `data`, `count` and `room` are members of the owner. What the arena
 * gave last grows where it is while its block has room. Other storage, left for a larger one, stays
 * with the arena until release, so growth by doubling wastes at most as much again.
 * True when there is room for one more element.
 */
#define ARENA_GROW(arena, data, count, room)                                                       \
	((count) < (room) ||                                                                       \
		arena_grow((arena), (void **)&(data), (count), &(room), sizeof(*(data))))
int arena_grow(struct arena *arena, void **data, size_t count, size_t *room, size_t size);

#endif
