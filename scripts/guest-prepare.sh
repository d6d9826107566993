#!/usr/bin/env bash
# Fetches and makes everything emulated boards start from: QEMU, kernels, busybox, test modules, a Debian system. What is
# there already is left as it is; of two that run at once, one waits for the other.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$(project_root)"
bash scripts/guest-fetch.sh qemu >/dev/null
for arch in arm64 armhf armel; do
  bash scripts/guest-fetch.sh kernel "$arch" >/dev/null
  bash scripts/guest-fetch.sh busybox "$arch" >/dev/null
done
bash scripts/guest-modules.sh >/dev/null
bash scripts/make-image.sh --base
