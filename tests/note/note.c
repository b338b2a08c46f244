/* A note, as C and C++ define it; note.S beside this is its twin. */
#include "runtime/percpu_note.h"

#ifdef IMAGE
PERCPU_NOTE_IMAGE(
	PERCPU_NOTE_PLACEMENT_SEPARATE, 4, 0x1122334455667788, 64, PERCPU_NOTE_UNSPECIFIED_64);
#else
PERCPU_NOTE_UNIT(PERCPU_NOTE_MODE_PERCPU, PERCPU_NOTE_MODEL_NONZERO, PERCPU_NOTE_REGISTER_R21,
	PERCPU_NOTE_PREEMPT_YES, PERCPU_NOTE_WIDE_NARROW);
#endif

/* What a linker that collects garbage keeps: not the note, which nothing refers to. */
#ifdef __cplusplus
extern "C"
#endif
	int
	_start(int n);

int _start(int n)
{
	return n;
}
