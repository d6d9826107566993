#!/usr/bin/env bash
# Makes a minimal Debian arm64 image with edged on it, which boots in QEMU's machine `virt`. Run with --help for its use.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/guest-lib.sh"

usage() {
  cat <<'TEXT'
usage: scripts/make-image.sh --out FILE --host NAME --key FILE [options]
       scripts/make-image.sh --base      makes and keeps what every image starts from, and nothing else

  --out FILE        the image (ext4, no partitions); FILE.kernel, FILE.initrd, FILE.known_hosts and FILE.sh, which boots
                    it, go beside
  --host NAME       host name, and the board's name
  --key FILE        ssh public key of the workstation that may speak to edged
  --package DEB     a package to install, edged's (edged_VERSION_arm64.deb); may be given more than once
  --trust PUB       signing key bundles are checked with; may be given more than once
  --board-id HEX    the board's id, 32 hex digits (default: a random one at the first boot)
  --admin-key FILE  ssh public key that may log in as root (default: nobody)
  --overlay DIR     files put over the image's own, as root's; may be given more than once
  --modules DIR     kernel modules (*.ko) to put in, besides those a QEMU board needs
  --free-mb N       free space in the image (default 512)

Needs root or user namespaces with subordinate ids (/etc/subuid), and arm64 programs that run here (binfmt_misc with
qemu-user-static). The Debian system underneath is made once and kept in .build/guest.
TEXT
}

# What a board has besides apt's own needs.
readonly INCLUDED=(systemd-sysv openssh-server udev iproute2 libgpiod2 libi2c0 libsodium23 kmod)
# What QEMU's machine needs, and I2C and GPIO.
readonly DISK_MODULES=(virtio_pci virtio_mmio virtio_blk ext4)
readonly SYSTEM_MODULES=(virtio_net virtio_rng i2c-dev configfs autofs4 fuse)

arguments=("$@")
only_base=""
out="" host="" key="" board_id="" admin_key="" extra_modules="" free_mb=512
packages=() trusted=() overlays=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage && exit 0 ;;
    --base)
      only_base=yes
      shift
      continue
      ;;
  esac
  [ $# -ge 2 ] || die "$1 needs a value." "scripts/make-image.sh --help tells what there is."
  case "$1" in
    --out) out=$2 ;;
    --host) host=$2 ;;
    --key) key=$2 ;;
    --package) packages+=("$2") ;;
    --trust) trusted+=("$2") ;;
    --board-id) board_id=$2 ;;
    --admin-key) admin_key=$2 ;;
    --overlay) overlays+=("$2") ;;
    --modules) extra_modules=$2 ;;
    --free-mb) free_mb=$2 ;;
    *) die "there is no option $1." "scripts/make-image.sh --help tells what there is." ;;
  esac
  shift 2
done
if [ -z "$only_base" ] && { [ -z "$out" ] || [ -z "$host" ] || [ -z "$key" ]; }; then
  die "--out, --host and --key are needed." "scripts/make-image.sh --help tells more."
