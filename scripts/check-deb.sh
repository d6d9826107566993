#!/usr/bin/env bash
# Checks the packages that ./cross-compile.sh has made: what is in them, what they need, that their services, scripts and
# pages are sound, and that their programs run.
#
#   scripts/check-deb.sh [FOLDER]      default .build/cross/out; every edged_*.deb in it is checked
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
root=$(project_root)
cd "$root"
out=${1:-.build/cross/out}
# As systemd-analyze counts: ten times the exposure it prints. 2.5 is the most the project allows itself.
readonly MOST_EXPOSURE=25
for tool in dpkg-deb lintian shellcheck man groff systemd-analyze systemd-sysusers; do
  have "$tool" || die "'$tool' is not on this machine." "scripts/install.sh test installs what the checks need."
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
  printf 'FAILED: %s\n' "$1" >&2
  failures=$((failures + 1))
}
# quiet WHAT COMMAND...: the command must end with 0 and say nothing.
quiet() {
  local what=$1
  shift
  if ! "$@" >"$work/said" 2>&1 || [ -s "$work/said" ]; then
    fail "$what"
    sed 's/^/   /' "$work/said" >&2
  fi
}
# same WHAT EXPECTED GOT
same() {
  [ "$2" = "$3" ] || {
    fail "$1"
    diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^/   /' >&2 || true
  }
}

version=$(sed -n 's/.*let text = "\(.*\)".*/\1/p' Sources/Board/Runtime/Version.swift)
contents() {
  cat <<'TEXT'
-rw-r--r-- root/root ./etc/ssh/sshd_config.d/edged.conf
-rwxr-xr-x root/root ./usr/bin/edged
-rw-r--r-- root/root ./usr/lib/modules-load.d/edged.conf
-rw-r--r-- root/root ./usr/lib/systemd/system/edged-setup.service
-rw-r--r-- root/root ./usr/lib/systemd/system/edged.service
-rw-r--r-- root/root ./usr/lib/sysusers.d/edged.conf
-rw-r--r-- root/root ./usr/lib/tmpfiles.d/edged.conf
-rw-r--r-- root/root ./usr/lib/udev/rules.d/70-edged.rules
-rwxr-xr-x root/root ./usr/libexec/edged/setup
-rw-r--r-- root/root ./usr/share/doc/edged/changelog.gz
-rw-r--r-- root/root ./usr/share/doc/edged/copyright
-rw-r--r-- root/root ./usr/share/lintian/overrides/edged
-rw-r--r-- root/root ./usr/share/man/man1/edged.1.gz
TEXT
  [ "$1" = bookworm ] || printf -- '-rw-r--r-- root/root ./usr/lib/systemd/system/edged.service.d/10-backoff.conf\n'
}

# check_package FILE
check_package() {
  local file=$1 architecture suite tree sysroot gpiod board runner unit
  architecture=$(dpkg-deb --field "$file" Architecture)
  suite=bookworm
  case "$file" in *+deb13_*) suite=trixie ;; esac
  tree="$work/$suite-$architecture"
  dpkg-deb --extract "$file" "$tree"
  dpkg-deb --control "$file" "$tree/DEBIAN"

  quiet "lintian, $file" lintian --no-cfg --display-info --pedantic --display-experimental --allow-root \
    --fail-on error,warning,info,pedantic,experimental "$file"
  # (Links are not among the contents; a folder's mode is checked by itself.)
  same "contents of $file" "$(contents "$suite" | LC_ALL=C sort -k 3)" \
    "$(dpkg-deb --contents "$file" | awk '!/^d/ { print $1, $2, $6 }' | LC_ALL=C sort -k 3)"
  same "folders of $file" "drwxr-xr-x root/root" "$(dpkg-deb --contents "$file" | awk '/^d/ { print $1, $2 }' | sort -u)"
  same "configuration files of $file" "/etc/ssh/sshd_config.d/edged.conf" "$(cat "$tree/DEBIAN/conffiles")"
  (cd "$tree" && md5sum --quiet --check DEBIAN/md5sums) || fail "checksums in $file"

  same "package in $file" edged "$(dpkg-deb --field "$file" Package)"
  same "version of $file" "$version$([ $suite = bookworm ] || echo +deb13)" "$(dpkg-deb --field "$file" Version)"
  gpiod=libgpiod2
  [ "$suite" = bookworm ] || gpiod=libgpiod3
  case "$architecture" in
    # (The compiler's own library, libgcc-s1, is needed on 32 bits by some programs and not by others.)
    arm64 | armhf)
      same "needs of $file" "libc6 $gpiod libi2c0 libsodium23 systemd" "$(package_names "$file" | sed 's/ libgcc-s1//')"
      ;;
    armel) same "needs of $file" "systemd" "$(package_names "$file")" ;;
    *) fail "$file is for $architecture" ;;
  esac

  sysroot="$root/.build/cross/sysroot-$([ "$suite" = bookworm ] || [ "$architecture" = armel ] || echo "$suite-")$architecture"
  case "$architecture" in
    arm64) board=aarch64 runner=(qemu-aarch64 -L "$sysroot") ;;
    armhf) board=armv7 runner=(qemu-arm -L "$sysroot") ;;
    *) board=armv6 runner=(qemu-arm -cpu arm1176) ;;
  esac
  same "the program of $file" "edged $version" "$(timeout 60 "${runner[@]}" "$tree/usr/bin/edged" version 2>&1)"
  # The same inputs give the same bytes, at another time in another folder.
  cmp "$file" "$(bash scripts/make-deb.sh "$board" "$tree/usr/bin/edged" "$sysroot" "$suite" "$work/again" 2>&1 | tail -n 1)" ||
    fail "$file cannot be reproduced"

  for unit in edged edged-setup; do check_unit "$tree" "$unit"; done
  check_page "$tree/usr/share/man/man1/edged.1.gz" "${runner[@]}" "$tree/usr/bin/edged"
  printf '#!/bin/sh\nexec %s "$@"\n' "${runner[*]} $tree/usr/bin/edged" >"$tree/run-edged"
  chmod 755 "$tree/run-edged"
  check_setup "$tree"
  check_purge "$tree"
  check_accounts "$tree"
  check_ssh "$tree"
}

