/*
 * For machines of which there may be no C library, and on aarch64 none that leaves TPIDR_EL0 alone:
 * what the tests of the runtime use of cmocka and of POSIX, under the names it has there. A failed
 * assertion ends the program: the tests behind it have not run, and are missing in its TAP.
 */
#ifndef PERCPU_TESTS_BARE_H
#define PERCPU_TESTS_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A multiple of the machine's page. */
enum { HOST_PAGE = 0x10000 };

/* memory.h defines the first two. */
void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
int strcmp(const char *a, const char *b);

/* Multiples of HOST_PAGE, which free() leaves where they are. */
void *aligned_alloc(size_t align, size_t size);
void free(void *memory);

/* ---- processes and memory ----------------------------------------------------------------------
 */

typedef int pid_t;

pid_t fork(void);
pid_t waitpid(pid_t child, int *status, int options);
__attribute__((noreturn)) void _exit(int code);
#define WIFEXITED(status) (((status) & 0x7f) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xff)

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
int mprotect(void *at, size_t size, int protection);

#define SIGSEGV 11
#define SA_SIGINFO 4

typedef struct {
	int si_signo, si_errno, si_code, si_padding;
	void *si_addr;
} siginfo_t;

/* The kernel's; what follows the flags is another on each machine, and zero here. */
struct sigaction {
	void (*sa_sigaction)(int signal, siginfo_t *info, void *context);
	unsigned long sa_flags;
	unsigned long rest[3];
};

int sigaction(int signal, const struct sigaction *action, struct sigaction *before);

/* ---- threads -----------------------------------------------------------------------------------
 */

typedef struct bare_thread *pthread_t;
typedef struct {
	unsigned count, waiting, round;
} pthread_barrier_t;

/* Attributes are NULL. */
int pthread_create(
	pthread_t *thread, const void *attributes, void *(*body)(void *), void *argument);
int pthread_join(pthread_t thread, void **result);
int pthread_barrier_init(pthread_barrier_t *barrier, const void *attributes, unsigned count);
int pthread_barrier_wait(pthread_barrier_t *barrier);
int sched_yield(void);

/* ---- tests -------------------------------------------------------------------------------------
 */

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*teardown)(void **state);
};

#define cmocka_unit_test(name_) cmocka_unit_test_teardown(name_, NULL)
#define cmocka_unit_test_teardown(name_, teardown_)                                                \
	{.name = #name_, .test = (name_), .teardown = (teardown_)}
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
	bare_run(name, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

/* Runs them in turn and prints TAP; the exit code of the program, unless it has ended before. */
int bare_run(const char *name, const struct CMUnitTest *tests, size_t count,
	int (*setup)(void **state), int (*teardown)(void **state));

/* Ends the program unless `fine`; the numbers are those that were compared. */
void bare_assert(bool fine, const char *what, int line, uint64_t a, uint64_t b);

#define BARE_COMPARE_(a, op, b, what)                                                              \
	do {                                                                                       \
		const uint64_t bare_a_ = (uint64_t)(a), bare_b_ = (uint64_t)(b);                   \
		bare_assert(bare_a_ op bare_b_, what, __LINE__, bare_a_, bare_b_);                 \
	} while (0)
#define assert_int_equal(a, b) BARE_COMPARE_(a, ==, b, #a " == " #b)
#define assert_int_not_equal(a, b) BARE_COMPARE_(a, !=, b, #a " != " #b)
#define assert_ptr_equal(a, b) BARE_COMPARE_((uintptr_t)(a), ==, (uintptr_t)(b), #a " == " #b)
#define assert_true(a) bare_assert(a, #a, __LINE__, 0, 1)
#define assert_non_null(a) bare_assert((a) != NULL, #a " != NULL", __LINE__, 0, 1)
#define assert_string_equal(a, b) bare_assert(!strcmp(a, b), #a " is " #b, __LINE__, 0, 1)
#define assert_string_not_equal(a, b) bare_assert(strcmp(a, b), #a " is not " #b, __LINE__, 0, 1)
#define fail() bare_assert(false, "not to be reached", __LINE__, 0, 1)

#endif
