/* More than a lone movz reaches on AArch64. */
__attribute__((used, section(".percpu"))) char large[0x10001] = "large";
