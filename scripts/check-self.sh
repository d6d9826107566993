#!/usr/bin/env bash
# Refuses a 32-bit ARM program in which a Swift function moves r10 on without having saved it.
#
#   scripts/check-self.sh PROGRAM      with its symbols, not stripped
#
# Swift passes `self` to methods in r10 and callers count on finding it there afterwards; cross-sdk.sh tells which pass of
# the compiler breaks that, and that it is off. What is looked for: `r10!`, or `[r10], …`, after no push of r10.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ $# -eq 1 ] || die "usage: scripts/check-self.sh PROGRAM"
objdump=$(find_tool "$(toolchain_usr)" llvm-objdump objdump)
[ -n "$objdump" ] || die "llvm-objdump is missing from the Swift toolchain, and objdump from PATH." \
  "Debian package: binutils-multiarch"
report=$("$objdump" -d --no-show-raw-insn "$1" | awk '
  /^[0-9a-f]+ <.*>:$/ { swift = $2 ~ /^<\$/; saved = 0; name = $2; functions += swift; next }
  !swift { next }
  /(push|stmdb)[^{]*\{[^}]*r10/ { saved = 1 }
  !saved && /r10!|\[r10[^]]*\]!|\[r10\], / { print name, $0 }
  END { print functions + 0 }')
functions=${report##*$'\n'}
[ "$functions" -gt 0 ] || die "No Swift function is to be seen in $1: is it stripped?"
[ "$report" = "$functions" ] || die "These functions of $1 do not leave r10 (self) as it was:" "${report%$'\n'*}"
