#!/usr/bin/env bash
# Fetches what emulated boards are made of, through this machine's apt sources, into .build/guest. Nothing is installed.
#
#   scripts/guest-fetch.sh qemu                  a QEMU with the Raspberry Pis' I2C controllers; prints its bin folder
#   scripts/guest-fetch.sh kernel arm64|armhf|armel    Debian's kernel for that architecture; prints its folder, with
#                                                vmlinuz, release, lib/modules and dtb (device trees)
#   scripts/guest-fetch.sh busybox arm64|armhf|armel   a static busybox; prints its path
#   scripts/guest-fetch.sh sources               what out-of-tree modules for the arm64 kernel need; prints the folder
#
# A second run fetches nothing. `make clean` throws all of it away.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"

# QEMU 9 is the first whose Raspberry Pis have the I2C controllers; Debian 12 has it in its backports.
readonly QEMU_WANTED=9

usage() { die "usage: scripts/guest-fetch.sh qemu|kernel|busybox|sources [arm64|armhf|armel]"; }
flavour() {
  case "$1" in
    arm64) echo arm64 ;;
    armhf) echo armmp ;;
    armel) echo rpi ;;
    *) usage ;;
  esac
}
boards_apt() { guest_apt boards "" arm64 armhf armel; }
once() { guest_lock "$1"; [ ! -f "$GUEST_ROOT/$1/.complete" ]; }

fetch_qemu() {
  local version
  version=$(qemu-system-aarch64 --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p' | head -n 1 || true)
  if [ "${version:-0}" -ge "$QEMU_WANTED" ] && have qemu-system-arm && have qemu-img; then
    dirname "$(command -v qemu-system-aarch64)"
    return
  fi
  local folder="$GUEST_ROOT/qemu" conf deb program
  if once qemu; then
    say "QEMU from the backports of $GUEST_SUITE (not installed: it stays under .build)" >&2
    # Against the machine's own list of what is installed, so that only what is missing is fetched.
    conf=$(guest_apt machine /var/lib/dpkg/status)
    rm -rf "$folder" "$GUEST_ROOT/apt-machine/cache/archives"
    mkdir -p "$folder/bin" "$GUEST_ROOT/apt-machine/cache/archives/partial"
    if ! apt-get -q -y -c "$conf" -o Debug::NoLocking=true install --download-only --no-install-recommends \
      -t "$GUEST_SUITE-backports" qemu-system-arm qemu-utils </dev/null >"$GUEST_ROOT/qemu.log" 2>&1; then
      tail -n 20 "$GUEST_ROOT/qemu.log" >&2
      die "apt could not fetch QEMU $QEMU_WANTED or later (qemu-system-arm of $GUEST_SUITE-backports)." \
        "Where qemu-system-aarch64 of that age is on PATH, it is used." "Log: $GUEST_ROOT/qemu.log"
    fi
    for deb in "$GUEST_ROOT/apt-machine/cache/archives"/*.deb; do dpkg -x "$deb" "$folder"; done
    rm -rf "$GUEST_ROOT/apt-machine/cache/archives" "$folder/usr/share/doc" "$folder/usr/share/man"
    for program in qemu-system-aarch64 qemu-system-arm qemu-img; do
      [ -x "$folder/usr/bin/$program" ] || die "$program is not among the packages fetched for QEMU." "$GUEST_ROOT/qemu.log"
      cat >"$folder/bin/$program" <<'WRAPPER'
#!/usr/bin/env bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
libraries=("$root"/usr/lib/*-linux-gnu "$root"/lib/*-linux-gnu)
printf -v joined '%s:' "${libraries[@]}"
export LD_LIBRARY_PATH="$joined${LD_LIBRARY_PATH:-}"
program=$(basename "$0")
case "$program" in
  qemu-img) exec "$root/usr/bin/$program" "$@" ;;
  *) exec "$root/usr/bin/$program" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@" ;;
esac
WRAPPER
      chmod +x "$folder/bin/$program"
    done
    "$folder/bin/qemu-system-aarch64" --version >/dev/null || die "The QEMU that was fetched does not start."
    : >"$folder/.complete"
  fi
  printf '%s\n' "$folder/bin"
}

fetch_kernel() {
  local arch=$1 name="kernel-$1" folder="$GUEST_ROOT/kernel-$1" conf release
  if once "$name"; then
    conf=$(boards_apt)
    release=$(guest_kernel_release "$conf" "$arch" "$(flavour "$arch")")
    say "kernel $release of $arch"
    guest_unpack "$conf" "$folder" "linux-image-$release:$arch"
    ln -s "boot/vmlinuz-$release" "$folder/vmlinuz"
    [ ! -d "$folder/usr/lib/linux-image-$release" ] || ln -s "usr/lib/linux-image-$release" "$folder/dtb"
    printf '%s\n' "$release" >"$folder/release"
    have depmod && depmod -b "$folder" "$release"
    : >"$folder/.complete"
  fi
  printf '%s\n' "$folder"
}

fetch_busybox() {
  local arch=$1 name="busybox-$1" folder="$GUEST_ROOT/busybox-$1"
  flavour "$arch" >/dev/null
  if once "$name"; then
    guest_unpack "$(boards_apt)" "$folder" "busybox-static:$arch"
    : >"$folder/.complete"
  fi
  printf '%s\n' "$folder/bin/busybox"
}

# Headers of exactly the fetched kernel, and the few source files Debian leaves unbuilt. The kernel's sources are not kept
# in this project: they are taken from Debian's package when modules are built.
fetch_sources() {
  local folder="$GUEST_ROOT/sources" conf release version
  fetch_kernel arm64 >/dev/null
  if once sources; then
    conf=$(boards_apt)
    release=$(cat "$GUEST_ROOT/kernel-arm64/release")
    version=${release%%.*}.$(cut -d. -f2 <<<"$release")
    say "headers and sources of kernel $release"
    guest_unpack "$conf" "$folder" "linux-headers-$release:arm64" "linux-headers-${release%-*}-common" \
      "linux-kbuild-$version:$(dpkg --print-architecture)" "linux-source-$version"
    tar -C "$folder" -xJf "$folder/usr/src/linux-source-$version.tar.xz" --strip-components=1 \
      "linux-source-$version/drivers/gpio/gpio-sim.c" "linux-source-$version/drivers/gpio/gpiolib.h" \
      "linux-source-$version/drivers/i2c/i2c-stub.c" "linux-source-$version/kernel/irq/irq_sim.c"
    rm "$folder/usr/src/linux-source-$version.tar.xz"
    sed -i "s#include /usr/src/#include $folder/usr/src/#" "$folder/usr/src/linux-headers-$release/Makefile"
    : >"$folder/.complete"
  fi
  printf '%s\n' "$folder"
}

mkdir -p "$GUEST_ROOT"
case "${1:-}" in
  qemu) fetch_qemu ;;
  kernel) fetch_kernel "${2:-}" ;;
  busybox) fetch_busybox "${2:-}" ;;
  sources) fetch_sources ;;
  *) usage ;;
esac
