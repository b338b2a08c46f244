/*
 * Capstone's part of it. The library is opened when there is an instruction to print, and not
 * linked: to load and relocate its 6 MB costs milliseconds, and most runs find nothing. What is
 * taken of its header, at build time, are its types.
 */
#include "lib/obj/disassemble.h"

#include <dlfcn.h>
#include <string.h>

#include "lib/obj/private.h"

#if !__has_include(<capstone/capstone.h>)
#error "capstone/capstone.h is missing: install capstone's headers (Debian: libcapstone-dev)"
#endif
#include <capstone/capstone.h>

#if CS_API_MAJOR != 4 && CS_API_MAJOR != 5
#error "the types are those of capstone 4 and 5"
#endif

/*
 * What can be opened. From `bytes` on cs_insn is not the same in both: as many bytes of the
 * instruction, then the mnemonic and the operands. The header need not be of the same version.
 */
static const struct version {
	const char *file;
	int major;
	size_t bytes;
} versions[] = {
	{.file = "libcapstone.so.4", .major = 4, .bytes = 16},
	{.file = "libcapstone.so.5", .major = 5, .bytes = 24},
};

enum { MNEMONIC_SIZE = 32, OPERANDS_SIZE = 160 };

struct capstone {
	void *library;
	const struct version *version;
	csh handle;
	__typeof__(cs_version) *get_version;
	__typeof__(cs_support) *support;
	__typeof__(cs_open) *open;
	__typeof__(cs_close) *close;
	__typeof__(cs_option) *option;
	__typeof__(cs_disasm) *disasm;
	__typeof__(cs_free) *free;
};

/* A function's pointer of the library in *`to`. */
static bool look_up(void *library, const char *name, void *to)
{
	void *symbol = dlsym(library, name);

	memcpy(to, &symbol, sizeof(symbol));
	return symbol != NULL;
}

static bool functions_found(struct capstone *c)
{
	return look_up(c->library, "cs_version", &c->get_version) &&
	       look_up(c->library, "cs_support", &c->support) &&
	       look_up(c->library, "cs_open", &c->open) &&
	       look_up(c->library, "cs_close", &c->close) &&
	       look_up(c->library, "cs_option", &c->option) &&
	       look_up(c->library, "cs_disasm", &c->disasm) &&
	       look_up(c->library, "cs_free", &c->free);
}

static bool machine_opened(struct capstone *c, const struct arch *arch)
{
	if (!functions_found(c) || c->get_version(NULL, NULL) >> 8 != (unsigned)c->version->major ||
		!c->support(arch->capstone.arch) ||
		c->open((cs_arch)arch->capstone.arch, (cs_mode)arch->capstone.mode, &c->handle) !=
			CS_ERR_OK)
		return false;
	/* As objdump prints; other machines have one syntax, and refuse. */
	c->option(c->handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	return true;
}

/* The first version that is there and knows the machine, in d->capstone; false without memory. */
static bool capstone_open(struct disassembler *d)
{
	struct capstone *c = ARENA_NEW(&d->own, struct capstone);

	if (!c)
		return false;
	d->asked = true;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		c->version = &versions[i];
		/* It stays in memory when closed: the next file opens it at once. */
		c->library = dlopen(c->version->file, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
		if (!c->library)
			continue;
		if (machine_opened(c, d->arch)) {
			d->capstone = c;
			return true;
		}
		dlclose(c->library);
	}
	return true;
}

/* The text that stands behind the bytes of an instruction; it is not longer than its room. */
static bool text_of(
	const struct capstone *c, const cs_insn *insn, struct arena *arena, const char **text)
{
	const char *mnemonic = (const char *)insn + offsetof(cs_insn, bytes) + c->version->bytes;
	const char *operands = mnemonic + MNEMONIC_SIZE;

	*text = arena_printf(arena, "%.*s%s%.*s", MNEMONIC_SIZE - 1, mnemonic, *operands ? " " : "",
		OPERANDS_SIZE - 1, operands);
	return *text != NULL;
}

static bool capstone_print(const struct capstone *c, struct span code, uint64_t address,
	struct arena *arena, const char **text)
{
	cs_insn *insn = NULL;
	const size_t count = c->disasm(c->handle, code.data, code.size, address, 1, &insn);
	bool ok = true;

	/* What is shorter for it is another instruction. */
	if (count && insn->size == code.size)
		ok = text_of(c, insn, arena, text);
	if (count)
		c->free(insn, count);
	return ok;
}

bool disassemble(struct disassembler *d, struct span code, uint64_t address, struct arena *arena,
	const char **text)
{
	*text = NULL;
	if (!code.size)
		return true;
	if (d->arch->capstone.known && !d->asked && !capstone_open(d))
		return false;
	if (d->capstone && !capstone_print(d->capstone, code, address, arena, text))
		return false;
	return *text || insn_print(d->arch, code, address, arena, text);
}

void disassembler_close(struct disassembler *d)
{
	if (d->capstone) {
		d->capstone->close(&d->capstone->handle);
		dlclose(d->capstone->library);
	}
	arena_release(&d->own);
	d->capstone = NULL;
	d->asked = false;
}
