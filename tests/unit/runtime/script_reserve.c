/* What is refused is the same. */
#include "tests/unit/runtime/script_model.c"
