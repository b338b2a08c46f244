/*
 * Every operation on one variable, beside the same in plain C; included once a type. Defined
 * before: NAME, of the variable and the functions; TYPE, its type.
 */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

/* The plain value has 64 bits and no sign, of which the low ones count: nothing overflows. */
static void JOIN(NAME, _counts)(uint64_t plain, uint64_t by)
{
	const TYPE x = (TYPE)by, half = (TYPE)(by >> 1);

	percpu_write(NAME.value, (TYPE)plain);
	SAME(percpu_read(NAME.value), (TYPE)plain);
	percpu_add(NAME.value, x);
	plain += (uint64_t)x;
	SAME(percpu_read(NAME.value), (TYPE)plain);
	percpu_sub(NAME.value, half);
	plain -= (uint64_t)half;
	SAME(percpu_read_raw(NAME.value), (TYPE)plain);
	percpu_inc(NAME.value);
	SAME(percpu_read(NAME.value), (TYPE)(plain + 1));
	percpu_dec(NAME.value);
	percpu_dec(NAME.value);
	SAME(percpu_read(NAME.value), (TYPE)(plain - 1));
	SAME(percpu_add_return(NAME.value, x), (TYPE)(plain - 1 + (uint64_t)x));
	SAME(percpu_read(NAME.value), (TYPE)(plain - 1 + (uint64_t)x));
}

static void JOIN(NAME, _bits)(uint64_t plain, uint64_t by)
{
	const TYPE x = (TYPE)by, other = (TYPE)(by >> 3);

	percpu_write_raw(NAME.value, (TYPE)plain);
	percpu_or(NAME.value, x);
	plain |= (uint64_t)x;
	SAME(percpu_read(NAME.value), (TYPE)plain);
	percpu_xor(NAME.value, other);
	plain ^= (uint64_t)other;
	SAME(percpu_read(NAME.value), (TYPE)plain);
	percpu_and(NAME.value, (TYPE)~x);
	plain &= ~(uint64_t)x;
	SAME(percpu_read(NAME.value), (TYPE)plain);
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
	uint64_t plain = 0;

	percpu_write(NAME.value, 0);
#define BY(x)                                                                                      \
	percpu_add(NAME.value, (TYPE)(x));                                                         \
	percpu_xor(NAME.value, (TYPE)(x));                                                         \
	percpu_or_raw(NAME.value, (TYPE)(x));                                                      \
	percpu_sub_raw(NAME.value, (TYPE)(x));                                                     \
	percpu_and_raw(NAME.value, (TYPE) ~(TYPE)(x));                                             \
	percpu_add_raw(NAME.value, (TYPE)(x));                                                     \
	plain = (((plain + (uint64_t)(x)) ^ (uint64_t)(x)) | (uint64_t)(x)) - (uint64_t)(x);       \
	plain = (plain & ~(uint64_t)(x)) + (uint64_t)(x);                                          \
	SAME(percpu_read(NAME.value), (TYPE)plain)
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
