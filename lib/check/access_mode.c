/*
 * Code of another mode: x86_64 kernels have 32-bit code from the boot loader's entry up to the far
 * jump. Read as 64-bit code, its absolute addresses are relative to the program counter.
 */
#include <string.h>

#include "lib/check/access.h"

/* Multiboot, 3.1, and Multiboot2, 3.1.1: a header among the file's first bytes, at which the
 * loader's own entry, e_entry, is 32-bit. */
enum { MULTIBOOT_BYTES = 32768, MULTIBOOT = 0x1badb002 };
static const uint32_t multiboot2 = 0xe85250d6;

/* Xen's elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY, which QEMU goes by too. */
enum { PVH_TYPE = 18, NOTE_HEAD = 12 };

/* The sums of a header's words are 0. */
static bool has_multiboot(const struct image *image)
{
	const struct span file = image_bytes(image);

	for (size_t at = 0; at < MULTIBOOT_BYTES && range_within(at, 16, file.size); at += 4) {
		const uint32_t magic = read_le32(file.data + at);
		const uint32_t sum =
			magic + read_le32(file.data + at + 4) + read_le32(file.data + at + 8);

		if ((magic == MULTIBOOT && !sum) ||
			(magic == multiboot2 && !(sum + read_le32(file.data + at + 12))))
			return true;
	}
	return false;
}

/* The address in the first such note of the section. */
static struct maybe pvh_entry(const struct image *image, const struct section *s)
{
	const struct span bytes = image_section_bytes(image, s->index);
	size_t at = 0;

	while (s->type == SHT_NOTE && range_within(at, NOTE_HEAD, bytes.size)) {
		const uint64_t name = (read_le32(bytes.data + at) + UINT64_C(3)) & ~UINT64_C(3);
		const uint64_t size = (read_le32(bytes.data + at + 4) + UINT64_C(3)) & ~UINT64_C(3);
		const uint8_t *head = bytes.data + at;

		if (!range_within(at + NOTE_HEAD, name + size, bytes.size))
			break;
		if (read_le32(head + 8) == PVH_TYPE && name == 4 && size >= 4 &&
			memcmp(head + NOTE_HEAD, "Xen", 4) == 0)
			return (struct maybe){true, read_le32(head + NOTE_HEAD + 4)};
		at += (size_t)(NOTE_HEAD + name + size);
	}
	return (struct maybe){0};
}

static bool later(struct check_run *run, struct mode_32 *mode, uint64_t address)
{
	if (!ARENA_GROW(run->arena, mode->pending, mode->count, mode->room))
		return error_memory(run->error);
	mode->pending[mode->count++] = address;
	return true;
}

/* Instructions that 64-bit code has not, of one byte: push and pop of segments, pusha, daa. */
static bool is_short_of_32(uint8_t byte)
{
	return (byte < 0x40 && (byte & 7) >= 6 && byte != 0x0f && byte != 0x26 && byte != 0x2e &&
		       byte != 0x36 && byte != 0x3e) ||
	       byte == 0x60 || byte == 0x61;
}

/* Bytes of the instruction as 32-bit code, as far as walking needs it; 0: none. */
static uint8_t length_of(const struct check_run *run, struct span code, struct insn *insn)
{
	enum { MOFFS = 0xa0, MOFFS_BYTES = 5 };

	*insn = (struct insn){.kind = INSN_OTHER};
	if (is_short_of_32(code.data[0]))
		return 1;
	if (code.data[0] >> 2 == MOFFS >> 2)
		return code.size < MOFFS_BYTES ? 0 : MOFFS_BYTES;
	return run->image->arch->decode(code, insn) ? insn->length : 0;
}

/* From one place on until control is lost sight of, as at a far jump; calls are followed later. */
static void walk(struct check_run *run, struct mode_32 *mode, uint64_t address)
{
	const uint32_t section = code_section(run, address);
	const struct span code =
		section ? image_section_bytes(run->image, section) : (struct span){0};
	const uint64_t start = run->image->sections[section].addr;

	if (section && !mode->seen[section]) {
		mode->seen[section] = ARENA_ARRAY(run->arena, uint64_t, code.size / 64 + 1);
		if (!mode->seen[section]) {
			error_memory(run->error);
			return;
		}
	}
	for (uint64_t at = address - start; section && at < code.size;) {
		uint64_t *word = &mode->seen[section][at / 64];
		const uint64_t bit = UINT64_C(1) << at % 64;
		struct insn insn;
		const uint8_t length =
			*word & bit ? 0
				    : length_of(run,
					      (struct span){code.data + at, code.size - (size_t)at},
					      &insn);

		*word |= bit;
		if (!length)
			return;
		if (insn.kind == INSN_BRANCH && insn.direct &&
			!later(run, mode, start + at + (uint64_t)insn.constant))
			return;
		if (insn.kind == INSN_BRANCH && !insn.falls)
			return;
		at += length;
	}
}

