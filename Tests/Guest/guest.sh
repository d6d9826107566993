# For the init scripts of small guests: sourced by busybox's sh as process 1. What is printed is read by run-guest.py.
#   ok - what            a check that held
#   FAIL - what          one that did not
#   @host what ...       asks run-guest.py for something; its answer comes on the console
#   DONE n               the end; n checks failed
# shellcheck shell=sh

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
failures=0

say() { echo "guest: $*"; }
ok() { echo "ok - $*"; }
fail() {
  echo "FAIL - $*"
  failures=$((failures + 1))
}
# check WHAT COMMAND...: the command must succeed.
check() {
  checked=$1
  shift
  if output=$("$@" 2>&1); then ok "$checked"; else fail "$checked: '$*' ended with $?: $output"; fi
}
# check_fails WHAT WORDS COMMAND...: the command must fail and its output contain the words.
check_fails() {
  checked=$1
  words=$2
  shift 2
  if output=$("$@" 2>&1); then
    fail "$checked: '$*' succeeded: $output"
  else
    case "$output" in
      *"$words"*) ok "$checked" ;;
      *) fail "$checked: '$*' said: $output; wanted: $words" ;;
    esac
  fi
}
# check_equal WHAT WANTED COMMAND...: the command's output must be this.
check_equal() {
  checked=$1
  wanted=$2
  shift 2
  output=$("$@" 2>&1)
  if [ "$output" = "$wanted" ]; then ok "$checked"; else fail "$checked: '$output' where '$wanted' is wanted"; fi
}
# run_checks WHAT COMMAND...: a program that prints "ok ..." and "FAIL ..." itself, and ends with 0 when all held.
run_checks() {
  checked=$1
  shift
  "$@" || fail "$checked: '$*' ended with $?"
}
# host WHAT ...: run-guest.py does it and answers one line, which is printed.
host() {
  echo "@host $*" >/dev/console
  read -r answer </dev/console
  echo "$answer"
}
# load MODULE [PARAMETER=VALUE ...]
load() {
  loaded=$1
  shift
  insmod "/modules/$loaded.ko" "$@" || fail "module $loaded does not load"
}
load_all() {
  while read -r module; do insmod "/modules/$module" || fail "module $module does not load"; done </modules/order
}
# wait_for PATH: up to 5 s
wait_for() {
  tries=50
  while [ ! -e "$1" ] && [ "$tries" -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
  done
  [ -e "$1" ] || fail "$1 does not appear"
}
# A gpio-sim chip: gpio_sim LABEL LINES [LINE-NAME ...]; its pulls and values are files in $simulated then (exported).
gpio_sim() {
  [ -d /sys/kernel/config/gpio-sim ] || mount -t configfs none /sys/kernel/config
  chip=/sys/kernel/config/gpio-sim/$1
  mkdir -p "$chip/bank0"
  echo "$1" >"$chip/bank0/label"
  echo "$2" >"$chip/bank0/num_lines"
  shift 2
  line=0
  for name in "$@"; do
    mkdir -p "$chip/bank0/line$line"
    echo "$name" >"$chip/bank0/line$line/name"
    line=$((line + 1))
  done
  echo 1 >"$chip/live"
  simulated="/sys/devices/platform/$(cat "$chip/dev_name")/$(cat "$chip/bank0/chip_name")"
  export simulated
}
finish() {
  say "up $(cut -d' ' -f1 /proc/uptime) s"
  echo "DONE $failures"
  sync
  # With a watchdog the Raspberry Pis restart, which ends QEMU; the machine `virt` powers off.
  reboot -f || poweroff -f
}
