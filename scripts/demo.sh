#!/usr/bin/env bash
# Installs what is missing, builds, and walks the whole loop through once: edgesync demo. Arguments go to it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_swift
cd "$(project_root)"
bash scripts/install.sh build
bash scripts/build.sh >&2
bin=$(swift build -c release --show-bin-path)
say "edgesync demo $*"
exec "$bin/edgesync" demo "$@"
