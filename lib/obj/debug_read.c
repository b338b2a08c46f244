/* What an entry of the debug information says, attribute by attribute. */
#include "lib/obj/internal.h"

#include <string.h>

static bool failed(struct debug *debug, Dwarf_Error cause)
{
	return debug_failed(debug->sections.dwarf, cause, debug->error);
}

bool debug_attribute(struct debug *debug, Dwarf_Die die, Dwarf_Half number, Dwarf_Attribute *attr)
{
	Dwarf_Error cause = NULL;
	const int result = dwarf_attr(die, number, attr, &cause);

	if (result != DW_DLV_OK)
		*attr = NULL;
	return result != DW_DLV_ERROR || failed(debug, cause);
}

bool debug_has(struct debug *debug, Dwarf_Die die, Dwarf_Half number, bool *has)
{
	Dwarf_Error cause = NULL;
	Dwarf_Bool there = 0;

	if (dwarf_hasattr(die, number, &there, &cause) == DW_DLV_ERROR)
		return failed(debug, cause);
	*has = there;
	return true;
}

static bool form_of(struct debug *debug, Dwarf_Attribute attr, Dwarf_Half *form)
{
	Dwarf_Error cause = NULL;

	return dwarf_whatform(attr, form, &cause) == DW_DLV_OK || failed(debug, cause);
}

static bool number_of(struct debug *debug, Dwarf_Attribute attr, struct debug_value *value)
{
	Dwarf_Error cause = NULL;
	Dwarf_Unsigned number = 0;
	Dwarf_Signed signed_number = 0;
	Dwarf_Half form;
	int result;

	if (!form_of(debug, attr, &form))
		return false;
	switch (form) {
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
	case DW_FORM_data8:
	case DW_FORM_udata:
		result = dwarf_formudata(attr, &number, &cause);
		break;
	case DW_FORM_sdata:
	case DW_FORM_implicit_const:
		result = dwarf_formsdata(attr, &signed_number, &cause);
		number = (Dwarf_Unsigned)signed_number;
		break;
	default:
		return true;
	}
	if (result == DW_DLV_ERROR)
		return failed(debug, cause);
	*value = (struct debug_value){result == DW_DLV_OK, number};
	return true;
}

bool debug_number(struct debug *debug, Dwarf_Die die, Dwarf_Half number, struct debug_value *value)
{
	Dwarf_Attribute attr;
	bool ok;

	*value = (struct debug_value){0};
	if (!debug_attribute(debug, die, number, &attr) || !attr)
		return !debug->error->kind;
	ok = number_of(debug, attr, value);
	dwarf_dealloc_attribute(attr);
	return ok;
}

/* Strings stay where they are: in a section, which libdwarf does not copy. */
bool debug_string(struct debug *debug, Dwarf_Die die, Dwarf_Half number, const char **string)
{
	Dwarf_Error cause = NULL;
	Dwarf_Attribute attr;
	char *there = NULL;
	Dwarf_Half form;
	int result = DW_DLV_NO_ENTRY;

	*string = NULL;
	if (!debug_attribute(debug, die, number, &attr) || !attr)
		return !debug->error->kind;
	if (form_of(debug, attr, &form)) {
		if (form == DW_FORM_GNU_strp_alt || form == DW_FORM_strp_sup)
			debug->supplementary = true;
		else
			result = dwarf_formstring(attr, &there, &cause);
	}
	dwarf_dealloc_attribute(attr);
	if (result == DW_DLV_OK)
		*string = there;
	return !debug->error->kind && (result != DW_DLV_ERROR || failed(debug, cause));
}

static bool signed_place(struct debug *debug, Dwarf_Attribute attr, struct debug_place *place)
{
	Dwarf_Error cause = NULL;
	Dwarf_Sig8 signature;
	Dwarf_Die die = NULL;
	int result = dwarf_formsig8(attr, &signature, &cause);

	if (result == DW_DLV_OK)
		result = dwarf_find_die_given_sig8(
			debug->sections.dwarf, &signature, &die, &place->is_info, &cause);
	if (result == DW_DLV_OK)
		result = dwarf_dieoffset(die, &place->offset, &cause);
	if (die)
		dwarf_dealloc_die(die);
	place->known = result == DW_DLV_OK;
	return result != DW_DLV_ERROR || failed(debug, cause);
}

static bool place_of(
	struct debug *debug, Dwarf_Die die, Dwarf_Attribute attr, struct debug_place *place)
{
	Dwarf_Error cause = NULL;
	Dwarf_Half form;
	int result;