package_names() { dpkg-deb --field "$1" Depends | sed 's/ ([^)]*)//g; s/,//g'; }

check_unit() {
  local tree=$1 unit=$2
  # Programs are looked for on this machine, so they are named where they lie here.
  mkdir -p "$tree/units"
  sed -E "s#(=-?)/usr/(bin|libexec)/#\1$tree/usr/\2/#" "$tree/usr/lib/systemd/system/$unit.service" >"$tree/units/$unit.service"
  quiet "systemd-analyze verify, $unit.service" systemd-analyze verify --man=no "$tree/units/$unit.service"
  if ! systemd-analyze security --offline=true --no-pager --threshold="$MOST_EXPOSURE" "$tree/units/$unit.service" \
    >"$work/said" 2>&1; then
    fail "$unit.service is more exposed than 2.5"
    tail -n 1 "$work/said" >&2
  fi
}

# check_page PAGE EDGED...: laid out without a warning, and every command of the program is in it, and no other.
check_page() {
  local page=$1 commands described
  shift
  gzip -dc "$page" >"$work/page"
  LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings=w -l "$work/page" 2>"$work/warnings" >"$work/shown" || fail "man(1) fails at the page"
  grep -q 'FILES' "$work/shown" || fail "man(1) shows nothing of the page"
  quiet "the manual page, as man(1) shows it" cat "$work/warnings"
  quiet "the manual page, as groff sees it" groff -mdoc -Tutf8 -ww -z "$work/page"
  commands=$(timeout 60 "$@" help 2>&1 | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort -u)
  described=$(gzip -dc "$page" | sed -nE 's/^\.It Cm ([a-z]+).*/\1/p' | grep -v -x help | sort -u)
  same "commands in the manual page" "$commands" "$described"
  same "options in the manual page" "$(timeout 60 "$@" help 2>&1 | grep -oE -e '--[a-z-]+' | sort -u)" \
    "$(gzip -dc "$page" | grep -oE 'Fl -[a-z-]+' | sed 's/^Fl /-/' | sort -u)"
}

# First boot: name and id from the file, or made up; a bad file is refused with its line.
check_setup() {
  local tree=$1 state="$1/state" file="$1/identity" id=00112233445566778899aabbccddeeff
  sed -e "s#/usr/bin/edged#$tree/run-edged#; s#/var/lib/edged#$state#; s#/etc/edged/identity#$file#" \
    "$tree/usr/libexec/edged/setup" >"$tree/setup"
  printf '# made by hand\r\nname=bench seven\r\nboard_id=%s' "$id" >"$file"
  same "first boot with an identity" "board $id bench seven" "$(timeout 60 sh "$tree/setup" 2>&1)"
  rm -r "$state" "$file"
  timeout 60 sh "$tree/setup" >"$work/said" 2>&1 || true
  grep -q -x -E "board [0-9a-f]{32} $(uname -n)" "$work/said" || fail "first boot without an identity: $(cat "$work/said")"
  rm -r "$state"
  printf 'name=a\n\nboard-id=%s\n' "$id" >"$file"
  if timeout 60 sh "$tree/setup" >"$work/said" 2>&1 || ! grep -q 'line 3' "$work/said"; then
    fail "first boot with a bad identity: $(cat "$work/said")"
  fi
  rm "$file"
}

