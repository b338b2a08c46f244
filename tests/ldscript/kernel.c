/* The rest of a kernel: each kind of section that stands beside the per-CPU data. */
extern char _percpu_start[], _percpu_end[];

#ifdef BARE
/* Neither constants nor data: segments that could be left empty. */
#define VALUE(array_, i_) (long)(i_)
#else
const long kernel_constants[4] = {1, 2, 3, 4};
long kernel_data[4] = {5, 6, 7, 8};
#define VALUE(array_, i_) array_[i_]
#endif
long kernel_bss[64];

void _start(void)
{
	for (int i = 0; i < 4; i++)
		kernel_bss[i] = VALUE(kernel_data, i) + VALUE(kernel_constants, i);
	kernel_bss[4] = _percpu_end - _percpu_start;
}
