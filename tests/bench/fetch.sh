#!/bin/bash
# Real kernels and static libraries, from Debian's packages: fetch.sh NAME prints where NAME's files
# are, and gets them first when they are not there yet; fetch.sh --list prints the kernels' names,
# --list-libraries the others'. Nothing is installed, and the machine's own apt is only read.
#
#   VMLINUX=path   the file to use for amd64-6.1; nothing is fetched
set -u
cd "$(dirname "$0")/../.." || exit 1
kernels=$PWD/build/kernels
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# NAME, release, architecture, package (a regular expression; its newest version is taken), files
table='
amd64-6.1        bookworm amd64   linux-image-6\.1\.0-[0-9]+-amd64-dbg                vmlinux*
amd64-6.1-cloud  bookworm amd64   linux-image-6\.1\.0-[0-9]+-cloud-amd64-dbg          vmlinux*
amd64-6.1-rt     bookworm amd64   linux-image-6\.1\.0-[0-9]+-rt-amd64-dbg             vmlinux*
amd64-6.12       bookworm amd64   linux-image-6\.12\.[0-9]+\+deb12-amd64-dbg          vmlinux*
amd64-sid        sid      amd64   linux-image-[0-9.]+\+deb[0-9]+-amd64-dbg            vmlinux*
arm64-6.1        bookworm arm64   linux-image-6\.1\.0-[0-9]+-arm64-dbg                vmlinux*
arm64-sid        sid      arm64   linux-image-[0-9.]+\+deb[0-9]+-arm64-dbg            vmlinux*
riscv64-6.12     trixie   riscv64 linux-image-6\.12\.[0-9]+\+deb13-riscv64-dbg        vmlinux*
riscv64-sid      sid      riscv64 linux-image-[0-9.]+\+deb[0-9]+-riscv64-dbg          vmlinux*
loong64-sid      sid      loong64 linux-image-[0-9.]+\+deb[0-9]+-loong64-dbg          vmlinux*
xen-4.17         bookworm amd64   xen-hypervisor-4\.17-amd64-dbg                      xen-syms*
xen-4.17-arm64   bookworm arm64   xen-hypervisor-4\.17-arm64-dbg                      xen-syms*
xen-4.20         trixie   amd64   xen-hypervisor-4\.20-amd64-dbg                      xen-syms*
xen-4.20-arm64   trixie   arm64   xen-hypervisor-4\.20-arm64-dbg                      xen-syms*
mod-amd64-6.1    bookworm amd64   linux-image-6\.1\.0-[0-9]+-amd64-unsigned           *.ko*
mod-amd64-sid    sid      amd64   linux-modules-[0-9.]+\+deb[0-9]+-amd64              *.ko*
mod-arm64-6.1    bookworm arm64   linux-image-6\.1\.0-[0-9]+-arm64-unsigned           *.ko*
mod-arm64-sid    sid      arm64   linux-modules-[0-9.]+\+deb[0-9]+-arm64              *.ko*
mod-riscv64-6.12 trixie   riscv64 linux-image-6\.12\.[0-9]+\+deb13-riscv64            *.ko*
mod-loong64-sid  sid      loong64 linux-modules-[0-9.]+\+deb[0-9]+-loong64            *.ko*
'
libraries='
libc-x86_64      bookworm amd64   libc6-dev                                           *.a
libc-aarch64     bookworm arm64   libc6-dev                                           *.a
libc-riscv64     trixie   riscv64 libc6-dev                                           *.a
libc-loongarch64 sid      loong64 libc6-dev                                           *.a
musl-x86_64      bookworm amd64   musl-dev                                            *.a
musl-aarch64     bookworm arm64   musl-dev                                            *.a
musl-riscv64     trixie   riscv64 musl-dev                                            *.a
musl-loongarch64 sid      loong64 musl-dev                                            *.a
llvm-x86_64      bookworm amd64   llvm-19-dev                                         *.a
llvm-aarch64     bookworm arm64   llvm-19-dev                                         *.a
llvm-riscv64     trixie   riscv64 llvm-19-dev                                         *.a
llvm-loongarch64 sid      loong64 llvm-[0-9]+-dev                                     *.a
'

