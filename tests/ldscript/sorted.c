/*
 * Every subsection, and names that only the catch-all takes. run.sh derives a variable's name from
 * its section's. The order here is no order of theirs.
 */
#define PERCPU(section_, align_) __attribute__((used, section(section_), aligned(align_)))

PERCPU(".percpu", 8) long var_ = 1;
PERCPU(".percpu.wide", 256) char var_wide[3] = "w";
PERCPU(".percpu.narrow", 1) char var_narrow = 2;
PERCPU(".percpu_odd", 32) char var_odd[5] = "odd";
PERCPU(".percpu.first", 16) char var_first[24] = "first";
PERCPU(".percpu.first.second", 4) int var_first_second = 3;
PERCPU(".percpu.page_aligned", 4096) char var_page_aligned[4096] = "page";
PERCPU(".percpu.page_aligned.stack", 4096) char var_page_aligned_stack[100] = "stack";
PERCPU(".percpu.shared_aligned", 64) long var_shared_aligned = 4;
PERCPU(".percpu.read_mostly", 4) int var_read_mostly[3] = {5};
PERCPU(".percpu.read_mostly.table", 128) char var_read_mostly_table[200] = "table";
