#include "variables.h"

DEFINE_PERCPU_FIRST(uint64_t, head) = 0x4845414448454144;
DEFINE_PERCPU(u8_type, u8) = {0x81, 0x82, 0x83};
DEFINE_PERCPU(u16_type, u16) = {0x8181, 0x8282, 0x8383};
DEFINE_PERCPU(u32_type, u32) = {0x81818181, 0x82828282, 0x83838383};
DEFINE_PERCPU(u64_type, u64) = {0x8181818181818181, 0x8282828282828282, 0x8383838383838383};
DEFINE_PERCPU(s8_type, s8) = {-1, -2, -3};
DEFINE_PERCPU(s16_type, s16) = {-1, -2, -3};
DEFINE_PERCPU(s32_type, s32) = {-1, -2, -3};
DEFINE_PERCPU(s64_type, s64) = {-1, -2, -3};
DEFINE_PERCPU(flag_type, flag) = {true, false, true};
DEFINE_PERCPU(pointer_type, pointer);
DEFINE_PERCPU(record_type, record) = {1, {2, 3, 4}, 5, {6, 7}};
DEFINE_PERCPU(uint32_t[5], array) = {10, 11, 12, 13, 14};
DEFINE_PERCPU_ALIGNED(uint64_t, aligned, 256) = 256;
DEFINE_PERCPU_PAGE_ALIGNED(char[5000], page) = {'p', [4999] = 'q'};
DEFINE_PERCPU_SHARED(uint64_t, shared) = 0x5348;
DEFINE_PERCPU_READ_MOSTLY(uint32_t, read_mostly) = 0x524d;
DEFINE_PERCPU(uint64_t, zeroed);
DEFINE_PERCPU(uint64_t, count8) = 8;
DEFINE_PERCPU(uint32_t, count4) = 4;
DEFINE_PERCPU(uint16_t, count2) = 2;
DEFINE_PERCPU(uint8_t, count1) = 1;
DEFINE_PERCPU(uint32_t, mine) = 77;
DEFINE_PERCPU(uint64_t, entries);

#ifdef PERCPU_WIDE
DEFINE_PERCPU_READ_MOSTLY(uint32_t[20000], far) = {1, [19999] = 2};
#endif