fi
[ -n "$only_base" ] || [[ $host =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] || die "'$host' is no host name: small letters, digits and hyphens."
[ -z "$board_id" ] || [[ $board_id =~ ^[0-9a-f]{32}$ ]] || die "'$board_id' is no board id: 32 digits of 0-9 and a-f."
[[ $free_mb =~ ^[0-9]{1,6}$ ]] || die "--free-mb takes a number of megabytes, not '$free_mb'."
for file in ${key:+"$key"} ${admin_key:+"$admin_key"}; do
  [ -f "$file" ] || die "there is no file $file."
  grep -q -E '^(ssh-|ecdsa-|sk-)' "$file" || die "$file holds no ssh public key." "A public key's file ends in .pub."
done
for file in "${packages[@]}" "${trusted[@]}"; do [ -f "$file" ] || die "there is no file $file."; done
for folder in "${overlays[@]}" ${extra_modules:+"$extra_modules"}; do [ -d "$folder" ] || die "there is no folder $folder."; done

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release_of() { cat "$1/release"; }

# arm64 programs must run here while packages are set up.
need_binfmt() {
  [ "$(uname -m)" != aarch64 ] || return 0
  local folder=/proc/sys/fs/binfmt_misc line=/usr/lib/binfmt.d/qemu-aarch64.conf
  if [ "$(id -u)" -eq 0 ] && [ -f "$line" ]; then
    [ -e "$folder/register" ] || mount -t binfmt_misc binfmt_misc "$folder" 2>/dev/null || true
    [ -e "$folder/qemu-aarch64" ] || cat "$line" >"$folder/register" 2>/dev/null || true
  fi
  [ -e "$folder/qemu-aarch64" ] || die "arm64 programs do not run on this machine." \
    "On Debian, as root: apt-get install qemu-user-static && mount -t binfmt_misc binfmt_misc $folder && cat $line >$folder/register"
}

# The Debian system every image starts from, as a tar file.
base_system() {
  local tar="$GUEST_ROOT/system-arm64.tar" stamp="$GUEST_SUITE ${INCLUDED[*]}" sources log hook
  guest_lock system-arm64
  [ ! -f "$tar.stamp" ] || [ "$(cat "$tar.stamp")" != "$stamp" ] || return 0
  for tool in mmdebstrap arch-test; do
    have "$tool" || die "'$tool' is not here." "On Debian: apt-get install mmdebstrap arch-test (scripts/install.sh test)"
  done
  say "a Debian system for arm64 (a minute and a half; kept for the next image)"
  sources="$GUEST_ROOT/system-arm64.sources"
  log="$GUEST_ROOT/system-arm64.log"
  guest_apt boards "" arm64 armhf armel >/dev/null
  sed -e "/^Suites:/s/ $GUEST_SUITE-backports//" -e 's/^Architectures:.*/Architectures: arm64/' \
    "$GUEST_ROOT/apt-boards/sources/debian.sources" >"$sources"
  local -a options=(--architectures=arm64 --variant=apt --format=tar
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "3"'
    --dpkgopt=force-unsafe-io "--include=$(IFS=, && echo "${INCLUDED[*]}")")
  for hook in doc man locale info lintian; do options+=("--dpkgopt=path-exclude=/usr/share/$hook/*"); done
  options+=(--dpkgopt='path-include=/usr/share/doc/*/copyright')
  rm -f "$tar.new"
  if ! mmdebstrap "${options[@]}" "$GUEST_SUITE" "$tar.new" "$sources" </dev/null >"$log" 2>&1; then
    # A mirror in the middle of a sync may refuse one of its lists: the suite alone is enough for a board.
    grep '^E:' "$log" >&2 || true
    note "warning: trying again with $GUEST_SUITE alone, without its updates"
    awk -v RS= -v suite="$GUEST_SUITE" '$0 ~ "Suites: " suite "( |\n)" { sub(/Suites: [^\n]*/, "Suites: " suite); print $0 "\n" }' \
      "$sources" >"$sources.alone.sources"
    mmdebstrap "${options[@]}" "$GUEST_SUITE" "$tar.new" "$sources.alone.sources" </dev/null >"$log" 2>&1 || {
      tail -n 20 "$log" >&2
      die "mmdebstrap could not make the Debian system." "Whole log: $log"
    }
  fi
  mv "$tar.new" "$tar"
  printf '%s' "$stamp" >"$tar.stamp"
}

# Copies modules with all they depend on into the tree, keeping their places.
install_modules() {
  local kernel=$1 tree=$2 release name file
  shift 2
  release=$(release_of "$kernel")
  mkdir -p "$tree/lib/modules/$release"
  cp "$kernel/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$tree/lib/modules/$release/"
  for name in "$@"; do
    modprobe -d "$kernel" -S "$release" --show-depends "$name" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done | sort -u | while read -r file; do
    install -D -m 644 "$file" "$tree/lib/modules/$release/${file#*"/lib/modules/$release/"}"
  done
  if [ -n "$extra_modules" ]; then
    mkdir -p "$tree/lib/modules/$release/extra"
    install -m 644 "$extra_modules"/*.ko "$tree/lib/modules/$release/extra/"
  fi
  depmod -b "$tree" "$release"
}

# Everything below runs as root, or as the root of a user namespace, with mounts of its own.
if [ "${MAKE_IMAGE_INSIDE:-}" != yes ]; then
  need_binfmt
  base_system
  for wanted in kernel busybox; do bash "$scripts/guest-fetch.sh" "$wanted" arm64 >/dev/null; done
  [ -z "$only_base" ] || exit 0
  namespace=(unshare --mount --propagation private)
  if [ "$(id -u)" -ne 0 ]; then
    namespace=(unshare --map-root-user --map-auto --mount --propagation private)
    "${namespace[@]}" true 2>/dev/null || die "This needs root, or user namespaces with subordinate ids (/etc/subuid)."
  fi
  MAKE_IMAGE_INSIDE=yes exec "${namespace[@]}" bash "$scripts/make-image.sh" "${arguments[@]}"
fi

kernel="$GUEST_ROOT/kernel-arm64"
release=$(release_of "$kernel")
mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$(dirname "$out")/.make-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree="$work/tree"
mkdir "$tree"
say "image of the board $host"
tar -C "$tree" -xf "$GUEST_ROOT/system-arm64.tar" --exclude='./dev/*'
rm -f "$tree/etc/apt/apt.conf.d/99mmdebstrap" "$tree/etc/ssh"/ssh_host_*

printf '%s\n' "$host" >"$tree/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost\n' "$host" >"$tree/etc/hosts"
printf '/dev/vda / ext4 defaults,noatime 0 1\n' >"$tree/etc/fstab"
tr -d '-' </proc/sys/kernel/random/uuid >"$tree/etc/machine-id"
printf 'i2c-dev\n' >"$tree/etc/modules-load.d/i2c-dev.conf"
cat >"$tree/etc/systemd/network/80-wired.network" <<'TEXT'
[Match]
Name=e*

[Network]
DHCP=yes
TEXT
enabled="$tree/etc/systemd/system/multi-user.target.wants"
mkdir -p "$enabled"
ln -sf /lib/systemd/system/systemd-networkd.service "$enabled/systemd-networkd.service"
# Jobs of a desktop's nights; a board in the field is updated when somebody says so.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer; do
  ln -sf /dev/null "$tree/etc/systemd/system/$unit"
done
ssh-keygen -q -t ed25519 -N '' -C "$host" -f "$tree/etc/ssh/ssh_host_ed25519_key" </dev/null
if [ -n "$admin_key" ]; then
  mkdir -p "$tree/root/.ssh"
  chmod 700 "$tree/root/.ssh"
  install -m 600 "$admin_key" "$tree/root/.ssh/authorized_keys"
fi
install_modules "$kernel" "$tree" "${SYSTEM_MODULES[@]}"

mkdir -p "$tree/etc/edged/trusted.d"
{
  printf 'name=%s\n' "$host"
  [ -z "$board_id" ] || printf 'board_id=%s\n' "$board_id"
} >"$tree/etc/edged/identity"
install -m 644 "$key" "$tree/etc/edged/authorized_keys"
for file in "${trusted[@]}"; do install -m 644 "$file" "$tree/etc/edged/trusted.d/$(basename "${file%.pub}").pub"; done

if [ ${#packages[@]} -gt 0 ]; then
  for node in null zero full random urandom; do
    : >"$tree/dev/$node"
    mount --bind "/dev/$node" "$tree/dev/$node"
  done
  mkdir "$tree/packages"
  cp "${packages[@]}" "$tree/packages/"
  if ! chroot "$tree" /bin/sh -c 'PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io --force-confold -i /packages/*.deb' \
    </dev/null >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    die "the packages could not be installed in the image: ${packages[*]}"
  fi
  for node in null zero full random urandom; do umount "$tree/dev/$node"; rm "$tree/dev/$node"; done
  rm -r "$tree/packages"
fi
for folder in "${overlays[@]}"; do tar -C "$folder" -cf - --owner=0 --group=0 . | tar -C "$tree" -xf - --no-overwrite-dir --keep-directory-symlink; done

used_mb=$(du -sm --apparent-size "$tree" | cut -f1)
rm -f "$out"
truncate -s "$((used_mb + used_mb / 10 + 64 + free_mb))M" "$out"
mke2fs -q -t ext4 -L board -E no_copy_xattrs -d "$tree" "$out" </dev/null
cp "$kernel/boot/vmlinuz-$release" "$out.kernel"
bash "$scripts/guest-initrd.sh" arm64 "$out.initrd" --init "$scripts/image-init.sh" --modules "${DISK_MODULES[*]}"
printf '%s %s\n' "$host" "$(cut -d' ' -f1,2 "$tree/etc/ssh/ssh_host_ed25519_key.pub")" >"$out.known_hosts"
cat >"$out.sh" <<'TEXT'
#!/bin/sh
# Boots the image beside this file in QEMU; ssh to it goes through port ${SSH_PORT:-2222} of this machine. More options of
# QEMU may follow. ${QEMU} and ${DISK} name another QEMU and another disk (an overlay of the image).
here=$(cd "$(dirname "$0")" && pwd)
image=$here/$(basename "$0" .sh)
exec "${QEMU:-qemu-system-aarch64}" -M virt -cpu cortex-a53 -smp 2 -m 512 -nographic -no-reboot \
  -kernel "$image.kernel" -initrd "$image.initrd" -append "console=ttyAMA0 quiet panic=-1" \
  -drive "file=${DISK:-$image},if=none,format=${DISK_FORMAT:-raw},id=disk,cache=writeback" -device virtio-blk-pci,drive=disk \
  -netdev "user,id=net,hostfwd=tcp:127.0.0.1:${SSH_PORT:-2222}-:22" -device virtio-net-pci,netdev=net,romfile= "$@"
TEXT
chmod +x "$out.sh"
note "$((used_mb)) MB of files, $(($(stat -c %s "$out") / 1048576)) MB in all; host key in $out.known_hosts"
printf '%s\n' "$out.sh"
