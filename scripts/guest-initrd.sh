#!/usr/bin/env bash
# Makes a small first file system for an emulated board: busybox, kernel modules, libraries, programs and an init script.
#
#   scripts/guest-initrd.sh ARCH OUT --init FILE [--modules "NAME ..."] [--extra FILE.ko ...] [--libraries SUITE]
#                           [--copy FROM:TO ...]
#
# ARCH is arm64, armhf or armel. Modules are taken from the fetched kernel with what they depend on; /modules/order in the
# guest names all of them in the order they load in. --libraries brings the C library, libgpiod, libi2c and libsodium
# of a Debian: bookworm or trixie.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"

[ $# -ge 4 ] || die "usage: scripts/guest-initrd.sh ARCH OUT --init FILE [--modules NAMES] [--extra FILE.ko] [--libraries SUITE]" \
  "       [--copy FROM:TO]"
arch=$1
out=$2
shift 2
init="" libraries=""
modules=() extra=() copies=()
while [ $# -gt 0 ]; do
  case "$1" in
    --init) init=$2 && shift ;;
    --modules) read -r -a modules <<<"$2" && shift ;;
    --extra) extra+=("$2") && shift ;;
    --libraries) libraries=$2 && shift ;;
    --copy) copies+=("$2") && shift ;;
    *) die "scripts/guest-initrd.sh does not know '$1'." ;;
  esac
  shift
done
for tool in cpio gzip modprobe; do have "$tool" || die "'$tool' is not here." "On Debian: apt-get install cpio gzip kmod"; done
scripts="$(project_root)/scripts"
kernel=$(bash "$scripts/guest-fetch.sh" kernel "$arch")
busybox=$(bash "$scripts/guest-fetch.sh" busybox "$arch")
release=$(cat "$kernel/release")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree="$work/tree"
mkdir -p "$tree"/{bin,sbin,etc,proc,sys,dev,run,tmp,root,modules,lib,usr/lib,usr/bin}
install -m 755 "$busybox" "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
install -m 755 "$init" "$tree/init"
for name in "${modules[@]}"; do
  # What the kernel has built in needs no file.
  modprobe -d "$kernel" -S "$release" --show-depends "$name" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' >"$work/files"
while read -r file; do
  case "$file" in *.xz | *.zst | *.gz) die "compressed modules are not known here: $file" ;; esac
  cp "$file" "$tree/modules/"
  basename "$file" >>"$tree/modules/order"
done <"$work/files"
touch "$tree/modules/order"
for file in "${extra[@]}"; do
  cp "$file" "$tree/modules/"
done
if [ -n "$libraries" ]; then
  sysroot=$(bash "$scripts/cross-sysroot.sh" "$arch" "$libraries")
  find "$sysroot/usr/lib" -name 'ld-linux*.so.*' -exec cp -L {} "$tree/lib/" \;
  for name in libc.so.6 libm.so.6 libgcc_s.so.1 'libgpiod.so.[23]' libi2c.so.0 libsodium.so.23; do
    file=$(find "$sysroot/usr/lib" -name "$name" -print -quit)
    [ -n "$file" ] || die "the sysroot of $arch has no $name."
    cp -L "$file" "$tree/lib/"
  done
fi
for copy in "${copies[@]}"; do
  mkdir -p "$tree/$(dirname "${copy#*:}")"
  cp -rL "${copy%%:*}" "$tree/${copy#*:}"
done
(cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$out.new"
mv "$out.new" "$out"
