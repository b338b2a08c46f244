/*
 * Hooks as a kernel may have them with PERCPU_HOOKS: a count in a per-CPU variable, changed by raw
 * accessors, in static inline functions; with TEST_HOOKS_MACROS macros are in front of those.
 */
#ifndef PERCPU_HOOKS_H
#define PERCPU_HOOKS_H

#ifdef __cplusplus
extern "C" {
#endif

DECLARE_PERCPU(uint32_t, hooks_count);

/* How often the allocator's lock was taken and, negative, released. */
extern int hooks_locked[2];

__attribute__((noreturn)) void hooks_failed(const char *what);

#ifdef TEST_HOOKS_MACROS
#define HOOK(name) hooks_##name
#define percpu_preempt_disable() HOOK(preempt_disable)()
#define percpu_preempt_enable() HOOK(preempt_enable)()
#define percpu_preempt_is_disabled() (percpu_read_raw(hooks_count) > 0)
#define percpu_debug_failed(what) hooks_failed(what)
#define percpu_alloc_lock() ((void)hooks_locked[0]++)
#define percpu_alloc_unlock() ((void)hooks_locked[1]--)
#else
#define HOOK(name) percpu_##name
static inline bool percpu_preempt_is_disabled(void)
{
	return percpu_read_raw(hooks_count) > 0;
}

__attribute__((noreturn)) static inline void percpu_debug_failed(const char *what)
{
	hooks_failed(what);
}

static inline void percpu_alloc_lock(void)
{
	hooks_locked[0]++;
}

static inline void percpu_alloc_unlock(void)
{
	hooks_locked[1]--;
}
#endif

static inline void HOOK(preempt_disable)(void)
{
	percpu_inc_raw(hooks_count);
}

static inline void HOOK(preempt_enable)(void)
{
	percpu_dec_raw(hooks_count);
}

#ifdef __cplusplus
}
#endif

#endif
