/* Opening: kinds of files, extended numbers, contents, and what is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/obj/image.h"
#include "lib/obj/source.h"
#include "tests/unit/kernel.h"

static struct image *open_spec(const struct elf_spec *spec, struct elf_file *file)
{
	struct error error = {0};
	struct image *image;

	*file = elf_write(spec);
	image = image_open_bytes("memory", elf_span(file), &error);
	assert_string_equal(error.text, "");
	assert_non_null(image);
	return image;
}

static void close_both(struct image *image, struct elf_file *file)
{
	image_close(image);
	free(file->data);
}

static void assert_refused(const void *bytes, size_t size, const char *words)
{
	struct error error = {0};

	assert_null(image_open_bytes("memory", (struct span){bytes, size}, &error));
	assert_int_equal(error.kind, ERROR_INPUT);
	assert_non_null(strstr(error.text, words));
}

static void the_small_kernel(void **state)
{
	struct elf_file file;
	struct image *image = open_spec(&kernel_spec, &file);
	struct error error = {0};
	struct symbol symbol;

	(void)state;
	assert_string_equal(image->path, "memory");
	assert_string_equal(image->arch->name, "x86_64");
	assert_int_equal(image->kind, IMAGE_SYMBOLS);
	assert_int_equal(image->type, ET_EXEC);
	assert_int_equal(image->section_count, COUNT(kernel_sections) + 4);
	assert_int_equal(image->segment_count, COUNT(kernel_segments));
	assert_int_equal(image->symbol_count, COUNT(kernel_symbols) + 1);
	assert_string_equal(image->sections[0].name, "");
	assert_string_equal(image->sections[KERNEL_PERCPU].name, ".percpu");
	assert_int_equal(image->segments[2].memsz, 0x100);
	assert_false(image->debug_only);
	assert_int_equal(image_section_bytes(image, KERNEL_PERCPU).size, 0x40);
	assert_int_equal(image_section_bytes(image, KERNEL_PERCPU).data[3], 4);
	assert_int_equal(image_section_bytes(image, KERNEL_BSS).size, 0);
	assert_int_equal(image_section_bytes(image, 0).size, 0);
	assert_int_equal(image_section_bytes(image, SIZE_MAX).size, 0);
	assert_true(image_symbol(image, 3, &symbol, &error));
	assert_string_equal(symbol.name, "_percpu_start");
	assert_int_equal(symbol.section, SYMBOL_ABSOLUTE);
	assert_false(image_symbol(image, image->symbol_count, &symbol, &error));
	close_both(image, &file);
}

static void kinds(void **state)
{
	static const struct elf_section sections[] = {
		{".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, 16, 16, NULL, 0, 0, 0},
		{".rela.text", SHT_RELA, 0, 0, 48, 8, NULL, 5, 1, 24},
		{".rela.debug_info", SHT_RELA, 0, 0, 48, 8, NULL, 3, 4, 24},
		{".debug_info", SHT_PROGBITS, 0, 0, 16, 1, NULL, 0, 0, 0},
	};
	static const struct elf_symbol symbol = {"s", 1, 0x1000, 1, STT_OBJECT, STB_GLOBAL};
	struct elf_spec spec = {.machine = EM_LOONGARCH, .sections = sections, .symbols = &symbol};
	static const struct {
		uint16_t type;
		size_t sections, symbols;
		enum image_kind kind;
		const char *letter;
	} cases[] = {
		{ET_REL, 4, 1, IMAGE_OBJECT, "O"},
		{ET_REL, 4, 0, IMAGE_OBJECT, "O"},
		{ET_EXEC, 4, 1, IMAGE_RELOCS, "R"},
		{ET_DYN, 4, 1, IMAGE_RELOCS, "R"},
		{ET_EXEC, 1, 1, IMAGE_SYMBOLS, "B"},
		{ET_DYN, 1, 0, IMAGE_STRIPPED, "S"},
		{ET_EXEC, 4, 0, IMAGE_STRIPPED, "S"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct elf_file file;
		struct image *image;

		spec.type = cases[i].type;
		spec.section_count = cases[i].sections;
		spec.symbol_count = cases[i].symbols;
		image = open_spec(&spec, &file);
		assert_int_equal(image->kind, cases[i].kind);
		assert_string_equal(image_kind_letter(image->kind), cases[i].letter);
		if (cases[i].sections == 4) {
			assert_true(image_is_alloc_rela(image, &image->sections[2]));
			assert_false(image_is_alloc_rela(image, &image->sections[3]));
			assert_int_equal(image_reloc_count(image, &image->sections[2]), 2);
		}
		close_both(image, &file);
	}
	assert_string_equal(image_type_name(ET_DYN), "ET_DYN");
	assert_string_equal(image_type_name(0xffff), "ET_?");
}

static void reloc_entries(void **state)
{
	static const Elf64_Rela table[] = {{0x1234567890, ELF64_R_INFO(1, 26), -4},
		{1, ELF64_R_INFO(0xfffffffe, 0xffffffff), 5}};
	static const struct elf_section section = {
		".rela.x", SHT_RELA, 0, 0, sizeof(table), 8, table, 0, 0, 24};
	const struct elf_spec spec = {
		.machine = EM_RISCV, .type = ET_REL, .sections = &section, .section_count = 1};
	struct elf_file file;
	struct image *image = open_spec(&spec, &file);
	struct reloc reloc = image_reloc(image, &image->sections[1], 0);

	(void)state;
	assert_true(reloc.offset == 0x1234567890 && reloc.addend == -4);
	assert_int_equal(reloc.type, 26);
	assert_int_equal(reloc.symbol, 1);
	reloc = image_reloc(image, &image->sections[1], 1);
	assert_true(reloc.type == 0xffffffff && reloc.symbol == 0xfffffffe);
	close_both(image, &file);
}

/* The symbols that a filter finds, by a bit each. */
static unsigned found_by(const struct image *image, const struct symbol_filter *filter)
{
	struct entry_run run = {1, image->symbol_count};
	unsigned found = 0;

	for (; (run.first = image_symbol_find(image, run, filter)) < run.end; run.first++)
		found |= 1U << run.first;
	return found;
}

