#!/usr/bin/env bash
# Installs the Debian packages the project needs, saying which; does nothing where all are there.
#
#   scripts/install.sh build      what `make build` and `make demo` need
#   scripts/install.sh test       that, and what the full tests need
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

build_packages=(libgpiod-dev libi2c-dev libsodium-dev libsqlite3-dev mtools)
test_packages=(shellcheck qemu-user openssh-server openssh-client python3 python3-venv strace
  lintian groff-base man-db systemd
  gcc-aarch64-linux-gnu make kmod cpio e2fsprogs mmdebstrap arch-test qemu-user-static)

case "${1:-build}" in
  build) wanted=("${build_packages[@]}") ;;
  test) wanted=("${build_packages[@]}" "${test_packages[@]}") ;;
  *) die "usage: scripts/install.sh build|test" ;;
esac

# First of all, so that nothing is installed where the build could not follow.
need_swift

if ! have apt-get || ! have dpkg-query; then
  if have pkg-config && pkg-config --exists libgpiod libsodium sqlite3; then
    note "No apt here; libgpiod, libsodium and SQLite were found by pkg-config, libi2c is taken to be there."
    exit 0
  fi
  die "This is no Debian system, so nothing can be installed for you." \
    "Needed, with their headers: libgpiod (1.6 or 2), libi2c (of i2c-tools), libsodium, SQLite 3." \
    "For the full tests also: QEMU's user-mode emulators, OpenSSH's server and client, Python 3 with venv."
fi

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

say "installing through apt: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  have sudo || die "Installing needs root, and sudo is not here." "As root: apt-get install ${missing[*]}"
  as_root=(sudo)
  [ -t 0 ] || as_root=(sudo -n)
fi
new_ssh_service=""
case " ${missing[*]} " in *" openssh-server "*) [ ! -d /run/systemd/system ] || new_ssh_service=yes ;; esac

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install_missing() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1
}
# Lists are fetched only where the first try shows they are missing or old.
if ! install_missing; then
  note "fetching apt's package lists first"
  "${as_root[@]}" apt-get update -q </dev/null >"$log" 2>&1 || note "warning: apt-get update did not end well"
  if ! install_missing; then
    tail -n 20 "$log" >&2
    die "apt could not install: ${missing[*]}" "By hand, as root: apt-get update && apt-get install ${missing[*]}"
  fi
fi
if [ -n "$new_ssh_service" ]; then
  # The tests start an sshd of their own on the loopback; the package's own service was not asked for.
  note "openssh-server is needed as a program only: its service is switched off again"
  "${as_root[@]}" systemctl disable -q --now ssh.service 2>/dev/null || note "could not: systemctl disable --now ssh"
fi
note "installed"