fail() {
	echo "fetch.sh: $*" >&2
	exit 1
}

# Why it went wrong: apt says so first, and sums up last.
said() { # log
	grep -m 1 '^E:' "$1" || head -n 1 "$1"
}

# An apt of our own, with one release and architecture: the machine's lists and sources stay as they
# are, and a foreign architecture needs no dpkg --add-architecture.
private_apt() { # release architecture
	local dir=$kernels/apt/$1-$2
	local from="deb [arch=$2 signed-by=$keyring] http://deb.debian.org"
	export APT_CONFIG=$dir/apt.conf
	[ -n "$(find "$dir/updated" -mmin -720 2>/dev/null)" ] && return
	[ -r "$keyring" ] || fail "$keyring is missing; install debian-archive-keyring, or set VMLINUX=path"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" || exit 1
	{
		echo "$from/debian $1 main"
		[ "$1" = bookworm ] && echo "$from/debian-security $1-security main"
	} >"$dir/sources.list"
	: >"$dir/status"
	cat >"$APT_CONFIG" <<-END
		Dir::State "$dir";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "-";
		APT::Architecture "$2";
		APT::Architectures { "$2"; };
		APT::Sandbox::User "";
	END
	apt-get -qq -o APT::Update::Error-Mode=any update >"$dir/log" 2>&1 || fail "cannot update $1 for $2: $(said "$dir/log")"
	touch "$dir/updated"
}

newest() { # regular expression of the package's name
	apt-cache pkgnames 2>/dev/null | grep -Ex "$1" | sort -V | tail -n 1
}

# dpkg-deb unpacks only what is wanted: the packages hold every module's debug information too.
unpack() { # package directory pattern
	tmp=$(mktemp -d "$kernels/get.XXXXXX") || exit 1
	trap 'rm -rf "$tmp"' EXIT
	(cd "$tmp" && apt-get -qq download "$1") >"$tmp/log" 2>&1 ||
		fail "cannot download $1: $(said "$tmp/log")"
	mkdir "$tmp/files"
	dpkg-deb --fsys-tarfile "$tmp"/*.deb |
		tar x -C "$tmp/files" --no-same-owner --wildcards "*/$3" 2>"$tmp/log" ||
		fail "cannot unpack $3 of $1: $(said "$tmp/log")"
	find "$tmp/files" -name '*.ko.xz' -exec xz -d {} +
	find "$tmp/files" -name '*.ko.zst' -exec zstd -dq --rm {} +
	find "$tmp/files" \( -name '*.map' -o -name '*.config' -o -type l \) -delete
	mv "$tmp/files" "$2"
}

# A kernel is one file; of modules and archives there are many, and their directory is printed.
show() { # directory pattern
	local files
	case $2 in '*.ko*' | '*.a') echo "$1" && return ;; esac
	files=$(find "$1" -type f -name "$2")
	[ -n "$files" ] || fail "no $2 in $1; remove it, and try again"
	echo "${files%%$'\n'*}"
}

[ $# -eq 1 ] || fail 'name one kernel; --list lists them'
case $1 in
--list) awk 'NF { print $1 }' <<<"$table"; exit ;;
--list-libraries) awk 'NF { print $1 }' <<<"$libraries"; exit ;;
esac
if [ "$1" = amd64-6.1 ] && [ -n "${VMLINUX:-}" ]; then
	[ -r "$VMLINUX" ] || fail "VMLINUX: cannot read $VMLINUX"
	echo "$VMLINUX"
	exit
fi
read -r name release architecture expression pattern < <(awk -v name="$1" '$1 == name' <<<"$table$libraries")
[ -n "${name:-}" ] || fail "no kernel and no library '$1'; --list lists them"
if [ ! -d "$kernels/$name" ]; then
	for program in apt-get apt-cache dpkg-deb; do
		command -v $program >/dev/null || fail "no $program here; set VMLINUX=path"
	done
	mkdir -p "$kernels"
	private_apt "$release" "$architecture"
	package=$(newest "$expression")
	[ -n "$package" ] || fail "$release has no package $expression for $architecture"
	echo "fetch.sh: $package" >&2
	unpack "$package" "$kernels/$name" "$pattern"
fi
show "$kernels/$name" "$pattern"
