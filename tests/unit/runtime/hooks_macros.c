/* Built with TEST_HOOKS_MACROS: what is called are macros. */
#include "tests/unit/runtime/hooks.c"
