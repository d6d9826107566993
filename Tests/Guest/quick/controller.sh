# For the small Raspberry Pis, sourced by raspi.sh: what is done to the I2C controller itself.
# shellcheck shell=sh

# Its pins as GPIO, and back: nothing is done where they could not be given back. On the emulated pins, which have no
# pull-ups, SCL is low.
functions() { grep -E '^pin [23] ' /sys/kernel/debug/pinctrl/*.gpio-pinctrl-bcm2835/pins; }
check_fails "pins that could not be given back are left alone" "left alone" \
  hardware-check clear /dev/i2c-1 pinctrl-bcm2835 3 2
mount -t debugfs debug /sys/kernel/debug
before=$(functions)
run_checks "bus clear" hardware-check clear /dev/i2c-1 pinctrl-bcm2835 3 2
check_equal "the pins are the controller's as before" "$before" functions
case "$before" in *alt0*alt0*) ;; *) fail "the pins were not the controller's: $before" ;; esac

# The kernel's driver is taken away while it is in use, as unplugging does.
device=$(basename "$(readlink -f /sys/class/i2c-dev/i2c-1/device/..)")
run_checks "an adapter that goes and comes back" hardware-check rebind /dev/i2c-1 \
  /sys/bus/platform/drivers/i2c-bcm2835 "$device" tmp105=0x48
