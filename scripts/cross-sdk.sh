#!/usr/bin/env bash
# Makes the Swift SDK bundle for one board: Embedded Swift linked with the sysroot's glibc, libgpiod, libi2c and libsodium.
#
#   scripts/cross-sdk.sh aarch64|armv7|armv6 SYSROOT     prints "SDKS-FOLDER SDK-NAME SWIFT-TRIPLE"
#   scripts/cross-sdk.sh x86_64                          prints "TOOLSET-FILE"
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

board=${1:-}
sysroot=${2:-}
cross="$(project_root)/.build/cross"
usr=$(toolchain_usr)
embedded="$usr/lib/swift/embedded"

# What every board shares. No fused multiply-add and no reassociation: runs replay bit for bit on every machine.
swift_options=(-enable-experimental-feature Embedded -wmo -Xfrontend -function-sections -Xfrontend -mergeable-traps)
# Checked library functions and 64-bit file offsets and inode numbers are Debian's own choice too.
c_options=(-Os -D_FORTIFY_SOURCE=2 -D_FILE_OFFSET_BITS=64 -fno-math-errno -ffp-contract=off -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections)
# Functions of the same code are one, and relocations are packed (glibc 2.36): together a twentieth of the program.
link_options=(--gc-sections --icf=all -z pack-relative-relocs --as-needed -z relro -z now -z noexecstack --no-undefined)

case "$board" in
  aarch64)
    swift_triple=aarch64-none-none-elf
    triple=aarch64-unknown-linux-gnu
    c_options+=(-fPIE)
    link=(-pie)
    ;;
  armv7)
    swift_triple=armv7-none-none-eabi
    triple=armv7-unknown-linux-gnueabihf
    swift_options+=(-Xcc -mfloat-abi=hard)
    # Without NEON: its vectors flush subnormal numbers, so a twin's bits would not be those of other boards.
    c_options+=(-fPIE -mfloat-abi=hard -mfpu=vfpv3-d16)
    link=(-pie)
    ;;
  armv6)
    # Softfp against armel and static: Debian's hard-float port is ARMv7, and a static program runs on any userland.
    swift_triple=armv6-none-none-eabi
    triple=armv6-unknown-linux-gnueabi
    c_options+=(-march=armv6 -mfloat-abi=softfp -mfpu=vfp)
    link=(-static)
    ;;
  x86_64)
    swift_triple=x86_64-unknown-linux-gnu
    triple=$swift_triple
    c_options+=(-fPIE)
    link=(-pie)
    ;;
  *) die "usage: scripts/cross-sdk.sh aarch64|armv7|armv6 SYSROOT, or scripts/cross-sdk.sh x86_64" ;;
esac

modules="$embedded/$swift_triple"
[ -d "$modules" ] || die "This Swift toolchain has no Embedded library for $swift_triple." \
  "It comes with the toolchain from swift.org for Debian 12; see docs/building.md. Looked in: $embedded"

# The tables behind String comparison, linked only if used. The ARMv7 archive is marked soft-float although its functions
# pass integers and pointers alone, so its mark is taken off.
tables="$modules/libswiftUnicodeDataTables.a"
if [ "$board" = armv7 ]; then
  objcopy=$(find_tool "$usr" llvm-objcopy objcopy)
  [ -n "$objcopy" ] || die "llvm-objcopy is missing from the Swift toolchain and objcopy from PATH (package binutils-multiarch)."
  mkdir -p "$cross/lib-armv7"
  "$objcopy" --remove-section=.ARM.attributes "$tables" "$cross/lib-armv7/libswiftUnicodeDataTables.a"
  modules="$cross/lib-armv7"
fi

# LLVM's pass that merges ARM loads and stores, when told to optimise for size (-Osize), makes `stm r10, {…}` write r10
# back if that is the last use of r10 in a function. r10 is where Swift passes `self` to methods, and a function must leave
# it as it was; but what a function saves has been settled before that pass, so the caller's `self` moves on by 8 bytes or
# more. The pass stays off (check-self.sh refuses what it would do). Swift compares a hash that knows nothing of -Xllvm
# to tell whether an object is out of date, so that comparison is off too.
case "$board" in
  armv7 | armv6)
    swift_options+=(-Xllvm -arm-load-store-opt=false -Xfrontend -disable-incremental-llvm-codegen)
    ;;
esac

swift_options+=(-Xcc "--target=$triple" -Xcc -ffp-contract=off
  -Xclang-linker "--target=$triple" -Xclang-linker -fuse-ld=lld -Xclang-linker "${link[0]}")
if [ -n "$sysroot" ]; then
  swift_options+=(-Xclang-linker "--sysroot=$sysroot" -Xcc "--sysroot=$sysroot")
  c_options+=("--sysroot=$sysroot")
fi
c_options+=("--target=$triple")
link_options+=("-L$modules" -lswiftUnicodeDataTables)

# Paths and options hold no quotes or backslashes: the project refuses to live in such a folder.
case "$cross$usr" in *[\"\\]*) die "The project or the toolchain lies in a path with quotes or backslashes: $cross" ;; esac
json_list() {
  local out="" item
  for item in "$@"; do out+="${out:+,}\"$item\""; done
  printf '[%s]' "$out"
}
write_if_changed() {
  local text
  text=$(cat)
  mkdir -p "$(dirname "$1")"
  [ -f "$1" ] && [ "$(cat "$1")" = "$text" ] || printf '%s\n' "$text" >"$1"
}
toolset() {
  printf '{"schemaVersion":"1.0",\n "swiftCompiler":{"extraCLIOptions":%s},\n "cCompiler":{"extraCLIOptions":%s},\n' \
    "$(json_list "${swift_options[@]}")" "$(json_list "${c_options[@]}")"
  printf ' "linker":{"extraCLIOptions":%s}}\n' "$(json_list "${link_options[@]}")"
}

if [ "$board" = x86_64 ]; then
  toolset | write_if_changed "$cross/toolset-x86_64.json"
  printf '%s\n' "$cross/toolset-x86_64.json"
  exit 0
fi

name="edged-$board"
case "$sysroot" in */sysroot-trixie-*) name+="-trixie" ;; esac
bundle="$cross/sdks/$name.artifactbundle"
write_if_changed "$bundle/info.json" <<JSON
{"schemaVersion":"1.0","artifacts":{"$name":{"version":"1.0.0","type":"swiftSDK",
 "variants":[{"path":"board","supportedTriples":["$(host_triple)"]}]}}}
JSON
write_if_changed "$bundle/board/swift-sdk.json" <<JSON
{"schemaVersion":"4.0","targetTriples":{"$swift_triple":
 {"sdkRootPath":"$sysroot","swiftResourcesPath":"$usr/lib/swift","toolsetPaths":["toolset.json"]}}}
JSON
toolset | write_if_changed "$bundle/board/toolset.json"
printf '%s %s %s\n' "$cross/sdks" "$name" "$swift_triple"
