#!/usr/bin/env bash
# Builds the twin step's benchmark as Embedded Swift for x86-64.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
cd "$(project_root)"
need_swift
swift build -c release --scratch-path .build/cross/build-x86_64 --product twinstep-bench -Xswiftc -Osize \
  --toolset "$(bash scripts/cross-sdk.sh x86_64)"
