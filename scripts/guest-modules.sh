#!/usr/bin/env bash
# Builds the kernel modules that tests need for the arm64 guests: i2c-relay (Tests/Guest/i2c-relay), and gpio-sim
# and i2c-stub, which Debian's kernels are built without.
#
#   scripts/guest-modules.sh      prints the folder with i2c-relay.ko, gpio-simulator.ko and i2c-stub.ko
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"

readonly COMPILER=aarch64-linux-gnu-
relay="$(project_root)/Tests/Guest/i2c-relay"
have "${COMPILER}gcc" || die "${COMPILER}gcc is not here; kernel modules are built with it." \
  "On Debian: apt-get install gcc-aarch64-linux-gnu (scripts/install.sh test)"
sources=$(bash "$(dirname "${BASH_SOURCE[0]}")/guest-fetch.sh" sources)
release=$(cat "$GUEST_ROOT/kernel-arm64/release")
stamp="$release $(cat "$relay/i2c-relay.c" "$relay/Makefile" | cksum)"
folder="$GUEST_ROOT/modules"
guest_lock modules
if [ ! -f "$folder/.complete" ] || [ "$(cat "$folder/.complete")" != "$stamp" ]; then
  rm -rf "$folder"
  mkdir -p "$folder/build"
  cp "$relay/i2c-relay.c" "$relay/Makefile" "$sources"/drivers/gpio/{gpio-sim.c,gpiolib.h} "$sources/drivers/i2c/i2c-stub.c" \
    "$folder/build/"
  # Modules may not reach irq_to_desc; generic_handle_irq finds the descriptor for them.
  sed 's/handle_simple_irq(irq_to_desc(\(.*\)));/generic_handle_irq(\1);/' "$sources/kernel/irq/irq_sim.c" >"$folder/build/irq_sim.c"
  make -C "$sources/usr/src/linux-headers-$release" "M=$folder/build" ARCH=arm64 "CROSS_COMPILE=$COMPILER" \
    "CC=${COMPILER}gcc" modules </dev/null >"$folder/log" 2>&1 || {
    tail -n 20 "$folder/log" >&2
    die "the test modules do not build for kernel $release." "Whole log: $folder/log"
  }
  for module in "$folder"/build/*.ko; do
    "${COMPILER}strip" -g -o "$folder/$(basename "$module")" "$module"
  done
  rm -rf "$folder/build"
  printf '%s' "$stamp" >"$folder/.complete"
fi
printf '%s\n' "$folder"
