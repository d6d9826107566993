#!/bin/sh
# First process of the images scripts/make-image.sh makes: loads what the disk needs and hands over to the system on it.
# shellcheck shell=sh
/bin/busybox --install -s /bin
mkdir /disk
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
tries=100
until [ -b /dev/vda ] || [ "$tries" -eq 0 ]; do
  sleep 0.05
  tries=$((tries - 1))
done
if ! mount -t ext4 /dev/vda /disk; then
  echo "no file system on /dev/vda"
  poweroff -f
fi
umount /proc /sys
mount --move /dev /disk/dev
exec switch_root /disk /sbin/init
