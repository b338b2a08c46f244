/*
 * Every operation on one variable, beside the same in plain C; included once a type. Defined
 * before: NAME, of the variable and the functions; TYPE, its type.
 */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

static void JOIN(NAME, _counts)(uint64_t number, uint64_t by)
{
	TYPE plain = (TYPE)number;
	const TYPE x = (TYPE)by;

	percpu_write(NAME.value, plain);
	SAME(percpu_read(NAME.value), plain);
	percpu_add(NAME.value, x);
	plain = (TYPE)(plain + x);
	SAME(percpu_read(NAME.value), plain);
	percpu_sub(NAME.value, (TYPE)(x >> 1));
	plain = (TYPE)(plain - (TYPE)(x >> 1));
	SAME(percpu_read_raw(NAME.value), plain);
	percpu_inc(NAME.value);
	plain = (TYPE)(plain + 1);
	SAME(percpu_read(NAME.value), plain);
	percpu_dec(NAME.value);
	percpu_dec(NAME.value);
	plain = (TYPE)(plain - 2);
	SAME(percpu_read(NAME.value), plain);
	plain = (TYPE)(plain + x);
	SAME(percpu_add_return(NAME.value, x), plain);
	SAME(percpu_read(NAME.value), plain);
}

static void JOIN(NAME, _bits)(uint64_t number, uint64_t by)
{
	TYPE plain = (TYPE)number;
	const TYPE x = (TYPE)by;

	percpu_write_raw(NAME.value, plain);
	percpu_or(NAME.value, x);
	plain = (TYPE)(plain | x);
	SAME(percpu_read(NAME.value), plain);
	percpu_xor(NAME.value, (TYPE)(number >> 3));
	plain = (TYPE)(plain ^ (TYPE)(number >> 3));
	SAME(percpu_read(NAME.value), plain);
	percpu_and(NAME.value, (TYPE)~x);
	plain = (TYPE)(plain & (TYPE)~x);
	SAME(percpu_read(NAME.value), plain);
}

static void JOIN(NAME, _exchanges)(uint64_t number, uint64_t by)
{
	const TYPE was = (TYPE)number, x = (TYPE)by, other = (TYPE)~was;

	percpu_write(NAME.value, was);
	SAME(percpu_xchg(NAME.value, x), was);
	SAME(percpu_read(NAME.value), x);
	SAME(percpu_cmpxchg(NAME.value, x, other), x);
	SAME(percpu_read(NAME.value), other);
	SAME(percpu_cmpxchg(NAME.value, was, x), other);
	SAME(percpu_read(NAME.value), other);
	SAME(percpu_xchg_raw(NAME.value, was), other);
	SAME(percpu_cmpxchg_raw(NAME.value, was, x), was);
	SAME(percpu_read_raw(NAME.value), x);
}

/* Operands that a compiler may put into the instruction, and the first that do not fit there. */
static void JOIN(NAME, _constants)(void)
{
	TYPE plain = 0;

	percpu_write(NAME.value, 0);
#define BY(x)                                                                                      \
	percpu_add(NAME.value, (TYPE)(x));                                                         \
	plain = (TYPE)(plain + (TYPE)(x));                                                         \
	SAME(percpu_read(NAME.value), plain);                                                      \
	percpu_xor(NAME.value, (TYPE)(x));                                                         \
	plain = (TYPE)(plain ^ (TYPE)(x));                                                         \
	SAME(percpu_read(NAME.value), plain);                                                      \
	percpu_or_raw(NAME.value, (TYPE)(x));                                                      \
	plain = (TYPE)(plain | (TYPE)(x));                                                         \
	SAME(percpu_read(NAME.value), plain);                                                      \
	percpu_sub_raw(NAME.value, (TYPE)(x));                                                     \
	plain = (TYPE)(plain - (TYPE)(x));                                                         \
	SAME(percpu_read(NAME.value), plain);                                                      \
	percpu_and_raw(NAME.value, (TYPE) ~(TYPE)(x));                                             \
	plain = (TYPE)(plain & (TYPE) ~(TYPE)(x));                                                 \
	SAME(percpu_read(NAME.value), plain);                                                      \
	percpu_add_raw(NAME.value, (TYPE)(x));                                                     \
	plain = (TYPE)(plain + (TYPE)(x));                                                         \
	SAME(percpu_read(NAME.value), plain)
	BY(1);
	BY(-1);
	BY(0x7f);
	BY(0x80);
	BY(0x7ff);
	BY(0x800);
	BY(-0x800);
	BY(-0x801);
	BY(0xfff);
	BY(0x7fffffff);
	BY(0x80000000);
	BY(0xffffffff);
	BY(0x123456789abcdef0);
#undef BY
}

static void JOIN(NAME, _test)(uint64_t seed)
{
	const TYPE before = percpu_read(NAME.before), after = percpu_read(NAME.after);

	JOIN(NAME, _constants)();
	for (int i = 0; i < ROUNDS; i++) {
		const uint64_t number = random_next(&seed), by = random_next(&seed);

		JOIN(NAME, _counts)(number, by);
		JOIN(NAME, _bits)(number, by);
		JOIN(NAME, _exchanges)(number, by);
	}
	SAME(percpu_read(NAME.before), before);
	SAME(percpu_read(NAME.after), after);
}

#undef JOIN_
#undef JOIN
#undef NAME
#undef TYPE