	if (!form_of(debug, attr, &form))
		return false;
	switch (form) {
	case DW_FORM_ref_sig8:
		return signed_place(debug, attr, place);
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_ref_sup4:
	case DW_FORM_ref_sup8:
		debug->supplementary = true;
		return true;
	default:
		break;
	}
#if LIBDWARF_NEW
	result = dwarf_global_formref_b(attr, &place->offset, &place->is_info, &cause);
#else
	result = dwarf_global_formref(attr, &place->offset, &cause);
#endif
	/* Of a unit in .debug_types such a reference alone leaves it. */
	place->is_info = form == DW_FORM_ref_addr || dwarf_get_die_infotypes_flag(die);
	place->known = result == DW_DLV_OK;
	return result != DW_DLV_ERROR || failed(debug, cause);
}

bool debug_reference(
	struct debug *debug, Dwarf_Die die, Dwarf_Half number, struct debug_place *place)
{
	Dwarf_Attribute attr;
	bool ok;

	*place = (struct debug_place){0};
	if (!debug_attribute(debug, die, number, &attr) || !attr)
		return !debug->error->kind;
	ok = place_of(debug, die, attr, place);
	dwarf_dealloc_attribute(attr);
	return ok;
}

static bool expression_of(struct debug *debug, Dwarf_Attribute attr, struct span *expression)
{
	Dwarf_Error cause = NULL;
	Dwarf_Unsigned length = 0;
	Dwarf_Block *block = NULL;
	Dwarf_Ptr bytes = NULL;
	Dwarf_Half form;

	if (!form_of(debug, attr, &form))
		return false;
	switch (form) {
	case DW_FORM_exprloc:
		if (dwarf_formexprloc(attr, &length, &bytes, &cause) != DW_DLV_OK)
			return failed(debug, cause);
		*expression = (struct span){bytes, (size_t)length};
		return true;
	case DW_FORM_block:
	case DW_FORM_block1:
	case DW_FORM_block2:
	case DW_FORM_block4:
		if (dwarf_formblock(attr, &block, &cause) != DW_DLV_OK)
			return failed(debug, cause);
		*expression = (struct span){block->bl_data, (size_t)block->bl_len};
		dwarf_dealloc(debug->sections.dwarf, block, DW_DLA_BLOCK);
		return true;
	default:
		return true;
	}
}

bool debug_expression(
	struct debug *debug, Dwarf_Die die, Dwarf_Half number, struct span *expression)
{
	Dwarf_Attribute attr;
	bool ok;

	*expression = (struct span){0};
	if (!debug_attribute(debug, die, number, &attr) || !attr)
		return !debug->error->kind;
	ok = expression_of(debug, attr, expression);
	dwarf_dealloc_attribute(attr);
	return ok;
}

uint64_t debug_take_uleb(struct span *expression)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte = 0x80;

	while (expression->size && byte & 0x80) {
		byte = *expression->data++;
		expression->size--;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	}
	return value;
}

bool debug_entry_at(struct debug *debug, struct debug_place place, Dwarf_Die *die)
{
	Dwarf_Error cause = NULL;

	*die = NULL;
	return dwarf_offdie_b(debug->sections.dwarf, place.offset, place.is_info, die, &cause) ==
		       DW_DLV_OK ||
	       failed(debug, cause);
}

bool debug_child(struct debug *debug, Dwarf_Die die, Dwarf_Die *child)
{
	Dwarf_Error cause = NULL;
	const int result = dwarf_child(die, child, &cause);

	if (result != DW_DLV_OK)
		*child = NULL;
	return result != DW_DLV_ERROR || failed(debug, cause);
}

bool debug_next(struct debug *debug, Dwarf_Off *offset, Dwarf_Die *die)
{
	Dwarf_Error cause = NULL;
	Dwarf_Off here = *offset;
	Dwarf_Die next = NULL;
	int result = dwarf_siblingof_b(
		debug->sections.dwarf, *die, dwarf_get_die_infotypes_flag(*die), &next, &cause);

	dwarf_dealloc_die(*die);
	*die = NULL;
	if (result == DW_DLV_OK)
		result = dwarf_dieoffset(next, offset, &cause);
	if (result == DW_DLV_ERROR)
		return failed(debug, cause);
	if (result == DW_DLV_OK && *offset <= here) {
		dwarf_dealloc_die(next);
		return error_set(debug->error, ERROR_INPUT,
			"debug information is damaged: an entry's sibling stands before it");
	}
	*die = next;
	return true;
}