/* Bytes that load a descriptor table: lgdt of memory, which the way into 64-bit code has. */
static bool has_lgdt(struct span code)
{
	for (size_t i = 0; i + 2 < code.size; i++)
		if (code.data[i] == 0x0f && code.data[i + 1] == 0x01 &&
			(code.data[i + 2] >> 3 & 7) == 2 && code.data[i + 2] >> 6 != 3)
			return true;
	return false;
}

/* jmp sel:offset, which there is in 32-bit code only. */
static bool has_far_jump(struct span code)
{
	enum { SIZE = 7, SELECTOR_MOST = 0xf8 };

	for (size_t i = 0; i + SIZE <= code.size; i++)
		if (code.data[i] == 0xea && code.data[i + 5] % 8 == 0 && code.data[i + 5] &&
			code.data[i + 5] <= SELECTOR_MOST && !code.data[i + 6])
			return true;
	return false;
}

/* A function's bytes, and where they begin in the section. */
static struct span extent_at(
	struct check_run *run, uint32_t section, uint64_t address, uint64_t *from)
{
	const struct span code = image_section_bytes(run->image, section);
	const uint64_t start = run->image->sections[section].addr;
	const struct functions *functions = functions_of(run);
	struct function_extent extent;
	uint64_t end;

	if (!functions)
		return (struct span){0};
	extent = functions_extent(functions, section, address);
	*from = extent.start > start ? extent.start - start : 0;
	end = extent.end - start < code.size ? extent.end - start : code.size;
	return (struct span){code.data + *from, (size_t)(end - *from)};
}

/* Functions that leave 32-bit code: they are in it, and what they call. */
static bool find_leaving(struct check_run *run, struct mode_32 *mode)
{
	for (uint32_t i = 1; i < run->image->section_count; i++) {
		const struct section *s = &run->image->sections[i];
		uint64_t at = 0, from = 0;

		if (!(s->flags & SHF_EXECINSTR) || s->type != SHT_PROGBITS ||
			!has_lgdt(image_section_bytes(run->image, i)))
			continue;
		while (at < image_section_bytes(run->image, i).size) {
			const struct span code = extent_at(run, i, s->addr + at, &from);

			if (!code.size)
				return run->error->kind == ERROR_NONE;
			if (has_lgdt(code) && has_far_jump(code) &&
				!later(run, mode, s->addr + from))
				return false;
			at = from + code.size;
		}
	}
	return true;
}

static bool find_mode(struct check_run *run, struct mode_32 *mode)
{
	const struct image *image = run->image;

	mode->seen = ARENA_ARRAY(run->arena, uint64_t *, image->section_count);
	if (!mode->seen)
		return error_memory(run->error);
	if (has_multiboot(image) && !later(run, mode, virtual_address(run, image->entry)))
		return false;
	for (size_t i = 1; i < image->section_count; i++) {
		const struct maybe entry = pvh_entry(image, &image->sections[i]);

		if (entry.known && !later(run, mode, virtual_address(run, entry.value)))
			return false;
	}
	if (!find_leaving(run, mode))
		return false;
	while (mode->count && run->error->kind == ERROR_NONE)
		walk(run, mode, mode->pending[--mode->count]);
	return run->error->kind == ERROR_NONE;
}

/* Does the instruction say an address by its distance, without what the linker left of that? */
static bool is_distance(const struct check_run *run, const struct access *access)
{
	struct insn insn;

	return run->image->arch->machine == EM_X86_64 && run->image->kind != IMAGE_OBJECT &&
	       !access->relocated && !access->base &&
	       run->image->arch->decode(
		       code_at(run, access->section, access->address, access->length), &insn) &&
	       insn.pc_relative;
}

bool is_32_bit(struct check_run *run, struct mode_32 *mode, const struct access *access)
{
	struct span code;
	uint64_t from = 0;

	if (!is_distance(run, access))
		return false;
	/* An assembler leaves it to the linker how far another section is. */
	if (run->image->kind == IMAGE_RELOCS)
		return true;
	if (!mode->seen && !find_mode(run, mode))
		return true;
	code = extent_at(run, access->section, access->address, &from);
	if (has_lgdt(code))
		return true;
	for (uint64_t i = from; mode->seen[access->section] && i < from + code.size; i++)
		if (mode->seen[access->section][i / 64] >> i % 64 & 1)
			return true;
	return false;
}
