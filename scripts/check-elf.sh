#!/usr/bin/env bash
# Refuses a board program that would not load, or would not be what it is called.
#
#   scripts/check-elf.sh FILE aarch64|armv7|armv6|x86_64 SYSROOT      SYSROOT is / for the native build
#
# Checks the machine and float ABI, the kind of link, text relocations, every undefined symbol and the size.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -eq 3 ] || die "usage: scripts/check-elf.sh FILE aarch64|armv7|armv6|x86_64 SYSROOT"
file=$1
board=$2
sysroot=${3%/}
readonly MOST_BYTES_AARCH64=$((512 * 1024))

usr=$(toolchain_usr)
nm=$(find_tool "$usr" llvm-nm nm)
objdump=$(find_tool "$usr" llvm-objdump objdump)
if [ -z "$nm" ] || [ -z "$objdump" ]; then
  die "llvm-nm and llvm-objdump are missing from the Swift toolchain, and nm and objdump from PATH." \
    "Debian package: binutils-multiarch"
fi

number_at() { od -An -t "u$2" -j "$1" -N "$2" "$file" | tr -d ' '; }
[ "$(od -An -t x1 -N 4 "$file" | tr -d ' ')" = 7f454c46 ] || die "$file is not an ELF file."
bits=$(($(number_at 4 1) * 32))
kind=$(number_at 16 2)
machine=$(number_at 18 2)
flags=0
[ "$bits" = 64 ] || flags=$(number_at 36 4)
case "$board" in
  aarch64) want="64 183 3" ;;
  armv7 | armv6) want="32 40 $([ "$board" = armv7 ] && echo 3 || echo 2)" ;;
  x86_64) want="64 62 3" ;;
  *) die "unknown board '$board'" ;;
esac
[ "$bits $machine $kind" = "$want" ] || die "$file is not a program for $board: bits, machine, kind are '$bits $machine $kind'," \
  "'$want' is wanted (183 aarch64, 40 arm, 62 x86-64; kind 3 position-independent, 2 fixed)."
float=$((flags & 0x600))
case "$board $float" in
  armv7\ 1024 | armv6\ 512 | armv6\ 0 | aarch64\ 0 | x86_64\ 0) ;;
  *) die "$file has the wrong float ABI for $board (ELF flags $flags): armv7 is hard-float (0x400), armv6 soft (0x200)." ;;
esac

dynamic=$("$objdump" -p "$file" 2>/dev/null)
if grep -q -w TEXTREL <<<"$dynamic"; then
  die "$file has text relocations (DT_TEXTREL): some object was not built position-independent."
fi
mapfile -t needed < <(awk '$1 == "NEEDED" { print $2 }' <<<"$dynamic")
mapfile -t undefined < <("$nm" -D --undefined-only "$file" 2>/dev/null | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' | sort -u)

if [ "$board" = armv6 ]; then
  [ ${#needed[@]} -eq 0 ] || die "$file should be static and needs: ${needed[*]}"
else
  libraries=()
  for name in "${needed[@]}" ld-linux-aarch64.so.1 ld-linux-armhf.so.3 ld-linux-x86-64.so.2; do
    path=$(find "$sysroot"/lib "$sysroot"/lib64 "$sysroot"/usr/lib -maxdepth 2 -name "$name" -print -quit 2>/dev/null || true)
    case "$path:$name" in
      :ld-linux-*) ;;
      :*) die "$file needs $name, which the sysroot does not hold." "Looked in: ${sysroot:-/}" ;;
      *) libraries+=("$path") ;;
    esac
  done
  mapfile -t missing < <(comm -23 <(printf '%s\n' "${undefined[@]}" | sed '/^$/d' | sort -u) \
    <("$nm" -D --defined-only "${libraries[@]}" 2>/dev/null | awk 'NF >= 2 { sub(/@.*/, "", $NF); print $NF }' | sort -u))
  [ ${#missing[@]} -eq 0 ] || die "$file has symbols no library of the sysroot provides:" "${missing[@]}"
fi

size=$(stat -c %s "$file")
if [ "$board" = aarch64 ] && [ "$size" -gt "$MOST_BYTES_AARCH64" ]; then
  die "$file is $size bytes; the board's limit is $MOST_BYTES_AARCH64." \
    "Look for String comparison, hashing or sorting (unicode tables), printing of floats, and generics specialised often."
fi
