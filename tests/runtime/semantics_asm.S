/* Each macro of percpu_asm.h in a function that C calls. */
#include "runtime/percpu_asm.h"

#if defined(__x86_64__)
# define RESULT %rax
# define ARGUMENT %rdi
# define TMP %rsi
# define TMP2 %r8
# define RETURN ret
# define STACK %rsp
#elif defined(__aarch64__)
# define RESULT x0
# define ARGUMENT x0
# define TMP x9
# define TMP2 x10
# define RETURN ret
# define STACK sp
#elif defined(__riscv)
# define RESULT a0
# define ARGUMENT a0
# define TMP t0
# define TMP2 t1
# define RETURN ret
# define STACK sp
#else
# define RESULT $a0
# define ARGUMENT $a0
# define TMP $t0
# define TMP2 $t1
# define RETURN jr $ra
# define STACK $sp
#endif

#define FUNCTION(name)                                                                             \
	.globl name ;                                                                              \
	name:

	.text
#ifndef PERCPU_SP_NAIVE
FUNCTION(asm_register)
	PERCPU_ASM_REGISTER(RESULT)
	RETURN

FUNCTION(asm_set_register)
	PERCPU_ASM_SET_REGISTER(ARGUMENT)
	RETURN
#endif

FUNCTION(asm_address)
	PERCPU_ASM_ADDRESS(RESULT, numbers_uint64_t + 8, TMP)
	RETURN

FUNCTION(asm_read)
	PERCPU_ASM_READ(RESULT, numbers_uint64_t + 8, TMP)
	PERCPU_TRAP_EXIT(TMP, STACK)
	RETURN

FUNCTION(asm_write)
	PERCPU_ASM_WRITE(ARGUMENT, numbers_uint64_t + 8, TMP, TMP2)
	RETURN

	.section .note.GNU-stack, "", %progbits
