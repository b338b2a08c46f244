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

/* True when the last part of `name`, mangled or not, begins with `prefix`. */
bool name_has_prefix(const char *name, const char *prefix);

#endif
