/* Symbol names as people write them. */
#ifndef PERCPU_MODEL_NAMES_H
#define PERCPU_MODEL_NAMES_H

#include <stdbool.h>

#include "lib/base/arena.h"

/*
 * The variable that a symbol stands for: Rust names demangled (legacy and v0), `prefix` taken off
 * the last part of the path when it stands there (`__PERCPU_X` is `X`). `name` itself when nothing
 * changes; NULL when memory runs out. `prefix` may be NULL.
 */
const char *variable_name(struct arena *arena, const char *name, const char *prefix);

/*
 * `name` itself, or what fits of it in 1023 bytes with "..." behind: what a file calls a name may
 * be megabytes, and is then said many times. NULL when memory runs out.
 */
const char *name_shown(struct arena *arena, const char *name);

/* True when `name`, or a part of it when it is mangled, begins with `prefix`; of mangled
 * names the first 1023 bytes are searched. */
bool name_has_prefix(const char *name, const char *prefix);

#endif
