#!/bin/sh
# First process of the small Raspberry Pi guests: the chip's own I2C controller and GPIO, with Debian's kernel and drivers.
# On the emulated bus 1: a TMP105 at 0x48, a DS1338 clock at 0x68, a 256-byte AT24C at 0x50; nobody at 0x49.
# shellcheck shell=sh
. /guest.sh
stty -echo </dev/console
load_all
wait_for /dev/i2c-1
say "$(uname -mr), $(tr -d '\0' </proc/device-tree/model)"
level_register=$(sed -n 's/.*guest_levels=\(0x[0-9a-f]*\).*/\1/p' /proc/cmdline)

# Without the project's programs first: what the emulated hardware is has to be beyond doubt.
host set /machine/peripheral/thermometer temperature 42500
check_equal "TMP105 reads what the host set" "0x2a 0x80" i2ctransfer -y 1 w1@0x48 0x00 r2
check_equal "AT24C keeps a byte" "0x5a" sh -c 'i2ctransfer -y 1 w2@0x50 0x10 0x5a && sleep 0.1 && i2ctransfer -y 1 w1@0x50 0x10 r1'
check_fails "nobody at 0x49" "" i2ctransfer -y 1 w1@0x49 0x00 r2
if [ -x /bin/hardware-check ]; then
  :
fi
say "levels $(host peek "$level_register")"
finish
