/* Built without PERCPU_HOOKS: what is called are the functions of hooks/functions.c. */
#include "tests/unit/runtime/hooks.c"
