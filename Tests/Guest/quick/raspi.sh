#!/bin/sh
# First process of the small Raspberry Pi guests: the chip's own I2C controller and GPIO, with Debian's kernel and drivers.
# On the emulated bus 1: a TMP105 at 0x48, a DS1338 clock at 0x68, a 256-byte AT24C at 0x50; nobody at 0x23 and 0x49.
# shellcheck shell=sh
. /guest.sh
stty -echo </dev/console
load_all
wait_for /dev/i2c-1
say "$(uname -mr), $(tr -d '\0' </proc/device-tree/model)"
level_register=$(sed -n 's/.*guest_levels=\(0x[0-9a-f]*\).*/\1/p' /proc/cmdline)

# Without the project's programs first: what the emulated hardware is has to be beyond doubt.
host set /machine/peripheral/thermometer temperature 42500
check_equal "the thermometer reads what was set from outside" "0x2a 0x80" i2ctransfer -y 1 w1@0x48 0x00 r2
check_fails "nobody at 0x49" "" i2ctransfer -y 1 w1@0x49 0x00 r2

run_checks "I2C" hardware-check i2c /dev/i2c-1 tmp105=0x48 millicelsius=42500 ds1338=0x68 at24c=0x50 missing=0x23
host set /machine/peripheral/thermometer temperature -25500
run_checks "I2C below zero" hardware-check i2c /dev/i2c-1 tmp105=0x48 millicelsius=-25500
run_checks "GPIO" hardware-check gpio pinctrl-bcm2835 first=20

# Levels as they are on the pins, seen from outside the guest; line 17 is bit 17.
for level in 1 0 1; do
  : >/run/hold
  hardware-check hold pinctrl-bcm2835 17 "$level" 600 >/run/hold &
  holder=$!
  tries=100
  until grep -q HELD /run/hold || [ "$tries" -eq 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
  done
  seen=$(host peek "$level_register")
  if [ $((seen >> 17 & 1)) -eq "$level" ] && grep -q HELD /run/hold; then
    ok "line 17 at $level is seen from outside: $seen"
  else
    fail "line 17 at $level is not seen from outside: $seen, $(cat /run/hold)"
  fi
  kill "$holder"
  wait "$holder"
done

. /controller.sh

# What the kernels of 64-bit boards get besides: lines whose inputs can be moved, a controller that knows SMBus alone.
if [ -e /modules/gpio-simulator.ko ]; then
  load gpio-simulator
  load i2c-stub chip_addr=0x1c
  simulated=""
  gpio_sim simulated 8
  run_checks "simulated lines" hardware-check gpio simulated sim="$simulated"
  stub=$(grep -l 'SMBus stub' /sys/class/i2c-dev/i2c-*/name | sed 's|.*/\(i2c-[0-9]*\)/name|\1|')
  wait_for "/dev/$stub"
  run_checks "SMBus" hardware-check smbus "/dev/$stub" stub=0x1c
fi

# edged itself, with a description that names a thermometer, lines, and a chip that is not there.
# seen BIT: the level of a line as it is from outside
seen() { echo $(($(host peek "$level_register") >> $1 & 1)); }
if [ -e /var/lib/edged ]; then
  check "edged tells what it runs" edged status
  check_fails "edged safe tells of the chip that does not answer" "1 chip" edged safe
  check_fails "edged doctor finds the chip that is not there" gone edged doctor
  echo "$output" | sed 's/^/doctor: /'
  edged daemon 2>/run/daemon.log &
  daemon=$!
  tries=100
  until grep -q "is served" /run/daemon.log || [ "$tries" -eq 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
  done
  check "edged daemon serves the board" grep "is served" /run/daemon.log
  check_equal "the drive's line has its safe level" 1 seen 17
  check_equal "the supply's line has its safe level" 0 seen 27
  kill "$daemon"
  if wait "$daemon"; then ok "edged daemon ends in order"; else fail "edged daemon ended with $?"; fi
  cat /run/daemon.log
fi
finish
