/* bare.h, by the system calls that Linux has on aarch64, riscv64 and loongarch64 alike. */
#include "tests/unit/runtime/bare.h"

#include "tests/memory.h"
#include "tests/runtime/program.h"

/* asm-generic/unistd.h */
enum {
	CALL_EXIT = 93,
	CALL_FUTEX = 98,
	CALL_SCHED_YIELD = 124,
	CALL_RT_SIGACTION = 134,
	CALL_CLONE = 220,
	CALL_MMAP = 222,
	CALL_MPROTECT = 226,
	CALL_WAIT4 = 260,
};

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; b++)
		a++;
	return *a - *b;
}

void *aligned_alloc(size_t align, size_t size)
{
	enum { PROTECTION = PROT_READ | PROT_WRITE, PRIVATE_ANONYMOUS = 0x22 };
	const size_t to = align > HOST_PAGE ? align : HOST_PAGE;
	const long at = program_call6(CALL_MMAP, 0, (long)((size + 2 * to) & ~(to - 1)), PROTECTION,
		PRIVATE_ANONYMOUS, -1, 0);

	if (at < 0 && at > -4096)
		return NULL;
	return (void *)(((uintptr_t)at + to - 1) & ~(to - 1));
}

void free(void *memory)
{
	(void)memory;
}

/* ---- processes and memory ----------------------------------------------------------------------
 */

pid_t fork(void)
{
	enum { SIGCHLD = 17 };

	return (pid_t)program_call6(CALL_CLONE, SIGCHLD, 0, 0, 0, 0, 0);
}

pid_t waitpid(pid_t child, int *status, int options)
{
	return (pid_t)program_call6(CALL_WAIT4, child, (long)status, options, 0, 0, 0);
}

void _exit(int code)
{
	for (;;)
		program_exit(code);
}

int mprotect(void *at, size_t size, int protection)
{
	return (int)program_call(CALL_MPROTECT, (long)at, (long)size, protection);
}

int sigaction(int signal, const struct sigaction *action, struct sigaction *before)
{
	enum { SIGSET_BYTES = 8 };

	return (int)program_call6(
		CALL_RT_SIGACTION, signal, (long)action, (long)before, SIGSET_BYTES, 0, 0);
}

/* ---- threads -----------------------------------------------------------------------------------
 */

/* At the end of its stack, which nothing gives back. */
struct bare_thread {
	void *(*body)(void *);
	void *argument, *result;
	int done;
};

/* As the system call, but that a thread goes on in bare_thread_run(); defined below. */
long bare_clone(long flags, struct bare_thread *stack);

void bare_thread_run(struct bare_thread *thread);
void bare_thread_run(struct bare_thread *thread)
{
	thread->result = thread->body(thread->argument);
	__atomic_store_n(&thread->done, 1, __ATOMIC_RELEASE);
	for (;;)
		program_call(CALL_EXIT, 0, 0, 0);
}

#if defined(__aarch64__)
#define CLONE "mov x2, 0\n\tmov x3, 0\n\tmov x4, 0\n\tmov x8, 220\n\tsvc #0\n\tcbnz x0, 1f"
#define RUN "mov x0, sp\n\tmov x29, 0\n\tmov x30, 0\n\tb bare_thread_run\n1:\tret"
#elif defined(__riscv)
#define CLONE "li a2, 0\n\tli a3, 0\n\tli a4, 0\n\tli a7, 220\n\tecall\n\tbnez a0, 1f"
#define RUN "mv a0, sp\n\tli ra, 0\n\ttail bare_thread_run\n1:\tret"
#elif defined(__loongarch__)
#define CLONE                                                                                      \
	"move $a2, $zero\n\tmove $a3, $zero\n\tmove $a4, $zero\n\tori $a7, $zero, 220\n\t"         \
	"syscall 0\n\tbnez $a0, 1f"
