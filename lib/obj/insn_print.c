/*
 * What an instruction does, in words that are the same for all machines: no mnemonic is printed,
 * for struct insn has none, and what it does not say is not printed either.
 */
#include "lib/obj/disassemble.h"
#include "lib/obj/private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct phrase {
	const struct arch *arch;
	uint64_t address;
	const struct insn *insn;
	char text[200]; /* longer than any phrase */
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct phrase *p, const char *format, ...)
{
	const size_t room = sizeof(p->text) - p->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(p->text + p->used, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		p->used += (size_t)length < room ? (size_t)length : room - 1;
}

static bool is_register(uint8_t number)
{
	return number < ARCH_GENERAL;
}

static const char *name_of(const struct phrase *p, uint8_t number)
{
	return p->arch->general_names[number];
}

static void say_term(struct phrase *p, bool *any, const char *prefix, const char *name)
{
	say(p, "%s%s%s", *any ? " + " : "", prefix, name);
	*any = true;
}

/* first + second + the constant, as addresses and sums are made of. */
static void say_sum(struct phrase *p, bool any, uint8_t first, uint8_t second)
{
	const struct insn *insn = p->insn;
	const uint64_t constant = (uint64_t)insn->constant;
	uint64_t from = p->address;

	if (is_register(first))
		say_term(p, &any, "", name_of(p, first));
	if (is_register(second))
		say_term(p, &any, insn->second_is_index ? "an index in " : "", name_of(p, second));
	if (insn->pc_relative) {
		from = insn->page ? from & ~UINT64_C(0xfff) : from;
		say(p, "%s0x%" PRIx64, any ? " + " : "", from + constant);
	} else if (insn->constant < 0)
		say(p, "%s-%s0x%" PRIx64, any ? " " : "", any ? " " : "", -constant);
	else if (constant || !any)
		say(p, "%s0x%" PRIx64, any ? " + " : "", constant);
}

static void say_memory(struct phrase *p)
{
	static const char *const names[] = {
		[INSN_READS] = "read",
		[INSN_WRITES] = "write",
		[INSN_CHANGES] = "read-modify-write",
	};
	const struct insn *insn = p->insn;
	const bool inside = insn->kind == INSN_ADD;
	bool any = false;

	say(p, "%s", names[insn->memory]);
	if (insn->width)
		say(p, " of %u byte%s", insn->width, insn->width == 1 ? "" : "s");
	say(p, " at ");
	if (insn->percpu)
		say_term(p, &any, "", p->arch->base_register);
	else if (insn->segment)
		say_term(p, &any, "", "FS_BASE");
	say_sum(p, any, inside ? insn->base : insn->first, inside ? insn->index : insn->second);
}

static void say_branch(struct phrase *p)
{
	const struct insn *insn = p->insn;

	if (!insn->direct)
		return;
	say(p, "%s 0x%" PRIx64 "%s", insn->call ? "call of" : "jump to",
		p->address + (uint64_t)insn->constant,
		insn->falls && !insn->call ? ", on a condition" : "");
}

/* first, of which only some bits count, and the constant. */
static void say_more(struct phrase *p)
{
	const struct insn *insn = p->insn;
	const char *first = is_register(insn->first) ? name_of(p, insn->first) : "0";

	if (insn->keeps == UINT64_MAX && !insn->by_or) {
		say_sum(p, false, insn->first, insn->second);
		return;
	}
	if (insn->keeps != UINT64_MAX)
		say(p, "(%s & 0x%" PRIx64 ")", first, insn->keeps);
	else
		say(p, "%s", first);
	if (insn->constant)
		say(p, " %c 0x%" PRIx64, insn->by_or ? '|' : '+', (uint64_t)insn->constant);
}

/* target = a value; of 8 or 16 bits of a register the rest would have to be said too. */
static void say_value(struct phrase *p)
{
	const struct insn *insn = p->insn;

	if (!is_register(insn->target) || insn->cut == INSN_PART)
		return;
	say(p, "%s = ", name_of(p, insn->target));
	if (insn->kind == INSN_GET_BASE) {
		say(p, "%s", arch_register_name(p->arch, insn->base_number));
		return;
	}
	if (insn->kind == INSN_MORE)
		say_more(p);
	else if (insn->kind == INSN_SUBTRACT)
		say(p, "%s - %s", name_of(p, insn->first), name_of(p, insn->second));
	else if (insn->kind == INSN_MOVE)
		say(p, "%s", is_register(insn->first) ? name_of(p, insn->first) : "0");
	else
		say_sum(p, false, insn->kind == INSN_SET ? INSN_NO_REGISTER : insn->first,
			insn->second);
	if (insn->kind != INSN_SET && insn->cut != INSN_WHOLE)
		say(p, insn->cut == INSN_SIGN_32 ? ", 32 bits and their sign" : ", 32 bits");
}

static void say_insn(struct phrase *p)
{
	const struct insn *insn = p->insn;

	if (insn->memory != INSN_NO_MEMORY) {
		say_memory(p);
		return;
	}
	switch (insn->kind) {
	case INSN_SET:
	case INSN_MORE:
	case INSN_ADD:
	case INSN_SUBTRACT:
	case INSN_MOVE:
	case INSN_GET_BASE:
		say_value(p);
		break;
	case INSN_PUT_BASE:
		say(p, "%s = %s", arch_register_name(p->arch, insn->base_number),
			is_register(insn->first) ? name_of(p, insn->first) : "0");
		break;
	case INSN_BRANCH:
		say_branch(p);
		break;
	default:
		break;
	}
}

const char *bytes_text(struct span bytes, struct arena *arena)
{
	enum { SHOWN = 16 };
	char buffer[3 * SHOWN + 1] = "";
	size_t used = 0;

	for (size_t i = 0; i < bytes.size && i < SHOWN; i++)
		used += (size_t)snprintf(
			buffer + used, sizeof(buffer) - used, "%02x ", bytes.data[i]);
	return arena_strndup(arena, buffer, used - (used != 0));
}

bool insn_print(const struct arch *arch, struct span code, uint64_t address, struct arena *arena,
	const char **text)
{
	struct insn insn;
	struct phrase p = {.arch = arch, .address = address, .insn = &insn};

	*text = NULL;
	if (!arch->decode(code, &insn) || insn.length != code.size)
		return true;
	say_insn(&p);
	if (!p.used)
		return true;
	*text = arena_strndup(arena, p.text, p.used);
	return *text != NULL;
}
