#include "lib/base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

enum { BLOCK_SIZE = 16 * 1024 };

/* It has a block of its own. */
static bool is_large(size_t need)
{
	return need > BLOCK_SIZE;
}

static struct arena_block *block_add(struct arena *arena, size_t need)
{
	size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct arena_block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	/*
	 * calloc, so that a large block comes from untouched pages and costs nothing until used. Of
	 * the others each allocation clears what it takes: calloc would touch all of them.
	 */
	block = is_large(need) ? calloc(1, sizeof(*block) + size) : malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->used = 0;
	block->size = size;
	block->next = arena->head;
	arena->head = block;
	arena->bytes += sizeof(*block) + size;
	return block;
}

/* The bytes that an array takes, so that what follows is aligned. False when there are too many. */
static bool bytes_of(size_t count, size_t size, size_t *need)
{
	const size_t align = alignof(max_align_t);

	if (size && count > (SIZE_MAX - align) / size)
		return false;
	*need = (count * size + align - 1) / align * align;
	return true;
}

static void *take(struct arena_block *block, size_t need)
{
	void *result = block->bytes + block->used;

	block->used += need;
	return is_large(block->size) ? result : memset(result, 0, need);
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block = arena->head;
	size_t need;

	if (!bytes_of(count, size, &need))
		return NULL;
	if (!block || block->size - block->used < need) {
		block = block_add(arena, need);
		if (!block)
			return NULL;
	}
	return take(block, need);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1, 1);

	if (copy && length)
		memcpy(copy, text, length);
	return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)length + 1, 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}

/* Is what the arena gave last, at `data`, followed by room for as much as makes it wider? */
static bool stretch(struct arena *arena, const void *data, size_t room, size_t wider, size_t size)
{
	struct arena_block *block = arena->head;
	size_t has, need;

	if (!room || !block || !bytes_of(room, size, &has) || !bytes_of(wider, size, &need) ||
		block->used < has || block->bytes + block->used - has != data ||
		block->size - block->used < need - has)
		return false;
	take(block, need - has);
	return true;
}

int arena_grow(struct arena *arena, void **data, size_t count, size_t *room, size_t size)
{
	/* From one element on: with -fdata-sections most lists keep a single variable. */
	size_t wider = *room ? *room * 2 : 1;
	void *copy;

	if (stretch(arena, *data, *room, wider, size)) {
		*room = wider;
		return 1;
	}
	copy = arena_alloc(arena, wider, size);
	if (!copy)
		return 0;
	if (count)
		memcpy(copy, *data, count * size);
	*data = copy;
	*room = wider;
	return 1;
}

void arena_release(struct arena *arena)
{
	struct arena_block *block = arena->head;

	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
	arena->head = NULL;
	arena->bytes = 0;
}
