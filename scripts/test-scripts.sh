#!/usr/bin/env bash
# Tests of the scripts themselves: apt sources are read in every form, and unfit programs are refused.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
root=$(project_root)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
  printf 'FAILED: %s\n' "$1" >&2
  failures=$((failures + 1))
}

# --- apt sources
cat >"$work/a.list" <<'TEXT'
# deb http://commented.invalid/debian trixie main
deb [arch=amd64 signed-by=/usr/share/keyrings/one.gpg] http://one.invalid/debian trixie main contrib # note
deb-src http://source.invalid/debian trixie main
deb http://two.invalid/debian-security trixie-security main
deb http://vendor.invalid cloud-trixie main
TEXT
cat >"$work/b.sources" <<'TEXT'
Types: deb deb-src
URIs: http://three.invalid/debian
Suites: trixie
 trixie-updates
Components: contrib main
Architectures: amd64
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 key
 -----END PGP PUBLIC KEY BLOCK-----

# switched off
Types: deb
URIs: http://off.invalid/debian
Suites: trixie
Components: main
Enabled: no
TEXT
cat >"$work/expected" <<'TEXT'
Types: deb
URIs: http://one.invalid/debian
Suites: bookworm
Components: main
Architectures: arm64
Signed-By: /usr/share/keyrings/one.gpg

Types: deb
URIs: http://two.invalid/debian-security
Suites: bookworm-security
Components: main
Architectures: arm64

Types: deb
URIs: http://three.invalid/debian
Suites: bookworm bookworm-updates
Components: main
Architectures: arm64
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 key
 -----END PGP PUBLIC KEY BLOCK-----

TEXT
awk -v from=trixie -v to=bookworm -v archs=arm64 -f "$root/scripts/cross-sources.awk" "$work/a.list" "$work/b.sources" \
  >"$work/got"
diff -u "$work/expected" "$work/got" >&2 || fail "apt sources"

# --- unfit programs, made with the toolchain's own clang and lld; they need no sysroot
clang="$(toolchain_usr)/bin/clang"
[ -x "$clang" ] || clang=clang
link() { "$clang" --target="$1" -Qunused-arguments -nostdlib -fuse-ld=lld -fPIC -pie "${@:3}" -o "$work/$2"; }
refuses() {
  local name=$1 words=$2
  shift 2
  if bash "$root/scripts/check-elf.sh" "$@" >"$work/said" 2>&1; then
    fail "$name was accepted"
  elif ! grep -q -e "$words" "$work/said"; then
    fail "$name was refused with other words: $(cat "$work/said")"
  fi
}
mkdir -p "$work/sysroot/usr/lib"
printf 'int nowhere(int);\nint _start(void) { return nowhere(3); }\n' >"$work/missing.c"
printf '.eabi_attribute 28, 1\n.text\n.globl _start\n_start: bx lr\n.word elsewhere\n.data\n.globl elsewhere\nelsewhere: .word 1\n' >"$work/textrel.s"
printf 'int _start(void) { return 0; }\n' >"$work/plain.c"
printf 'const char big[600000] = {1};\nconst char *_start(int i) { return big + i; }\n' >"$work/big.c"

link aarch64-unknown-linux-gnu sysroot/usr/lib/libstub.so "$work/plain.c" -shared -Wl,-soname,libstub.so
link aarch64-unknown-linux-gnu missing "$work/missing.c" "$work/sysroot/usr/lib/libstub.so" \
  -Wl,--no-as-needed,--unresolved-symbols=ignore-all
refuses "a missing symbol" "nowhere" "$work/missing" aarch64 "$work/sysroot"
link armv7-unknown-linux-gnueabihf textrel "$work/textrel.s" -Wl,-z,notext
refuses "a text relocation" "DT_TEXTREL" "$work/textrel" armv7 "$work/sysroot"
link armv7-unknown-linux-gnueabi soft "$work/plain.c"
refuses "the wrong float ABI" "float ABI" "$work/soft" armv7 "$work/sysroot"
link aarch64-unknown-linux-gnu plain "$work/plain.c"
refuses "the wrong machine" "not a program for armv7" "$work/plain" armv7 "$work/sysroot"
link aarch64-unknown-linux-gnu big "$work/big.c"
refuses "a program over its size" "the board's limit" "$work/big" aarch64 "$work/sysroot"
rm "$work/sysroot/usr/lib/libstub.so"
refuses "a missing library" "needs libstub.so" "$work/missing" aarch64 "$work/sysroot"
refuses "a file that is no program" "not an ELF file" "$work/plain.c" aarch64 "$work/sysroot"
bash "$root/scripts/check-elf.sh" "$work/plain" aarch64 "$work/sysroot" || fail "a fit program was refused"

[ "$failures" -eq 0 ] || die "$failures test(s) of the scripts failed."
note "scripts: all as expected"
