#!/usr/bin/env bash
# Makes what a test with a whole emulated board needs: a project whose board is the board in QEMU, and the board's image,
# with the package of edged and a virtual bench behind /dev/i2c-0.
#
#   scripts/guest-image.sh NAME NODES [STEP-US] [OVERLAY] [combi]
#
# In .build/guest/NAME: project, board.img, key, known_hosts, port. Tests/Guest/system/prepare_project.py tells of `combi`.
# Needs `make build` and ./cross-compile.sh aarch64, also with --product bench-server. PROGRAMS names another folder of
# edgesync and edged than the native build's.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"
[ $# -ge 2 ] || die "usage: scripts/guest-image.sh NAME NODES [STEP-US] [OVERLAY] [combi]"
root=$(project_root)
cd "$root"
programs=${PROGRAMS:-$(swift build -c release --show-bin-path)}
for program in edgesync edged; do [ -x "$programs/$program" ] || die "$program is not built." "First: make build"; done
package=$(find "$GUEST_PROGRAMS" -maxdepth 1 -name 'edged_*_arm64.deb' -print -quit)
[ -n "$package" ] || die "the package of edged for arm64 is not built." "First: ./cross-compile.sh aarch64"
server="$GUEST_PROGRAMS/bench-server-aarch64"
[ -x "$server" ] || die "bench-server is not built." "First: ./cross-compile.sh aarch64 --product bench-server"
modules=$(bash scripts/guest-modules.sh)

work="$GUEST_ROOT/$1"
rm -rf "$work"
mkdir -p "$work/overlay"
ssh-keygen -q -t ed25519 -N '' -f "$work/key" </dev/null

# The bench is a virtual board's; the board itself has it behind /dev/i2c-0 and is reached by ssh.
project="$work/project"
"$programs/edgesync" init "$project" --virtual "$2" --bench-seed 11 --edged "$programs/edged" </dev/null >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cp "$project/boards/virtual/state/bench.bin" "$work/bench.bin"
python3 Tests/Guest/system/prepare_project.py "$project" "$port" "$work/key" "$work/known_hosts" "${3:-20000}" ${5:+"$5"}

overlay="$work/overlay"
units=Tests/Guest/system/units
install -D -m 755 "$server" "$overlay/usr/local/bin/bench-server"
install -D -m 755 "$units/prepare" "$overlay/usr/local/lib/bench/prepare"
install -D -m 644 "$units/bench-server.service" "$overlay/etc/systemd/system/bench-server.service"
install -D -m 644 "$work/bench.bin" "$overlay/var/lib/bench/bench.bin"
mkdir -p "$overlay/etc/systemd/system/multi-user.target.wants" "$overlay/etc/modprobe.d" "$overlay/etc/modules-load.d"
ln -s ../bench-server.service "$overlay/etc/systemd/system/multi-user.target.wants/bench-server.service"
printf 'i2c-relay\ngpio-simulator\n' >"$overlay/etc/modules-load.d/bench.conf"
printf 'options i2c-relay clock_hz=400000\n' >"$overlay/etc/modprobe.d/bench.conf"

bash scripts/make-image.sh --out "$work/board.img" --host guest \
  --board-id "$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')" --key "$work/key.pub" --admin-key "$work/key.pub" \
  --package "$package" --trust "$(find "$project" -name '*.pub' -print -quit)" --overlay "$overlay" ${4:+--overlay "$4"} \
  --modules "$modules" >/dev/null
sed "s/^guest /[127.0.0.1]:$port /" "$work/board.img.known_hosts" >"$work/known_hosts"
printf '%s\n' "$port" >"$work/port"
rm -rf "$project/boards/guest/state"
