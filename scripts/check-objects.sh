#!/usr/bin/env bash
# Refuses objects whose constant arrays the linker may mix up.
#
#   scripts/check-objects.sh FOLDER
#
# Embedded Swift emits a function into every module that uses it. Where a function holds several constant array literals,
# each object numbers its static arrays for itself (…Tv_r, …Tv0_r, …), and the numbers need not agree; the linker keeps one
# object's copy. Such a function must hold one literal, or be used by one module alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ $# -eq 1 ] || die "usage: scripts/check-objects.sh FOLDER"
nm=$(find_tool "$(toolchain_usr)" llvm-nm nm)
[ -n "$nm" ] || die "llvm-nm is missing from the Swift toolchain, and nm from PATH." "Debian package: binutils"
mixed=$(
  find "$1" -name '*.swift.o' -o -name '*.o' | while read -r object; do
    "$nm" "$object" 2>/dev/null | awk '$2 == "V" && $3 ~ /Tv[0-9]+_r$/ { print $3 }' | sort -u
  done | sort | uniq -d
)
[ -z "$mixed" ] || die "Several constant arrays of one function stand in several objects; the linker may mix them up:" "$mixed"
