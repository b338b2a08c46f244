/*
 * Operations on one variable that an interrupt adds to, too; included once a type. Defined before:
 * NAME, of the variable and the functions; TYPE, its type.
 */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

static void JOIN(NAME, _tick_one)(void)
{
	percpu_add(NAME.value, 1);
}

/* Above what the bit operations change. */
static void JOIN(NAME, _tick_two)(void)
{
	percpu_add(NAME.value, 2);
}

static void JOIN(NAME, _timer_counts)(void)
{
	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_one), percpu_write(NAME.value, 0),
		percpu_add(NAME.value, 2));
	SAME(percpu_read(NAME.value), (TYPE)(2 * rounds + ticks));
	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_one), percpu_write(NAME.value, 0),
		percpu_sub(NAME.value, 2));
	SAME(percpu_read(NAME.value), (TYPE)(ticks - 2 * rounds));
	UNTIL_TICKS(
		TICKS, JOIN(NAME, _tick_one), percpu_write(NAME.value, 0), percpu_inc(NAME.value));
	SAME(percpu_read(NAME.value), (TYPE)(ticks + rounds));
	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_one), percpu_write(NAME.value, 0),
		(void)percpu_add_return(NAME.value, 2));
	SAME(percpu_read(NAME.value), (TYPE)(2 * rounds + ticks));
}

static void JOIN(NAME, _timer_bits)(void)
{
	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_two), percpu_write(NAME.value, 0),
		percpu_xor(NAME.value, 1));
	SAME(percpu_read(NAME.value), (TYPE)(2 * ticks + (rounds & 1)));
	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_two), percpu_write(NAME.value, 1),
		percpu_or(NAME.value, 1));
	SAME(percpu_read(NAME.value), (TYPE)(2 * ticks + 1));
	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_two), percpu_write(NAME.value, 0),
		percpu_and(NAME.value, (TYPE)~1ULL));
	SAME(percpu_read(NAME.value), (TYPE)(2 * ticks));
}

static void JOIN(NAME, _timer_exchanges)(void)
{
	uint64_t taken = 0, changed = 0;

	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_one), percpu_write(NAME.value, 0),
		taken += percpu_xchg(NAME.value, 0));
	SAME((TYPE)(percpu_read(NAME.value) + taken), (TYPE)ticks);
	UNTIL_TICKS(TICKS, JOIN(NAME, _tick_one), percpu_write(NAME.value, 0), ({
		const TYPE was = percpu_read(NAME.value);

		changed += percpu_cmpxchg(NAME.value, was, (TYPE)(was + 2)) == was;
	}));
	SAME(percpu_read(NAME.value), (TYPE)(2 * changed + ticks));
}

static void JOIN(NAME, _timer)(void)
{
	JOIN(NAME, _timer_counts)();
	JOIN(NAME, _timer_bits)();
	JOIN(NAME, _timer_exchanges)();
}

#undef JOIN_
#undef JOIN
#undef NAME
#undef TYPE