/* Others may be found too, whose hash is the same: not among these. */
static void symbol_filters(void **state)
{
	static const struct elf_section sections[] = {
		{".a", SHT_PROGBITS, SHF_ALLOC, 0, 8, 8, NULL, 0, 0, 0},
		{".b", SHT_PROGBITS, SHF_ALLOC, 0, 8, 8, NULL, 0, 0, 0}};
	static const struct elf_symbol symbols[] = {
		{"percpu_x", 1, 0, 0, 0, 0}, /* 1 */
		{"percolate", 1, 0, 0, 0, 0}, {"per", 1, 0, 0, 0, 0}, {"_ZN3foo", 1, 0, 0, 0, 0},
		{"_RNvC", 2, 0, 0, 0, 0}, /* 5 */
		{"", 2, 0, 0, 0, 0}, {"absolute", SHN_ABS, 0, 0, 0, 0},
		{"xy", 1, 0, 0, 0, 0}, /* the table ends behind it */
	};
	static const uint32_t none[4], second[4] = {0, 0, 1, 0};
	static const struct {
		const char *names[2];
		const uint32_t *sections;
		bool mangled, every;
		unsigned found;
	} cases[] = {
		{{0}, none, false, false, 0},
		{{"percpu_start"}, none, false, false, 1 << 1 | 1 << 2},
		{{"per"}, none, false, false, 1 << 3},
		{{"xy", "absolute"}, none, false, false, 1 << 8 | 1 << 7},
		{{"xyz"}, none, false, false, 0},
		{{""}, none, false, false, 1 << 6},
		{{0}, none, true, false, 1 << 4 | 1 << 5},
		{{0}, second, false, false, 1 << 5 | 1 << 6},
		{{0}, none, false, true, 0x1fe},
	};
	const struct elf_spec spec = {.machine = EM_X86_64,
		.type = ET_REL,
		.sections = sections,
		.section_count = COUNT(sections),
		.symbols = symbols,
		.symbol_count = COUNT(symbols)};
	struct elf_file file;
	struct image *image = open_spec(&spec, &file);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct symbol_filter filter = {.sections = cases[i].sections,
			.mangled = cases[i].mangled,
			.every = cases[i].every};

		for (size_t k = 0; k < 2 && cases[i].names[k]; k++)
			symbol_filter_add(&filter, cases[i].names[k]);
		assert_int_equal(found_by(image, &filter), cases[i].found);
	}
	close_both(image, &file);
}

static void no_section_headers(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);
	struct error error = {0};
	struct image *image;

	(void)state;
	((Elf64_Ehdr *)(void *)file.data)->e_shoff = 0;
	((Elf64_Ehdr *)(void *)file.data)->e_shnum = 0;
	((Elf64_Ehdr *)(void *)file.data)->e_shstrndx = 0;
	image = image_open_bytes("memory", elf_span(&file), &error);
	assert_non_null(image);
	assert_int_equal(image->section_count, 0);
	assert_int_equal(image->segment_count, COUNT(kernel_segments));
	assert_int_equal(image->kind, IMAGE_STRIPPED);
	close_both(image, &file);
}

