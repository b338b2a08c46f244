# Compilers, linkers and emulators of the kernels that several suites build, machine by machine;
# sourced. Of a command that it says a suite asks has() whether it is there.

# GNU ld's and lld's -m.
declare -A emulation=([x86_64]=elf_x86_64 [aarch64]=aarch64elf [riscv64]=elf64lriscv
	[loongarch64]=elf64loongarch)

# What the kernels of tests/kernel boot on; some of its own machines differ.
qemu_console='-display none -serial stdio -monitor none -no-reboot'
declare -A qemu_options=(
	[x86_64]='-M q35 -m 128M -device isa-debug-exit,iobase=0xf4,iosize=0x04'
	[aarch64]='-M virt -cpu cortex-a57 -m 128M -semihosting'
	[riscv64]='-M virt -m 128M'
	[loongarch64]='-M virt -m 1G -device pvpanic-pci,addr=5 -action panic=exit-failure'
)
# What the emulator exits with when the kernel says that it passed; on x86_64 0 is a triple fault.
declare -A exit_passed=([x86_64]=33 [aarch64]=0 [riscv64]=0 [loongarch64]=0)

# Is there such a command? Of one with arguments the first word is asked for.
has() { command -v "${1%% *}" >/dev/null 2>&1; }

# Freestanding C for a kernel, with the runtime's headers; level and warnings are the suite's.
kernel_compiler() { # machine gcc|clang
	local command flags
	case $1 in
	x86_64) flags='-mno-red-zone -mgeneral-regs-only -fcf-protection=none' ;;
	aarch64) flags='-mgeneral-regs-only -mstrict-align' ;;
	riscv64) flags='-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany' ;;
	loongarch64) flags='-march=loongarch64 -mabi=lp64s -fdirect-access-external-data' ;;
	esac
	case $2 in
	gcc)
		command=$1-linux-gnu-gcc
		[ "$1" = aarch64 ] && flags+=' -mno-outline-atomics' ;;
	# A triple with -elf would imply floating point on loongarch64.
	clang) command="clang-19 --target=$1-unknown-none" ;;
	esac
	echo "$command -std=gnu11 -I. -Iruntime -ffreestanding -fno-pic -fno-stack-protector" \
		"-fno-asynchronous-unwind-tables $flags"
}

kernel_linker() { # machine bfd|lld
	case $2 in
	bfd) echo "$1-linux-gnu-ld.bfd" ;;
	lld) echo ld.lld-19 ;;
	esac
}
