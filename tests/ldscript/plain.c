/* Variables of one alignment, of sizes that are no multiple of it. */
#define PERCPU __attribute__((used, section(".percpu")))

PERCPU __attribute__((aligned(ALIGNMENT))) char name[13] = "a name";
PERCPU __attribute__((aligned(ALIGNMENT))) char flag = 1;
