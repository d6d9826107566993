#!/usr/bin/env bash
# Prints the Depends of a program for another architecture: the packages of its libraries, each with the oldest version that
# has every symbol the program asks it for. What dpkg-shlibdeps does, from the symbols files of the sysroot's own packages.
#
#   scripts/deb-depends.sh PROGRAM SYSROOT        prints "libc6 (>= 2.34), libgpiod2 (>= 1.5), …", or nothing
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -eq 2 ] || die "usage: scripts/deb-depends.sh PROGRAM SYSROOT"
program=$1
metadata="${2%/}/.packages"
[ -d "$metadata" ] || die "The sysroot $2 has no package data." "Remove it and run ./cross-compile.sh, which fetches it anew."
usr=$(toolchain_usr)
nm=$(find_tool "$usr" llvm-nm nm)
objdump=$(find_tool "$usr" llvm-objdump objdump)

# (llvm-objdump fails at a static program's missing dynamic section.)
mapfile -t needed < <({ "$objdump" -p "$program" 2>/dev/null || true; } | awk '$1 == "NEEDED" { print $2 }')
[ ${#needed[@]} -gt 0 ] || exit 0
undefined=$({ "$nm" -D --undefined-only "$program" 2>/dev/null || true; } | awk '{ sub(/@@/, "@", $NF); print $1, $NF }')

# Every (package, version) that some symbol asks for. A weak symbol may be in no library; a library without a symbols file
# counts with its package alone.
wanted=$(awk -v needed="${needed[*]}" '
  BEGIN { count = split(needed, list, " "); for (i = 1; i <= count; i++) want[list[i]] = 1 }
  FILENAME == "-" {
    name = $2 ~ /@/ ? $2 : $2 "@Base"
    if (name in package_of) print package_of[name], oldest[name]
    else if ($1 == "U") { print "unknown", name; exit }
    next
  }
  /^[^ |*#]/ { soname = $1; package = $2; inside = (soname in want); if (inside) { found[soname] = 1; print package, "0" } }
  /^ / && inside && !($1 in package_of) { package_of[$1] = package; oldest[$1] = $2 }
  END { for (soname in want) if (!(soname in found)) print "missing", soname }
' "$metadata"/*.symbols - <<<"$undefined")

case "$wanted" in
  *unknown\ *) die "No library of the sysroot gives $(sed -n 's/^unknown //p' <<<"$wanted")." ;;
  *missing\ *) die "No package of the sysroot has $(sed -n 's/^missing //p' <<<"$wanted" | head -n 1)." ;;
esac

declare -A version=()
while read -r package oldest; do
  if [ -z "${version[$package]:-}" ] || dpkg --compare-versions "$oldest" gt "${version[$package]}"; then
    version[$package]=$oldest
  fi
done <<<"$wanted"
mapfile -t packages < <(printf '%s\n' "${!version[@]}" | LC_ALL=C sort)
line=""
for package in "${packages[@]}"; do
  line+="${line:+, }$package"
  # Version 0: any.
  [ "${version[$package]}" = 0 ] || line+=" (>= ${version[$package]})"
done
printf '%s\n' "$line"
