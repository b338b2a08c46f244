/* Of the paths on standard input, one a line, prints those of files that the tool has to read:
 * 64-bit little-endian ELF of its four machines, but no core files. */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_ours(const Elf64_Ehdr *header)
{
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
		header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	if (header->e_type < ET_REL || header->e_type > ET_DYN)
		return false;
	return header->e_machine == EM_X86_64 || header->e_machine == EM_AARCH64 ||
	       header->e_machine == EM_RISCV || header->e_machine == EM_LOONGARCH;
}

int main(void)
{
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		Elf64_Ehdr header;
		int fd;

		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		if (read(fd, &header, sizeof(header)) == (ssize_t)sizeof(header) &&
			is_ours(&header))
			puts(path);
		close(fd);
	}
	return 0;
}