#define RUN "move $a0, $sp\n\tmove $ra, $zero\n\tb bare_thread_run\n1:\tjr $ra"
#endif
__asm__(".pushsection .text\n\t.globl bare_clone\nbare_clone:\n\t" CLONE "\n\t" RUN
	"\n\t.popsection");

int pthread_create(pthread_t *thread, const void *attributes, void *(*body)(void *), void *argument)
{
	/* What makes it a thread: VM, FS, FILES, SIGHAND, THREAD, SYSVSEM; <linux/sched.h>. */
	enum { STACK = 0x40000, THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 };
	char *stack = aligned_alloc(HOST_PAGE, STACK);
	struct bare_thread *top = (struct bare_thread *)(void *)(stack + STACK) - 1;

	_Static_assert(sizeof(struct bare_thread) % 16 == 0, "stacks are aligned to 16 bytes");
	(void)attributes;
	*top = (struct bare_thread){.body = body, .argument = argument};
	*thread = top;
	return bare_clone(THREAD, top) < 0;
}

int pthread_join(pthread_t thread, void **result)
{
	while (!__atomic_load_n(&thread->done, __ATOMIC_ACQUIRE))
		sched_yield();
	if (result)
		*result = thread->result;
	return 0;
}

int pthread_barrier_init(pthread_barrier_t *barrier, const void *attributes, unsigned count)
{
	(void)attributes;
	*barrier = (pthread_barrier_t){.count = count};
	return 0;
}

/* The last one lets the others go. */
int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	enum { WAIT = 0, WAKE = 1, ALL = 0x7fffffff };
	const unsigned round = __atomic_load_n(&barrier->round, __ATOMIC_ACQUIRE);

	if (__atomic_add_fetch(&barrier->waiting, 1, __ATOMIC_ACQ_REL) == barrier->count) {
		__atomic_store_n(&barrier->waiting, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&barrier->round, round + 1, __ATOMIC_RELEASE);
		program_call(CALL_FUTEX, (long)&barrier->round, WAKE, ALL);
	}
	while (__atomic_load_n(&barrier->round, __ATOMIC_ACQUIRE) == round)
		program_call6(CALL_FUTEX, (long)&barrier->round, WAIT, (long)(int)round, 0, 0, 0);
	return 0;
}

int sched_yield(void)
{
	return (int)program_call(CALL_SCHED_YIELD, 0, 0, 0);
}

/* ---- tests -------------------------------------------------------------------------------------
 */

/* Which test runs, for what a failure says. The script wants a .data to be put behind. */
static struct {
	const char *name;
	size_t number;
} now __attribute__((section(".data"))) = {"set-up", 0};

static void say_result(const char *result)
{
	program_say(result);
	program_say_number(now.number);
	program_say(" - ");
	program_say(now.name);
	program_say("\n");
}

void bare_assert(bool fine, const char *what, int line, uint64_t a, uint64_t b)
{
	if (fine)
		return;
	program_say("# line ");
	program_say_number((uint64_t)line);
	program_say(": ");
	program_say(what);
	program_say(": ");
	program_say_number(a);
	program_say(", ");
	program_say_number(b);
	program_say("\n");
	say_result("not ok ");
	program_exit(1);
}

int bare_run(const char *name, const struct CMUnitTest *tests, size_t count,
	int (*setup)(void **state), int (*teardown)(void **state))
{
	void *state = NULL;

	program_say("# ");
	program_say(name);
	program_say("\n1..");
	program_say_number(count);
	program_say("\n");
	assert_true(!setup || !setup(&state));
	for (size_t i = 0; i < count; i++) {
		now.name = tests[i].name;
		now.number = i + 1;
		tests[i].test(&state);
		assert_true(!tests[i].teardown || !tests[i].teardown(&state));
		say_result("ok ");
	}
	assert_true(!teardown || !teardown(&state));
	return 0;
}

int main(void);
void start(void);
void start(void)
{
	program_exit(main());
}
