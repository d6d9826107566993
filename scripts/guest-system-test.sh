#!/usr/bin/env bash
# The whole system: a Debian image with the package of edged boots in QEMU, and edgesync works with it over OpenSSH while
# its I2C transfers are answered by a virtual bench; then its power is cut. docs/testing.md tells what is checked.
#
#   scripts/guest-system-test.sh [--cuts N] [--seed N]
#
# Needs `make build` and ./cross-compile.sh aarch64, also with --product bench-server. PROGRAMS names another folder of
# edgesync and edged. Everything lies in .build/guest/system; the consoles' logs stay there.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"
root=$(project_root)
cd "$root"
programs=${PROGRAMS:-$(swift build -c release --show-bin-path)}
for program in edgesync edged; do [ -x "$programs/$program" ] || die "$program is not built." "First: make build"; done
package=$(find "$GUEST_PROGRAMS" -name 'edged_*_arm64.deb' ! -name '*deb13*' -print -quit)
[ -n "$package" ] || die "the package of edged for arm64 is not built." "First: ./cross-compile.sh aarch64"
server="$GUEST_PROGRAMS/bench-server-aarch64"
[ -x "$server" ] || die "bench-server is not built." "First: ./cross-compile.sh aarch64 --product bench-server"
qemu_bin=$(bash scripts/guest-fetch.sh qemu)
modules=$(bash scripts/guest-modules.sh)

work="$GUEST_ROOT/system"
rm -rf "$work"
mkdir -p "$work/overlay"
ssh-keygen -q -t ed25519 -N '' -f "$work/key" </dev/null

# The bench is a virtual board's; the board itself has it behind /dev/i2c-0 and is reached by ssh.
project="$work/project"
"$programs/edgesync" init "$project" --virtual 6 --bench-seed 11 --edged "$programs/edged" </dev/null >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python3 Tests/Guest/system/prepare_project.py "$project" "$port" "$work/key" "$work/known_hosts"

overlay="$work/overlay"
install -D -m 755 "$server" "$overlay/usr/local/bin/bench-server"
install -D -m 755 Tests/Guest/system/units/prepare "$overlay/usr/local/lib/bench/prepare"
install -D -m 644 Tests/Guest/system/units/bench-server.service "$overlay/etc/systemd/system/bench-server.service"
install -D -m 644 "$project/boards/virtual/state/bench.bin" "$overlay/var/lib/bench/bench.bin"
mkdir -p "$overlay/etc/systemd/system/multi-user.target.wants" "$overlay/etc/modprobe.d" "$overlay/etc/modules-load.d"
ln -s ../bench-server.service "$overlay/etc/systemd/system/multi-user.target.wants/bench-server.service"
printf 'i2c-relay\ngpio-simulator\n' >"$overlay/etc/modules-load.d/bench.conf"
printf 'options i2c-relay clock_hz=400000\n' >"$overlay/etc/modprobe.d/bench.conf"

bash scripts/make-image.sh --out "$work/board.img" --host guest --key "$work/key.pub" --admin-key "$work/key.pub" \
  --package "$package" --trust "$(find "$project" -name '*.pub' -print -quit)" --overlay "$overlay" --modules "$modules" >/dev/null
sed "s/^guest /[127.0.0.1]:$port /" "$work/board.img.known_hosts" >"$work/known_hosts"
rm -rf "$project/boards/virtual/state"
python3 Tests/Guest/system/system_test.py --edgesync "$programs/edgesync" --project "$project" --image "$work/board.img" \
  --qemu-bin "$qemu_bin" --key "$work/key" --folder "$work" --port "$port" "$@"
