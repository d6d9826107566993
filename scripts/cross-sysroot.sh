#!/usr/bin/env bash
# Fetches and unpacks a Debian sysroot for one board architecture, through this machine's own apt configuration: its
# mirrors, keys and proxies. A separate apt root under .build/cross is used; the system's apt is left as it is.
#
#   scripts/cross-sysroot.sh arm64|armhf|armel [bookworm|trixie]     prints the sysroot's path; armel of bookworm only
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

arch=${1:-}
suite=${2:-bookworm}
packages=(libc6 libc6-dev linux-libc-dev libcrypt1 libgcc-s1 libgpiod-dev libi2c0 libi2c-dev libsodium23 libsodium-dev)
case "$arch $suite" in
  arm64\ bookworm | armhf\ bookworm | armel\ bookworm) packages+=(libgcc-12-dev libgpiod2) ;;
  arm64\ trixie | armhf\ trixie) packages+=(libgcc-14-dev libgpiod3) ;;
  *) die "usage: scripts/cross-sysroot.sh arm64|armhf|armel [bookworm|trixie]" ;;
esac

root=$(project_root)
cross="$root/.build/cross"
tag=$([ "$suite" = bookworm ] || echo "$suite-")$arch
sysroot="$cross/sysroot-$tag"
stamp="3 $suite ${packages[*]}" # the number rises when what is kept of the packages changes

if [ -f "$sysroot/.complete" ] && [ "$(cat "$sysroot/.complete")" = "$stamp" ]; then
  note "sysroot $tag: already here"
  [ ! -f "$sysroot/.without-some-lists" ] ||
    note "warning: it was fetched while apt refused some package lists; remove ${sysroot#"$root/"} to fetch it anew."
  printf '%s\n' "$sysroot"
  exit 0
fi

for tool in apt-get dpkg awk; do
  have "$tool" || die "'$tool' is not on this machine." \
    "The sysroot comes as Debian packages and needs a Debian system (or a container of one) to fetch them."
done

# The apt root: own sources, lists, cache and status; every other setting (proxy, credentials, global keys) is the machine's.
apt_root="$cross/apt-$tag"
host_arch=$(dpkg --print-architecture)
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d '"')
distribution=$(sed -n 's/^ID=//p' /etc/os-release | tr -d '"')
case "$distribution" in
  debian|raspbian) ;;
  *) die "This machine is '${distribution:-unknown}', not Debian: its apt sources do not lead to Debian's packages." \
    "Run cross-compile.sh on Debian 12 or later, or in a container of it." ;;
esac

mkdir -p "$apt_root"/{sources,lists/partial,cache/archives/partial}
: >"$apt_root/status"
shopt -s nullglob
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ -s "$file" ] && sources+=("$file")
done
[ ${#sources[@]} -gt 0 ] || die "This machine has no apt sources (/etc/apt/sources.list, /etc/apt/sources.list.d)." \
  "Debian's archive is needed among them to fetch the sysroot."
awk -v from="${release:-$suite}" -v to="$suite" -v archs="$arch" -f "$root/scripts/cross-sources.awk" \
  "${sources[@]}" >"$apt_root/sources/debian.sources"
[ -s "$apt_root/sources/debian.sources" ] || die "None of this machine's apt sources is Debian's main archive." \
  "Looked in: ${sources[*]}"

cat >"$apt_root/apt.conf" <<CONF
Dir::State "$apt_root";
Dir::State::status "$apt_root/status";
Dir::State::lists "$apt_root/lists";
Dir::Cache "$apt_root/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt_root/sources";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
#clear APT::Architectures;
APT::Architectures { "$host_arch"; "$arch"; };
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
CONF

log="$apt_root/log"
note "package lists ($suite, $arch) through this machine's apt sources"
refused=""
if ! apt-get -q -c "$apt_root/apt.conf" update >"$log" 2>&1; then
  # apt has thrown away what it could not verify; what is left is verified. Without the security index the sysroot may be
  # a few fixes behind: of no weight where the board brings its own libraries, but not to be linked in for good.
  grep -E '^(E|W):' "$log" >&2 || tail -n 20 "$log" >&2
  if [ "$arch" = armel ]; then
    die "apt could not fetch or verify every package list for $arch, whose libraries are linked in statically." \
      "Log: $log" "Try again later, or compare with 'apt-get update': a mirror in the middle of a sync gives this too."
  fi
  refused=yes
  note "warning: apt refused some package lists for $arch (above); going on with those it could verify."
fi

note "packages for $arch"
debs="$cross/debs-$tag"
rm -rf "$debs" "$sysroot.new"
mkdir -p "$debs" "$sysroot.new"
names=()
for package in "${packages[@]}"; do
  # The kernel's headers became one package for all architectures after bookworm.
  case "$suite $package" in
    trixie\ linux-libc-dev) names+=("$package") ;;
    *) names+=("$package:$arch") ;;
  esac
done
if ! (cd "$debs" && apt-get -q -c "$apt_root/apt.conf" download "${names[@]}") >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  die "apt could not fetch the packages of the $arch sysroot." "Log: $log"
fi
mkdir -p "$sysroot.new/.packages"
for deb in "$debs"/*.deb; do
  dpkg -x "$deb" "$sysroot.new"
  # Which version of a package has which symbol: scripts/deb-depends.sh reads these.
  dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./symbols 2>/dev/null \
    >"$sysroot.new/.packages/$(dpkg-deb --field "$deb" Package).symbols" || true
done
find "$sysroot.new/.packages" -type f -empty -delete
rm -rf "$debs" "$sysroot.new/usr/share"

# One lib folder, as on an installed system: qemu-user looks for some folders on the host, so two would mislead the loader.
if [ -d "$sysroot.new/lib" ] && [ ! -L "$sysroot.new/lib" ]; then
  cp -a "$sysroot.new/lib/." "$sysroot.new/usr/lib/"
  rm -r "$sysroot.new/lib"
fi
ln -sfn usr/lib "$sysroot.new/lib"

# Links with absolute targets would lead out of the sysroot.
find "$sysroot.new" -type l -lname '/*' | while read -r link; do
  ln -sfnr "$sysroot.new$(readlink "$link")" "$link"
done
[ -z "$refused" ] || : >"$sysroot.new/.without-some-lists"
printf '%s' "$stamp" >"$sysroot.new/.complete"
rm -rf "$sysroot"
mv "$sysroot.new" "$sysroot"
note "sysroot $tag: $(du -sm "$sysroot" | cut -f1) MB"
printf '%s\n' "$sysroot"
