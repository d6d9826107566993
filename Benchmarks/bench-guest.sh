#!/usr/bin/env bash
# Figures of the loop on real kernel devices in an emulated board: our loop against a C loop with the same transfers and
# against Python (smbus2, numpy), start to first step, resident memory. Writes .build/figures/bench-guest.json.
#
#   Benchmarks/bench-guest.sh
#
# Needs what scripts/guest-image.sh needs. docs/benchmarks.md tells how each figure is taken.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/guest-lib.sh"
root=$(project_root)
cd "$root"
programs=${PROGRAMS:-$(swift build -c release --show-bin-path)}
qemu_bin=$(bash scripts/guest-fetch.sh qemu)
bash scripts/make-image.sh --base

# The peers: the C loop, and Python with its two packages, unpacked without being set up.
peers="$GUEST_ROOT/peers"
if [ ! -f "$peers/.complete" ]; then
  say "peers: Python, smbus2 and numpy for arm64"
  rm -rf "$peers"
  mkdir -p "$peers/usr/local/lib/peers" "$GUEST_ROOT/apt-peers"
  tar -xOf "$GUEST_ROOT/system-arm64.tar" ./var/lib/dpkg/status >"$GUEST_ROOT/apt-peers/installed"
  conf=$(guest_apt peers "$GUEST_ROOT/apt-peers/installed" arm64)
  apt-get -q -y -c "$conf" -o APT::Architecture=arm64 -o Debug::NoLocking=true install --download-only \
    --no-install-recommends python3-smbus2 python3-numpy </dev/null >"$peers.log" 2>&1 || {
    tail -n 20 "$peers.log" >&2
    die "apt could not fetch the Python peers." "Log: $peers.log"
  }
  for deb in "$GUEST_ROOT/apt-peers/cache/archives"/*.deb; do dpkg -x "$deb" "$peers"; done
  rm -rf "$GUEST_ROOT/apt-peers/cache/archives" "$peers"/usr/share/{doc,man,locale}
  : >"$peers/.complete"
fi
sysroot=$(bash scripts/cross-sysroot.sh arm64)
clang="$(toolchain_usr)/bin/clang"
[ -x "$clang" ] || clang=clang
"$clang" --target=aarch64-unknown-linux-gnu "--sysroot=$sysroot" -fuse-ld=lld -O2 -o "$peers/usr/local/lib/peers/loop" Benchmarks/guest-peers/loop.c
cp Benchmarks/guest-peers/loop.py "$peers/usr/local/lib/peers/"

bash scripts/guest-image.sh bench11 11 1 "$peers" combi
bash scripts/guest-image.sh bench32 32
figures() {
  python3 Benchmarks/guest_figures.py --edgesync "$programs/edgesync" --work "$GUEST_ROOT/bench$1" --qemu-bin "$qemu_bin" \
    --nodes "$1" "${@:2}"
}
rm -f .build/figures/bench-guest.json
failed=0
figures 11 --peers || failed=1
figures 32 || failed=1
exit "$failed"
