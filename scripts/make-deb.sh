#!/usr/bin/env bash
# Makes the Debian package of edged for one board, from a stripped program. The same inputs give the same bytes.
#
#   scripts/make-deb.sh aarch64|armv7|armv6 PROGRAM SYSROOT bookworm|trixie OUT-FOLDER     prints the package's path
#
# What goes where is the table below. packaging/ holds the files themselves, each saying why it is as it is.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -eq 5 ] || die "usage: scripts/make-deb.sh aarch64|armv7|armv6 PROGRAM SYSROOT bookworm|trixie OUT-FOLDER"
board=$1
program=$2
sysroot=$3
suite=$4
out=$5
root=$(project_root)
packaging="$root/packaging"
have dpkg-deb || die "'dpkg-deb' is not on this machine." "Packages are made on a Debian system, or in a container of one."

case "$board" in
  aarch64) architecture=arm64 ;;
  armv7) architecture=armhf ;;
  armv6) architecture=armel ;;
  *) die "there is no package for '$board'" ;;
esac

# One version: the program's own. The changelog must know it, as its date is the package's.
version=$(sed -n 's/.*let text = "\(.*\)".*/\1/p' "$root/Sources/Board/Runtime/Version.swift")
head_line=$(head -n 1 "$packaging/debian/changelog")
[ "$head_line" = "edged ($version) unstable; urgency=${head_line##*urgency=}" ] ||
  die "packaging/debian/changelog begins with '$head_line'; the program's version is $version (Sources/Board/Runtime/Version.swift)." \
    "A new version needs an entry on top of the changelog."
changed=$(sed -n 's/^ -- .*>  //p' "$packaging/debian/changelog" | head -n 1)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -d "$changed" +%s)}
export SOURCE_DATE_EPOCH
# The program for trixie is another one (libgpiod's soname differs), so an upgraded board is offered it as an upgrade.
case "$suite" in
  bookworm) ;;
  trixie) version="$version+deb13" ;;
  *) die "there is no package for suite '$suite'" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree="$work/tree"
# (mktemp's folder is closed to others; a package's root is not.)
mkdir -m 755 "$tree"
# put MODE SOURCE TARGET
put() { install -D -m "$1" "$2" "$tree/$3"; }
umask 022
put 755 "$program" usr/bin/edged
put 755 "$packaging/config/setup.sh" usr/libexec/edged/setup
put 644 "$packaging/systemd/edged.service" usr/lib/systemd/system/edged.service
put 644 "$packaging/systemd/edged-setup.service" usr/lib/systemd/system/edged-setup.service
[ "$suite" = bookworm ] || put 644 "$packaging/systemd/10-backoff.conf" usr/lib/systemd/system/edged.service.d/10-backoff.conf
put 644 "$packaging/config/sysusers.conf" usr/lib/sysusers.d/edged.conf
put 644 "$packaging/config/tmpfiles.conf" usr/lib/tmpfiles.d/edged.conf
put 644 "$packaging/config/modules-load.conf" usr/lib/modules-load.d/edged.conf
put 644 "$packaging/config/udev.rules" usr/lib/udev/rules.d/70-edged.rules
put 644 "$packaging/config/sshd.conf" etc/ssh/sshd_config.d/edged.conf
put 644 "$packaging/debian/copyright" usr/share/doc/edged/copyright
put 644 "$packaging/debian/changelog" usr/share/doc/edged/changelog
put 644 "$packaging/man/edged.1" usr/share/man/man1/edged.1
gzip -9n "$tree/usr/share/doc/edged/changelog" "$tree/usr/share/man/man1/edged.1"
# Each override of lintian has its reason beside it.
cat "$packaging/debian/lintian-overrides" >"$work/overrides"
[ ! -f "$packaging/debian/lintian-overrides.$architecture" ] ||
  cat "$packaging/debian/lintian-overrides.$architecture" >>"$work/overrides"
put 644 "$work/overrides" usr/share/lintian/overrides/edged

depends="systemd (>= 252)"
libraries=$(bash "$root/scripts/deb-depends.sh" "$program" "$sysroot")
[ -z "$libraries" ] || depends="$libraries, $depends"

mkdir -m 755 "$tree/DEBIAN"
(cd "$tree" && find etc -type f | LC_ALL=C sort | sed 's|^|/|') >"$tree/DEBIAN/conffiles"
(cd "$tree" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$tree/DEBIAN/md5sums"
chmod 644 "$tree/DEBIAN/conffiles" "$tree/DEBIAN/md5sums"
for script in preinst postinst prerm postrm; do put 755 "$packaging/debian/$script" "DEBIAN/$script"; done
# As dpkg counts: whole KiB a file, one a folder.
size=$(find "$tree" -path "$tree/DEBIAN" -prune -o -printf '%y %s\n' |
  awk '{ sum += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print sum }')
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" -e "s/@DEPENDS@/$depends/" \
  "$packaging/debian/control.in" >"$tree/DEBIAN/control"
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$out"
package="$out/edged_${version}_$architecture.deb"
dpkg-deb --root-owner-group -Zxz --build "$tree" "$work/edged.deb" >/dev/null
chmod 644 "$work/edged.deb"
rm -f "$out"/edged_*"_$architecture.deb"
mv "$work/edged.deb" "$package"
printf '%s\n' "$package"