static void a_debug_file(void **state)
{
	struct elf_section sections[COUNT(kernel_sections)];
	struct elf_spec spec = kernel_spec;
	struct elf_segment far = kernel_segments[0];
	struct elf_file file;
	struct image *image;

	(void)state;
	memcpy(sections, kernel_sections, sizeof(sections));
	for (size_t i = 0; i < COUNT(sections); i++)
		sections[i].type = SHT_NOBITS;
	far.filesz = far.memsz = 1 << 20;
	spec.sections = sections;
	spec.segments = &far;
	spec.segment_count = 1;
	image = open_spec(&spec, &file);
	assert_true(image->debug_only);
	close_both(image, &file);
}

static void foreign_files(void **state)
{
	uint8_t header[0x300] = {0};

	(void)state;
	assert_refused("", 0, "empty");
	assert_refused("\177EL", 3, "truncated");
	assert_refused("\177ELF", 4, "too few for an ELF header");
	assert_refused("hello, world", 12, "not an ELF file");
	assert_refused("\x1f\x8b\x08", 3, "gzip -dc");
	assert_refused("\xfd"
		       "7zXZ",
		5, "xz -dc");
	assert_refused("\x28\xb5\x2f\xfd", 4, "zstd -dc");
	assert_refused("BC\xc0\xde", 4, "bitcode");
	memcpy(header + 0x202, "HdrS", 4);
	assert_refused(header, sizeof(header), "extract-vmlinux");
}

static void header_fields_by_name(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value;
		const char *words;
	} cases[] = {
		{EI_CLASS, ELFCLASS32, "EI_CLASS is 32-bit"},
		{EI_DATA, ELFDATA2MSB, "EI_DATA is big-endian"},
		{EI_VERSION, 9, "EI_VERSION is 9"},
		{offsetof(Elf64_Ehdr, e_machine), EM_386, "e_machine 3 (i386)"},
		{offsetof(Elf64_Ehdr, e_type), ET_CORE, "e_type is 4 (a core file)"},
		{offsetof(Elf64_Ehdr, e_version), 0, "e_version is 0"},
		{offsetof(Elf64_Ehdr, e_ehsize), 1, "e_ehsize is 1"},
		{offsetof(Elf64_Ehdr, e_shentsize), 63, "e_shentsize is 63"},
		{offsetof(Elf64_Ehdr, e_phentsize), 55, "e_phentsize is 55"},
		{offsetof(Elf64_Ehdr, e_shoff) + 3, 1, "e_shoff 0x1000"},
		{offsetof(Elf64_Ehdr, e_shnum), 200, "200 section headers"},
		{offsetof(Elf64_Ehdr, e_phnum), 200, "200 program headers"},
		{offsetof(Elf64_Ehdr, e_shstrndx), 200, "e_shstrndx is 200"},
		{offsetof(Elf64_Ehdr, e_shstrndx), 1, "e_shstrndx is 1, but sh_type 1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct elf_file file = elf_write(&kernel_spec);

		file.data[cases[i].offset] = cases[i].value;
		assert_refused(file.data, file.size, cases[i].words);
		free(file.data);
	}
}

