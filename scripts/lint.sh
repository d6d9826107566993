#!/usr/bin/env bash
# Lints: swift-format, the rules of the tree, shellcheck where it is installed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_swift
cd "$(project_root)"

failed=0
swift format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests || failed=1
bash scripts/check-tree.sh || failed=1
if have shellcheck; then
  shellcheck -x -e SC1091 cross-compile.sh .ci/run scripts/*.sh Benchmarks/*.sh || failed=1
else
  note "shellcheck is not installed: the shell scripts were not checked (Debian package shellcheck)"
fi
[ "$failed" -eq 0 ] || die "lint found something (above)."
note "lint: clean"
