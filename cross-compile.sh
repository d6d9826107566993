#!/usr/bin/env bash
# Builds `edged` for the boards as Embedded Swift, on a Debian workstation, without any system configuration.
# Run with --help for its use; docs/building.md tells more.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scripts/lib.sh"

usage() {
  cat <<'TEXT'
usage: ./cross-compile.sh [aarch64|armv7|armv6|x86_64|all ...] [--suite bookworm|trixie] [--product NAME]
                          [--out DIR]

  aarch64   64-bit boards (Pi 3, 4, 5, Zero 2 W): dynamic, with glibc, libgpiod, libi2c, libsodium (the default)
  armv7     32-bit hard-float userlands on Pi 2 and later: dynamic, the same libraries
  armv6     Pi 1 and Zero: static
  x86_64    this machine, as Embedded Swift: the same program as on the boards
  all       every one of them
  --suite   the Debian the boards run (default bookworm); their libgpiod differs. armv6 is the same for both
  --product edged (the default), or hardware-check or bench-server, which emulated boards are tried with; no packages
  --out     where PRODUCT-ARCH and the packages edged_VERSION_DEBIANARCH.deb go
            (default .build/cross/out, for trixie .build/cross/out/trixie)

Prints a table of sizes on stdout. Exit code 1 where a tool, package or symbol is missing, or a program is unfit.
TEXT
}

boards=()
out=""
suite=bookworm
product=edged
while [ $# -gt 0 ]; do
  case "$1" in
    aarch64 | armv7 | armv6 | x86_64) boards+=("$1") ;;
    all) boards=(aarch64 armv7 armv6 x86_64) ;;
    --out)
      [ $# -ge 2 ] || die "--out needs a folder."
      out=$2
      shift
      ;;
    --suite)
      case "${2:-}" in
        bookworm | trixie) suite=$2 ;;
        *) die "--suite takes bookworm or trixie, not '${2:-}'." ;;
      esac
      shift
      ;;
    --product)
      case "${2:-}" in
        edged | hardware-check | bench-server) product=$2 ;;
        *) die "--product takes edged, hardware-check or bench-server, not '${2:-}'." ;;
      esac
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 64
      ;;
  esac
  shift
done
[ ${#boards[@]} -gt 0 ] || boards=(aarch64)

need_swift
root=$(project_root)
cross="$root/.build/cross"
out=${out:-$cross/out$([ "$suite" = bookworm ] || echo "/$suite")}
mkdir -p "$cross" "$out"
out=$(cd "$out" && pwd)
cd "$root"

# One at a time: the sysroots and build folders are shared.
if have flock; then
  exec 9>"$cross/lock"
  flock -n 9 || { note "waiting for another cross-compile.sh in this folder"; flock 9; }
fi

usr=$(toolchain_usr)
strip_tool=$(find_tool "$usr" llvm-strip llvm-objcopy)
[ -n "$strip_tool" ] || strip_tool=$(find_tool "$usr" objcopy)
[ -n "$strip_tool" ] || die "Nothing to strip with: the Swift toolchain has no llvm-strip or llvm-objcopy, PATH no objcopy." \
  "Install Debian's binutils-multiarch."
objdump=$(find_tool "$usr" llvm-objdump objdump)

# The suite a board's libraries are of: a static program is linked with bookworm's and runs on both.
suite_of() { if [ "$1" = armv6 ] || [ "$1" = x86_64 ]; then echo bookworm; else echo "$suite"; fi; }
# What a board's folders are called after their "sysroot-" or "build-".
tagged() { if [ "$(suite_of "$1")" = bookworm ]; then echo "$2"; else echo "$suite-$2"; fi; }

# Where a board's program is built, and its log.
scratch_of() { printf '%s/build-%s' "$cross" "$(tagged "$1" "$1")"; }
log_of() { printf '%s%s.log' "$(scratch_of "$1")" "$([ "$product" = edged ] || echo "-$product")"; }

# prepare BOARD: fetches its libraries and describes it to SwiftPM; sets triple_of, swift_options_of (a line each).
prepare() {
  local board=$1 sysroot sdks name triple
  if [ "$board" = x86_64 ]; then
    [ "$(uname -m)" = x86_64 ] || die "The x86_64 build runs on an x86-64 machine only; this is $(uname -m)."
    swift_options_of[$board]=$(printf '%s\n' --toolset "$(bash scripts/cross-sdk.sh x86_64)")
    triple_of[$board]=x86_64-unknown-linux-gnu
  else
    sysroot=$(bash scripts/cross-sysroot.sh "$(debian_name "$board")" "$(suite_of "$board")")
    read -r sdks name triple < <(bash scripts/cross-sdk.sh "$board" "$sysroot")
    swift_options_of[$board]=$(printf '%s\n' --swift-sdks-path "$sdks" --swift-sdk "$name")
    triple_of[$board]=$triple
  fi
}

# build BOARD: what SwiftPM says is in its log.
build() {
  local -a options
  mapfile -t options <<<"${swift_options_of[$1]}"
  swift build --scratch-path "$(scratch_of "$1")" -c release --product "$product" -Xswiftc -Osize "${options[@]}" \
    </dev/null >"$(log_of "$1")" 2>&1
}

# As many boards at once as there are cores; a build keeps little more than one busy.
build_all() {
  local board
  for board in "${boards[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
    rm -f "$(log_of "$board").ok"
    { build "$board" && : >"$(log_of "$board").ok"; } &
  done
  wait
  for board in "${boards[@]}"; do
    [ ! -f "$(log_of "$board").ok" ] || continue
    grep -E 'error:|undefined' "$(log_of "$board")" | head -n 40 >&2 || true
    tail -n 15 "$(log_of "$board")" >&2
    die "$product does not build for $board." "Whole log: $(log_of "$board")"
  done
}

debian_name() {
  case "$1" in
    aarch64) echo arm64 ;;
    armv7) echo armhf ;;
    armv6) echo armel ;;
  esac
}