static uint32_t adler32(const uint8_t *bytes, size_t size)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < size; i++) {
		a = (a + bytes[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

/* A zlib stream (RFC 1950) of one stored block, behind a compression header. */
static size_t compress_stored(uint8_t *to, const char *text, uint32_t type, uint64_t claimed)
{
	const Elf64_Chdr header = {.ch_type = type, .ch_size = claimed, .ch_addralign = 1};
	const uint16_t length = (uint16_t)strlen(text);
	const uint8_t start[] = {0x78, 0x01, 1, (uint8_t)length, (uint8_t)(length >> 8),
		(uint8_t)~length, (uint8_t)(~length >> 8)};
	const uint32_t check = adler32((const uint8_t *)text, length);
	const uint8_t end[] = {(uint8_t)(check >> 24), (uint8_t)(check >> 16),
		(uint8_t)(check >> 8), (uint8_t)check};
	uint8_t *at = to;

	memcpy(at, &header, sizeof(header));
	at += sizeof(header);
	memcpy(at, start, sizeof(start));
	at += sizeof(start);
	memcpy(at, text, length);
	at += length;
	memcpy(at, end, sizeof(end));
	return (size_t)(at - to) + sizeof(end);
}

static void compressed_sections(void **state)
{
	static const char text[] = "stored, as deflate may";
	const uint64_t size = sizeof(text) - 1;
	const struct {
		uint32_t type;
		uint64_t claimed;
		size_t cut;	   /* bytes taken off the end */
		const char *words; /* NULL: fine */
	} cases[] = {
		{ELFCOMPRESS_ZLIB, size, 0, NULL},
		{ELFCOMPRESS_ZLIB, size + 1, 0, "cannot decompress: "},
		{ELFCOMPRESS_ZLIB, size - 1, 0, "cannot decompress: "},
		{ELFCOMPRESS_ZLIB, size, 10, "cannot decompress: "},
		{ELFCOMPRESS_ZLIB, size, 34, "too short"},
		{ELFCOMPRESS_ZLIB, UINT64_C(1) << 32, 0, "ch_size 0x100000000"},
		{ELFCOMPRESS_ZLIB, UINT64_MAX, 0, "ch_size 0xffffffffffffffff"},
		{2, size, 0, "ch_type 2 is not zlib"},
		{0, size, 0, "ch_type 0 is not zlib"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t bytes[128];
		struct elf_section section = {
			".debug_x", SHT_PROGBITS, SHF_COMPRESSED, 0, 0, 1, bytes, 0, 0, 0};
		const struct elf_spec spec = {.machine = EM_X86_64,
			.type = ET_REL,
			.sections = &section,
			.section_count = 1};
		struct error error = {0};
		struct span content;
		struct elf_file file;
		struct image *image;

		section.size = compress_stored(bytes, text, cases[i].type, cases[i].claimed) -
			       cases[i].cut;
		image = open_spec(&spec, &file);
		assert_int_equal(
			image_section_content(image, 1, &content, &error), !cases[i].words);
		if (cases[i].words) {
			assert_int_equal(error.kind, ERROR_INPUT);
			assert_non_null(strstr(error.text, cases[i].words));
			assert_null(strstr(error.text, "no error"));
		} else {
			/* Twice: libelf would refuse the second time. */
			assert_true(image_section_content(image, 1, &content, &error));
			assert_int_equal(content.size, size);
			assert_memory_equal(content.data, text, size);
		}
		close_both(image, &file);
	}
}

/* What a compiler and objcopy write; skipped where there is none for the host. */
static void compressed_by_tools(void **state)
{
	static const char *const commands[] = {
		"echo 'int percpu_tool_test_name;' | gcc -g3 -gz=zlib -x c -c -o %s - 2>/dev/null",
		"echo 'int percpu_tool_test_name;' | gcc -g3 -x c -c -o %s - 2>/dev/null && "
		"objcopy --compress-debug-sections=zlib %s 2>/dev/null",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(commands); i++) {
		char path[] = "/tmp/percpu-tool-test-XXXXXX", command[512];
		size_t compressed = 0;
		struct error error = {0};
		struct source_item item;
		struct source *source;
		struct image *image;
		const int fd = mkstemp(path);

		assert_true(fd >= 0);
		close(fd);
		snprintf(command, sizeof(command), commands[i], path, path);
		source = system(command) == 0 ? source_open(path, &error) : NULL;
		unlink(path);
		if (!source)
			skip();
		assert_int_equal(source_next(source, &item, &error), SOURCE_IMAGE);
		image = item.image;
		for (size_t j = 1; j < image->section_count; j++) {
			struct span content;

			assert_true(image_section_content(image, j, &content, &error));
			if (!(image->sections[j].flags & SHF_COMPRESSED))
				continue;
			compressed++;
			assert_true(content.size > image->sections[j].size);
			if (strcmp(image->sections[j].name, ".debug_str") == 0)
				assert_non_null(memmem(content.data, content.size, "GNU C", 5));
		}
		assert_true(compressed > 0);
		image_close(image);
		assert_int_equal(source_next(source, &item, &error), SOURCE_END);
		source_close(source);
	}
}

static void paths(void **state)
{
	static const struct {
		const char *path;
		const char *words;
	} cases[] = {
		{"/", "is a directory"},
		{"/dev/null", "is not a regular file"},
		{"/nonexistent", "cannot open: No such file"},
	};
	char fifo[] = "/tmp/percpu-tool-test-XXXXXX";

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error error = {0};

		assert_null(source_open(cases[i].path, &error));
		assert_int_equal(error.kind, ERROR_INPUT);
		assert_non_null(strstr(error.text, cases[i].words));
	}
	assert_non_null(mkdtemp(fifo));
	assert_int_equal(rmdir(fifo), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(source_open(fifo, &(struct error){0}));
	unlink(fifo);
	image_close(NULL);
	source_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_small_kernel),
		cmocka_unit_test(kinds),
		cmocka_unit_test(reloc_entries),
		cmocka_unit_test(symbol_filters),
		cmocka_unit_test(no_section_headers),
		cmocka_unit_test(a_debug_file),
		cmocka_unit_test(foreign_files),
		cmocka_unit_test(header_fields_by_name),
		cmocka_unit_test(compressed_sections),
		cmocka_unit_test(compressed_by_tools),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
