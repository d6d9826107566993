# Shared by the scripts of this project; sourced, never run. Results go to stdout, talk to stderr.
# shellcheck shell=bash

readonly SWIFT_WANTED="6.3.1"

say() { printf '== %s\n' "$*" >&2; }
note() { printf '   %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '   %s\n' "$line" >&2; done
  exit 1
}

# The project's root, wherever the caller stands.
project_root() { (cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd); }

have() { command -v "$1" >/dev/null 2>&1; }

# Stops unless a Swift of the wanted line is on PATH.
need_swift() {
  local version
  if ! have swift; then
    die "Swift $SWIFT_WANTED is needed and no 'swift' is on PATH." \
      "docs/building.md says how to get it (from swift.org) and how to put it on PATH."
  fi
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  case "$version" in
    6.3.*|6.3) ;;
    *)
      die "Swift $SWIFT_WANTED is needed; 'swift' on PATH is ${version:-of an unknown version}." \
        "docs/building.md says how to get it (from swift.org) and how to put it on PATH."
      ;;
  esac
  [ "$version" = "$SWIFT_WANTED" ] || note "Swift $version is used; the project is tested with $SWIFT_WANTED."
}

# The toolchain's usr/ folder: from the compiler itself, so links and wrappers do not mislead.
toolchain_usr() {
  local resources
  resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath" *: *"\(.*\)".*/\1/p' | head -n 1)
  [ -d "$resources" ] || die "The Swift compiler does not say where its libraries are (swiftc -print-target-info)."
  (cd "$resources/../.." && pwd)
}

host_triple() { swiftc -print-target-info | sed -n 's/.*"unversionedTriple" *: *"\(.*\)".*/\1/p' | head -n 1; }

# The first of the named tools that exists in the toolchain or on PATH; empty where there is none.
find_tool() {
  local usr=$1 name
  shift
  for name in "$@"; do
    if [ -x "$usr/bin/$name" ]; then
      printf '%s\n' "$usr/bin/$name"
      return
    fi
    if have "$name"; then
      command -v "$name"
      return
    fi
  done
}

# No script ends without a word: an unexpected failure says where it was.
trap 'printf "error: %s, line %s: a command failed: %s\n" "$0" "$LINENO" "$BASH_COMMAND" >&2' ERR
