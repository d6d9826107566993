#!/usr/bin/env bash
# Small emulated Raspberry Pis: the project's programs on the SoC's own I2C controller and GPIO, with Debian's kernels.
#
#   scripts/guest-quick-test.sh raspi3b|raspi2b|raspi0 [bookworm|trixie]
#
# The second word is the Debian whose libraries and programs are tried: libgpiod is 1.6 in bookworm, 2.2 in trixie.
# Needs ./cross-compile.sh for the board. docs/testing.md tells what is tested; the log stays in .build/guest/BOARD.log,
# or BOARD-trixie.log.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"
board=${1:-}
suite=${2:-bookworm}
# ARCH of Debian, of the cross builds, QEMU's program, the device tree, where the SoC's registers lie
case "$board" in
  raspi3b) arch=arm64 cross=aarch64 qemu=aarch64 tree=broadcom/bcm2837-rpi-3-b.dtb registers=0x3f000000 ;;
  raspi2b) arch=armhf cross=armv7 qemu=arm tree=bcm2836-rpi-2-b.dtb registers=0x3f000000 ;;
  raspi0) arch=armel cross=armv6 qemu=arm tree=bcm2835-rpi-zero.dtb registers=0x20000000 ;;
  *) die "usage: scripts/guest-quick-test.sh raspi3b|raspi2b|raspi0 [bookworm|trixie]" ;;
esac
case "$suite" in
  bookworm) programs=$GUEST_PROGRAMS log="$GUEST_ROOT/$board" ;;
  trixie) programs="$GUEST_PROGRAMS/trixie" log="$GUEST_ROOT/$board-trixie" ;;
  *) die "scripts/guest-quick-test.sh knows bookworm and trixie, not '$suite'." ;;
esac
readonly SECONDS_MOST=180
root=$(project_root)
cd "$root"
qemu_bin=$(bash scripts/guest-fetch.sh qemu)
kernel=$(bash scripts/guest-fetch.sh kernel "$arch")

options=(--init Tests/Guest/quick/raspi.sh --copy Tests/Guest/guest.sh:guest.sh
  --copy Tests/Guest/quick/controller.sh:controller.sh
  --modules "i2c-dev i2c-bcm2835 bcm2835_wdt configfs")
[ "$cross" = armv6 ] || options+=(--libraries "$suite")
for program in edged hardware-check; do
  file="$programs/$program-$cross"
  [ -x "$file" ] || die "$program is not built for $cross." "First: ./cross-compile.sh $cross --suite $suite --product $program"
  options+=(--copy "$file:bin/$program")
done
if [ "$arch" = arm64 ]; then
  modules=$(bash scripts/guest-modules.sh)
  options+=(--extra "$modules/gpio-simulator.ko" --extra "$modules/i2c-stub.ko")
fi
if [ "$board" = raspi3b ]; then
  # edged's folder as a workstation would leave it: Tests/Guest/quick/board.toml, signed and pushed by edgesync.
  native=${PROGRAMS:-$(swift build -c release --show-bin-path)}
  for program in edgesync edged; do [ -x "$native/$program" ] || die "$program is not built." "First: make build"; done
  project="$log.project"
  rm -rf "$project"
  "$native/edgesync" init "$project" </dev/null >/dev/null
  "$native/edged" init --state "$project/state" --name raspi3b --trust "$(find "$project" -name '*.pub' -print -quit)" >/dev/null
  mkdir -p "$project/boards/raspi3b"
  cp Tests/Guest/quick/board.toml "$project/boards/raspi3b/"
  printf '\n[[board]]\nname = "raspi3b"\ntransport = "pipe"\ncommand = ["%s", "serve", "--state", "%s"]\n' \
    "$native/edged" "$project/state" >>"$project/edgetwin.toml"
  "$native/edgesync" enroll raspi3b --project "$project" </dev/null >/dev/null
  "$native/edgesync" push raspi3b --description-only --project "$project" </dev/null >/dev/null
  options+=(--copy "$project/state:var/lib/edged" --copy "$project/state/trusted.d:etc/edged/trusted.d")
fi
bash scripts/guest-initrd.sh "$arch" "$log.initrd" "${options[@]}"

# Debian's Pi 3 gives the first serial port to Bluetooth; the second is its console.
console=ttyAMA0 serial=(-serial stdio)
[ "$board" != raspi3b ] || console=ttyS1 serial=(-serial null -serial stdio)
append="console=$console,115200 quiet panic=-1 guest_levels=$(printf '0x%x' $((registers + 0x200034)))"
# Four emulated processors on fewer cores: one that waits for the others spins, and keeps them from running. In turns on one
# thread they let each other go on.
pace=(-accel "tcg,thread=single")
case "$board" in
  # The 32-bit kernel stops all processors to patch itself, which takes them half a minute even so.
  raspi2b) append+=" maxcpus=1" ;;
  # The emulated Zero has no power controller for Debian's driver to find. Its only clock is the SoC's timer, whose next
  # event is set 15 us ahead at the least: where this machine's scheduler steps in between the reading of the counter and
  # the setting, the event is 71 minutes away and the guest sleeps. With -icount the guest's time is that of its
  # instructions, and nothing steps in.
  raspi0)
    append+=" initcall_blacklist=bcm2835_power_driver_init"
    pace=(-icount "shift=3")
    ;;
esac
python3 Tests/Guest/run-guest.py --seconds "$SECONDS_MOST" --log "$log.log" -- \
  "$qemu_bin/qemu-system-$qemu" -M "$board" "${pace[@]}" -display none -no-reboot "${serial[@]}" \
  -kernel "$kernel/vmlinuz" -initrd "$log.initrd" -dtb "$kernel/dtb/$tree" \
  -device tmp105,bus=i2c-bus.1,address=0x48,id=thermometer -device ds1338,bus=i2c-bus.1,address=0x68 \
  -device at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=256 -append "$append"
