#include "lib/base/arena.h"

#include <stdalign.h>
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

static struct arena_block *block_add(struct arena *arena, size_t need)
{
	size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct arena_block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	/* calloc, so that a large block comes from untouched pages and costs nothing until used. */
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		return NULL;
	block->size = size;
	block->next = arena->head;
	arena->head = block;
	arena->bytes += sizeof(*block) + size;
	return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	size_t align = alignof(max_align_t);
	struct arena_block *block = arena->head;
	size_t need;
	void *result;

	if (size && count > (SIZE_MAX - align) / size)
		return NULL;
	need = (count * size + align - 1) / align * align;
	if (!block || block->size - block->used < need) {
		block = block_add(arena, need);
		if (!block)
			return NULL;
	}
	result = block->bytes + block->used;
	block->used += need;
	return result;
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

int arena_grow(struct arena *arena, void **data, size_t count, size_t *room, size_t size)
{
	/* From one element on: with -fdata-sections most lists keep a single variable. */
	size_t wider = *room ? *room * 2 : 1;
	void *copy = arena_alloc(arena, wider, size);

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