# Purging leaves recorded runs alone, says so, and removes the rest.
check_purge() {
  local tree=$1 var="$1/purge-var" etc="$1/purge-etc"
  sed -e "s#/var/lib/edged#$var#g; s#/etc/edged#$etc#g; s#/run/edged#$tree/none#g; s#/run/systemd/system#$tree/none#g; s#^  if command -v deb-systemd-helper.*#  if false; then#" \
    "$tree/DEBIAN/postrm" >"$tree/postrm"
  mkdir -p "$var/journal" "$etc/trusted.d"
  touch "$var/identity" "$var/journal/run" "$etc/trusted.d/a.pub" "$etc/authorized_keys"
  sh "$tree/postrm" remove
  if [ ! -e "$var/journal/run" ] || [ ! -e "$etc/trusted.d/a.pub" ]; then fail "removing the package deletes more than the package"; fi
  sh "$tree/postrm" purge 2>"$work/said"
  [ -e "$var/journal/run" ] || fail "purging deletes recorded runs"
  grep -q 'recorded runs are left' "$work/said" || fail "purging does not say what it leaves"
  [ ! -e "$etc" ] || fail "purging leaves configuration behind"
  rm -f "$var/journal/run"
  quiet "purging without recorded runs" sh "$tree/postrm" purge
  [ ! -e "$var" ] || fail "purging leaves an empty board behind"
  quiet "purging twice" sh "$tree/postrm" purge
}

# User, groups and membership, in an empty system.
check_accounts() {
  local tree=$1 system="$1/system"
  mkdir -p "$system/etc"
  install -D "$tree/usr/lib/sysusers.d/edged.conf" "$system/usr/lib/sysusers.d/edged.conf"
  systemd-sysusers --root="$system" edged.conf >/dev/null 2>&1 || fail "systemd-sysusers"
  grep -q -E '^edged:x:[0-9]+:[0-9]+:[^:]*:/var/lib/edged:/bin/sh$' "$system/etc/passwd" || fail "user edged"
  grep -q -E '^i2c:x:[0-9]+:edged$' "$system/etc/group" || fail "edged is not in group i2c"
  grep -q -E '^gpio:x:[0-9]+:edged$' "$system/etc/group" || fail "edged is not in group gpio"
  ! grep -q '^edged:[^!*]' "$system/etc/shadow" || fail "user edged has a password"
}

# sshd reads its file, gives the user nothing but the protocol, and others what they had.
check_ssh() {
  local tree=$1 sshd mine other
  sshd=$(command -v sshd || echo /usr/sbin/sshd)
  [ -x "$sshd" ] || {
    note "no sshd here: its configuration was not tried"
    return 0
  }
  ssh-keygen -q -t ed25519 -N "" -f "$tree/host_key"
  printf 'HostKey %s\nInclude %s\nBanner /etc/issue.net\n' "$tree/host_key" "$tree/etc/ssh/sshd_config.d/*.conf" >"$tree/sshd_config"
  mkdir -p /run/sshd 2>/dev/null || true
  mine=$("$sshd" -T -f "$tree/sshd_config" -C user=edged,host=h,addr=192.0.2.1 2>&1)
  other=$("$sshd" -T -f "$tree/sshd_config" -C user=root,host=h,addr=192.0.2.1 2>&1)
  grep -q -x 'banner /etc/issue.net' <<<"$other" || fail "the packaged file swallows what follows it in sshd_config"
  local line
  for line in "forcecommand /usr/bin/edged serve" "authorizedkeysfile /etc/edged/authorized_keys" "permittty no" \
    "disableforwarding yes" "passwordauthentication no" "authenticationmethods publickey" "permituserrc no"; do
    grep -q -x -F "$line" <<<"$mine" || fail "sshd for user edged: no '$line'"
    ! grep -q -x -F "$line" <<<"$other" || fail "sshd for other users: '$line'"
  done
}

quiet "shellcheck of the packaged scripts" shellcheck packaging/debian/{preinst,postinst,prerm,postrm} packaging/config/setup.sh
shopt -s nullglob
files=("$out"/edged_*.deb)
[ ${#files[@]} -gt 0 ] || die "There is no package in $out." "First: ./cross-compile.sh all"
for file in "${files[@]}"; do
  check_package "$file"
  note "checked: $file"
done
[ "$failures" -eq 0 ] || die "$failures check(s) of the packages failed."
note "packages: all as expected"
