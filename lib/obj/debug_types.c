/* How types are laid out. Each is read when it is first asked for, and kept. */
#include "lib/obj/internal.h"

static const struct debug_type unknown = {.kind = DEBUG_UNKNOWN};

/*
 * Typedefs of typedefs, and structures in structures: no compiler nests them as deep, and what is
 * damaged is not to take the stack.
 */
enum { DEPTH_MOST = 64 };

/* A type that was read, or is being read: then it is unknown, so that it gets no part of itself. */
struct debug_node {
	struct debug_node *next;
	struct debug_place place;
	const struct debug_type *type;
};

/* What is being read, and how deep. */
struct reading {
	struct debug *debug;
	unsigned depth;
};

static bool type_at(
	const struct reading *outer, struct debug_place place, const struct debug_type **type);

/* The type that an attribute names; unknown without one, as void is. */
static bool type_of(const struct reading *reading, Dwarf_Die die, const struct debug_type **type)
{
	struct debug_place place;

	*type = &unknown;
	return debug_reference(reading->debug, die, DW_AT_type, &place) &&
	       (!place.known || type_at(reading, place, type));
}

static bool size_of(const struct reading *reading, Dwarf_Die die, struct debug_value *size)
{
	return debug_number(reading->debug, die, DW_AT_byte_size, size);
}

static bool read_scalar(
	const struct reading *reading, Dwarf_Die die, Dwarf_Half tag, struct debug_type *type)
{
	const bool is_pointer = tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type ||
				tag == DW_TAG_rvalue_reference_type;
	struct debug_value size;

	if (!size_of(reading, die, &size))
		return false;
	if (size.known || is_pointer)
		*type = (struct debug_type){
			.kind = DEBUG_SCALAR, .size = size.known ? size.value : 8};
	return true;
}

/* Adds a dimension to the count; one that is not said, or is empty, makes it 0. */
static bool read_dimension(const struct reading *reading, Dwarf_Die die, uint64_t *count)
{
	struct debug_value least, most, length;

	if (!debug_number(reading->debug, die, DW_AT_lower_bound, &least) ||
		!debug_number(reading->debug, die, DW_AT_upper_bound, &most) ||
		!debug_number(reading->debug, die, DW_AT_count, &length))
		return false;
	if (!length.known && most.known)
		length.value = most.value - least.value + 1;
	if (__builtin_mul_overflow(*count, length.value, count))
		*count = 0;
	return true;
}

/* The tag of *die, an entry inside another one; false with the error set. */
static bool tag_of(const struct reading *reading, Dwarf_Die die, Dwarf_Half *tag)
{
	Dwarf_Error cause = NULL;

	return dwarf_tag(die, tag, &cause) == DW_DLV_OK ||
	       debug_failed(reading->debug->sections.dwarf, cause, reading->debug->error);
}

/* Calls `visit` for each entry inside `die`, until it is false. */
static bool for_children(const struct reading *reading, Dwarf_Die die,
	bool (*visit)(
		const struct reading *reading, Dwarf_Die child, Dwarf_Half tag, void *context),
	void *context)
{
	Dwarf_Off offset = 0;
	Dwarf_Half tag = 0;
	Dwarf_Die child;
	bool ok = debug_child(reading->debug, die, &child);

	while (ok && child) {
		ok = tag_of(reading, child, &tag) && visit(reading, child, tag, context) &&
		     debug_next(reading->debug, &offset, &child);
	}
	if (child)
		dwarf_dealloc_die(child);
	return ok;
}

static bool visit_dimension(
	const struct reading *reading, Dwarf_Die child, Dwarf_Half tag, void *context)
{
	return (tag != DW_TAG_subrange_type && tag != DW_TAG_enumeration_type) ||
	       read_dimension(reading, child, context);
}

static bool read_array(const struct reading *reading, Dwarf_Die die, struct debug_type *type)
{
	const struct debug_type *element;
	uint64_t count = 1, size;
	bool is_vector, has_stride;

	if (!type_of(reading, die, &element) ||
		!for_children(reading, die, visit_dimension, &count) ||
		!debug_has(reading->debug, die, DW_AT_GNU_vector, &is_vector) ||
		!debug_has(reading->debug, die, DW_AT_byte_stride, &has_stride))
		return false;
	if (element->kind == DEBUG_UNKNOWN || !element->size || has_stride ||
		__builtin_mul_overflow(element->size, count, &size))
		return true;
	if (is_vector) {
		*type = (struct debug_type){.kind = DEBUG_SCALAR, .size = size};
		return true;
	}
	if (element->kind == DEBUG_ARRAY) {
		count *= element->count;
		element = element->element;
	}
	*type = (struct debug_type){
		.kind = DEBUG_ARRAY, .size = size, .element = element, .count = count};
	return true;
}

/* The members of an aggregate as they come. */
struct members {
	struct debug_member *items;
	size_t count, room;
};

/* Where a member begins: a number, or an expression that adds one; in a union it is left out. */
static bool read_offset(const struct reading *reading, Dwarf_Die die, struct debug_value *offset)
{
	struct span e;

	if (!debug_number(reading->debug, die, DW_AT_data_member_location, offset) || offset->known)
		return !reading->debug->error->kind;
	if (!debug_expression(reading->debug, die, DW_AT_data_member_location, &e))
		return false;
	offset->known = true;
	if (!e.size)
		return true;
	offset->known = *e.data == DW_OP_plus_uconst;
	e = (struct span){e.data + 1, e.size - 1};
	offset->value = debug_take_uleb(&e);
	return true;
}

/*
 * A bit-field: the units of its declared type that it is in. DWARF 4 counts its bits from the start
 * of the aggregate, DWARF 3 from the highest of the unit at the member's offset.
 */
