#!/usr/bin/env bash
# Cross-builds the programs emulated boards are tried with.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$(project_root)"
./cross-compile.sh aarch64 armv7 armv6 --product hardware-check
./cross-compile.sh aarch64 --product hardware-check --suite trixie
./cross-compile.sh aarch64 --product bench-server