# sum of section sizes: text (code and constants) and data (writable, zeroed included), in bytes
sections() {
  "$objdump" -h "$1" | awk '
    function hex(text, i, value) {
      value = 0
      for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
      return value
    }
    $1 ~ /^[0-9]+$/ && $2 ~ /^\.(text|rodata|init|fini|plt|iplt|eh_frame|ARM\.ex|gcc_except|dynsym|dynstr|gnu|rel|hash)/ { text += hex($3) }
    $1 ~ /^[0-9]+$/ && $2 ~ /^\.(data|bss|tdata|tbss|got|dynamic|init_array|fini_array)/ { data += hex($3) }
    END { printf "%d %d\n", text, data }'
}

packages=()
declare -A triple_of=() swift_options_of=()
started=$SECONDS
for board in "${boards[@]}"; do
  rm -f "$out/$product-$board" "$out/$product-$board.new" # a program of an earlier run must not pass for this one's
  prepare "$board"
done
say "$product for ${boards[*]}"
build_all
note "built in $((SECONDS - started)) s"
table=$(printf '%-8s %10s %10s %10s  %s' arch text data file path)
for board in "${boards[@]}"; do
  target="$out/$product-$board"
  linked="$(scratch_of "$board")/${triple_of[$board]}/release/$product"
  [ -f "$linked" ] || die "SwiftPM built nothing at ${linked#"$root/"}."
  bash scripts/check-objects.sh "$(dirname "$linked")"
  case "$board" in armv7 | armv6) bash scripts/check-self.sh "$linked" ;; esac
  case "$strip_tool" in
    *strip) "$strip_tool" --remove-section=.swift_modhash -o "$target.new" "$linked" ;;
    *) "$strip_tool" --strip-all --remove-section=.swift_modhash "$linked" "$target.new" ;;
  esac
  sysroot=/
  [ "$board" = x86_64 ] || sysroot="$cross/sysroot-$(tagged "$board" "$(debian_name "$board")")"
  bash scripts/check-elf.sh "$target.new" "$board" "$sysroot"
  chmod 755 "$target.new"
  mv "$target.new" "$target"
  [ "$board" = x86_64 ] || [ "$product" != edged ] || packages+=("$(bash scripts/make-deb.sh "$board" "$target" "$sysroot" "$suite" "$out")")
  read -r text data < <(sections "$linked")
  table+=$(printf '\n%-8s %10d %10d %10d  %s' "$board" "$text" "$data" "$(stat -c %s "$target")" "$target")
done
printf '%s\n' "$table"
for package in "${packages[@]}"; do printf '%-31s %10d  %s\n' "$(basename "$package")" "$(stat -c %s "$package")" "$package"; done