static bool read_bits(const struct reading *reading, Dwarf_Die die, struct debug_value bits,
	struct debug_member *member)
{
	const uint64_t unit = member->type->size ? member->type->size : 1;
	struct debug_value from, size;
	uint64_t end;

	if (!debug_number(reading->debug, die, DW_AT_data_bit_offset, &from) ||
		!size_of(reading, die, &size))
		return false;
	member->bit_field = true;
	if (!from.known) {
		member->size = size.known ? size.value : unit;
		return true;
	}
	end = (from.value + bits.value + 7) / 8;
	member->offset = from.value / 8 / unit * unit;
	member->size = align_up(end, unit) - member->offset;
	return true;
}

static bool read_member(const struct reading *reading, Dwarf_Die die, struct members *members)
{
	struct debug *debug = reading->debug;
	struct debug_member member = {.name = ""};
	struct debug_value offset, bits;
	const char *name;
	bool is_static;

	/* A static member of C++ is a variable's declaration. */
	if (!debug_has(debug, die, DW_AT_declaration, &is_static) || is_static)
		return !debug->error->kind;
	if (!debug_string(debug, die, DW_AT_name, &name) || !type_of(reading, die, &member.type) ||
		!read_offset(reading, die, &offset) ||
		!debug_number(debug, die, DW_AT_bit_size, &bits))
		return false;
	if (name)
		member.name = name;
	if (!offset.known)
		member.type = &unknown;
	member.offset = offset.value;
	member.size = member.type->size;
	if (bits.known && !read_bits(reading, die, bits, &member))
		return false;
	if (!ARENA_GROW(debug->arena, members->items, members->count, members->room))
		return error_memory(debug->error);
	members->items[members->count++] = member;
	return true;
}

/* Variants of Rust are members of what they are variants of: only one of them is there. */
static bool visit_member(
	const struct reading *reading, Dwarf_Die child, Dwarf_Half tag, void *context)
{
	const struct reading inside = {reading->debug, reading->depth + 1};

	switch (tag) {
	case DW_TAG_member:
	case DW_TAG_inheritance:
		return read_member(reading, child, context);
	case DW_TAG_variant_part:
	case DW_TAG_variant:
		return inside.depth >= DEPTH_MOST ||
		       for_children(&inside, child, visit_member, context);
	default:
		return true;
	}
}

static bool read_aggregate(const struct reading *reading, Dwarf_Die die, struct debug_type *type)
{
	struct members members = {0};
	struct debug_value size;
	bool declared;

	if (!debug_has(reading->debug, die, DW_AT_declaration, &declared) ||
		!size_of(reading, die, &size))
		return false;
	if (declared || !size.known)
		return true;
	if (!for_children(reading, die, visit_member, &members))
		return false;
	*type = (struct debug_type){
		.kind = DEBUG_AGGREGATE,
		.size = size.value,
		.members = members.items,
		.member_count = members.count,
	};
	return true;
}

/* *as gets the type that this one is another name of, or stays. */
static bool read_type(const struct reading *reading, Dwarf_Die die, const struct debug_type **as,
	struct debug_type *type)
{
	struct debug_place place;
	Dwarf_Half tag;

	if (!tag_of(reading, die, &tag) ||
		!debug_reference(reading->debug, die, DW_AT_signature, &place))
		return false;
	/* One that is only declared here, and described in a unit of its own. */
	if (place.known)
		return type_at(reading, place, as);
	switch (tag) {
	case DW_TAG_typedef:
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_restrict_type:
	case DW_TAG_atomic_type:
	case DW_TAG_immutable_type:
	case DW_TAG_packed_type:
	case DW_TAG_shared_type:
	case DW_TAG_subrange_type:
		return type_of(reading, die, as);
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_interface_type:
	case DW_TAG_union_type:
		return read_aggregate(reading, die, type);
	case DW_TAG_array_type:
		return read_array(reading, die, type);
	case DW_TAG_base_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
	case DW_TAG_ptr_to_member_type:
		return read_scalar(reading, die, tag, type);
	default:
		return true;
	}
}

static struct debug_node **bucket(struct debug *debug, struct debug_place place)
{
	return &debug->types[(place.offset * 2 + (place.is_info != 0)) % DEBUG_BUCKETS];
}

static bool read_node(const struct reading *reading, struct debug_node *node)
{
	struct debug_type *type = ARENA_NEW(reading->debug->arena, struct debug_type);
	const struct debug_type *as = type;
	Dwarf_Die die;
	bool ok;

	if (!type)
		return error_memory(reading->debug->error);
	if (!debug_entry_at(reading->debug, node->place, &die))
		return false;
	ok = read_type(reading, die, &as, type);
	dwarf_dealloc_die(die);
	node->type = as;
	return ok;
}

static bool type_at(
	const struct reading *outer, struct debug_place place, const struct debug_type **type)
{
	const struct reading reading = {outer->debug, outer->depth + 1};
	struct debug_node **first = bucket(reading.debug, place), *node = *first;

	*type = &unknown;
	while (node &&
		(node->place.offset != place.offset || !node->place.is_info != !place.is_info))
		node = node->next;
	if (node) {
		*type = node->type;
		return true;
	}
	if (reading.depth > DEPTH_MOST)
		return true;
	if (!(node = ARENA_NEW(reading.debug->arena, struct debug_node)))
		return error_memory(reading.debug->error);
	*node = (struct debug_node){.next = *first, .place = place, .type = &unknown};
	*first = node;
	if (!read_node(&reading, node))
		return false;
	*type = node->type;
	return true;
}

const struct debug_type *debug_type_at(struct debug *debug, struct debug_place place)
{
	const struct reading reading = {.debug = debug};
	const struct debug_type *type;

	return type_at(&reading, place, &type) ? type : NULL;
}
