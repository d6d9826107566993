#!/usr/bin/env bash
# The whole system: a Debian image with the package of edged boots in QEMU, and edgesync works with it over OpenSSH while
# its I2C transfers are answered by a virtual bench; then its power is cut. docs/testing.md tells what is checked.
#
#   scripts/guest-system-test.sh [--cuts N] [--seed N]
#
# What it needs: scripts/guest-image.sh. Everything lies in .build/guest/system; the consoles' logs stay there.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"
cd "$(project_root)"
programs=${PROGRAMS:-$(swift build -c release --show-bin-path)}
qemu_bin=$(bash scripts/guest-fetch.sh qemu)
bash scripts/guest-image.sh system 6
work="$GUEST_ROOT/system"
python3 Tests/Guest/system/system_test.py --edgesync "$programs/edgesync" --project "$work/project" \
  --image "$work/board.img" --qemu-bin "$qemu_bin" --key "$work/key" --folder "$work" --port "$(cat "$work/port")" "$@"
