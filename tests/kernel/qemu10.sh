#!/bin/bash
# Unpacks the QEMU 10 of Debian 13 into a folder, beside whatever is installed here, and leaves its
# emulators in DIR/bin: some 100 MB over the net, 450 MB on disk. Not root's work: nothing is
# installed. Quiet where it has been done.
#
#   tests/kernel/qemu10.sh DIR
set -eu
suite=trixie mirror=http://deb.debian.org/debian
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
packages='qemu-system-x86 qemu-system-arm qemu-system-misc qemu-system-riscv'
emulators='x86_64 aarch64 riscv64 loongarch64'

mkdir -p "$1"
dir=$(cd "$1" && pwd)
[ ! -f "$dir/done" ] || exit 0
for needed in apt-get dpkg dpkg-deb; do
	command -v $needed >/dev/null || { echo "qemu10: no $needed here" >&2; exit 1; }
done
[ -f $keyring ] || { echo "qemu10: no $keyring; install debian-archive-keyring" >&2; exit 1; }

# An apt of its own, for which nothing is installed: it takes the libraries as well, libc's too.
apt() {
	apt-get -q -o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State="$dir/apt" -o Dir::State::status="$dir/apt/status" \
		-o Dir::State::lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" \
		-o APT::Install-Recommends=false "$@"
}
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/root" "$dir/bin"
: >"$dir/apt/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$dir/apt/sources.list"
echo "qemu10: fetching from $mirror" >&2
{ apt update && apt --yes --download-only install $packages; } >"$dir/log" 2>&1 ||
	{ tail -n 5 "$dir/log" >&2; exit 1; }
for package in "$dir"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$dir/root"; done

# Each runs with the C library that it was linked for.
loader=$(echo "$dir"/root/usr/lib/*/ld-linux-*.so.*)
libraries=$(dirname "$loader")
for emulator in $emulators; do
	cat >"$dir/bin/qemu-system-$emulator" <<-END
		#!/bin/sh
		QEMU_MODULE_DIR=$libraries/qemu exec $loader --library-path $libraries \\
			$dir/root/usr/bin/qemu-system-$emulator -L $dir/root/usr/share/qemu \\
			-L $dir/root/usr/share/seabios "\$@"
	END
	chmod +x "$dir/bin/qemu-system-$emulator"
	"$dir/bin/qemu-system-$emulator" --version >>"$dir/log"
done
rm -r "$dir/apt"
touch "$dir/done"
