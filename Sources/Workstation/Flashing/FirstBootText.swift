/// The parts of the first-boot script, in POSIX sh. Every path stands below `$root`, which is empty on a board: the
/// tests run the very script on a folder.
enum FirstBootText {
  static let begin = #"""
    #!/bin/sh
    # Sets this board up on its first boot; written by edgesync flash. Runs as root: 'early' before the network,
    # 'late' once the system is up, both of them as often as it takes. What it did stands in RESULT.txt beside it.
    # usage: firstboot.sh early|late|firstrun
    # shellcheck disable=SC2034
    set -u
    umask 022

    """#

  static let basics = #"""
    root="${EDGETWIN_ROOT:-}"
    here=$(cd "$(dirname "$0")" && pwd)
    [ -d "$here/packages" ] || for folder in "$root/boot/firmware/edgetwin" "$root/boot/edgetwin"; do
      if [ -d "$folder" ]; then here=$folder; break; fi
    done
    state="$root/var/lib/edgetwin-firstboot"
    log="$root/var/log/edgetwin-firstboot.log"
    unit=edgetwin-firstboot.service
    trouble=''

    say() {
      printf 'edgetwin: %s\n' "$*"
      mkdir -p "$root/var/log" && printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$log"
    }

    wrong() {
      say "failed: $*"
      trouble="$trouble; $*"
    }

    # put MODE FILE: standard input becomes the file, whole or not at all.
    put() {
      mkdir -p "$(dirname "$2")" || return 1
      (umask 077 && cat >"$2.new") && chmod "$1" "$2.new" && mv -f "$2.new" "$2"
    }

    # Only a board's own system is told to act; a folder has no services.
    live() { [ -z "$root" ] && command -v "$1" >/dev/null 2>&1; }
    service() { if live systemctl; then systemctl -q "$@" >>"$log" 2>&1; fi; }

    # Overwritten before it goes: the boot partition is readable by whoever holds the card.
    shred_file() {
      [ -f "$1" ] || return 0
      size=$(wc -c <"$1")
      dd if=/dev/zero of="$1" bs="$size" count=1 conv=notrunc,fsync 2>/dev/null
      rm -f "$1"
    }

    """#

  static let network = #"""

    set_host() {
      [ -n "$host" ] || return 0
      printf '%s\n' "$host" | put 644 "$root/etc/hostname" || { wrong "host name"; return; }
      if [ -f "$root/etc/hosts" ]; then
        { grep -v '^127\.0\.1\.1[[:space:]]' "$root/etc/hosts"; printf '127.0.1.1\t%s\n' "$host"; } |
          put 644 "$root/etc/hosts"
      fi
      if live hostname; then hostname "$host"; fi
      say "host name $host"
    }

    set_wifi() {
      if [ -n "$country" ]; then
        printf 'options cfg80211 ieee80211_regdom=%s\n' "$country" | put 644 "$root/etc/modprobe.d/edgetwin-wifi.conf"
        if live raspi-config; then raspi-config nonint do_wifi_country "$country" >>"$log" 2>&1; fi
        for file in "$root"/var/lib/systemd/rfkill/*:wlan; do
          if [ -f "$file" ]; then echo 0 >"$file"; fi
        done
        if live rfkill; then rfkill unblock wifi >>"$log" 2>&1; fi
        nm="$root/var/lib/NetworkManager/NetworkManager.state"
        if [ -f "$nm" ]; then sed -i 's/^WirelessEnabled=.*/WirelessEnabled=true/' "$nm"; fi
      fi
      [ -n "$wifi_hex" ] || return 0
      if [ -d "$root/etc/NetworkManager/system-connections" ]; then
        {
          printf '[connection]\nid=edgetwin-wifi\ntype=wifi\n\n[wifi]\nmode=infrastructure\n'
          printf 'ssid=%s\nhidden=%s\n' "$wifi_bytes" "$wifi_hidden"
          if [ -n "$wifi_key" ]; then printf '\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=%s\n' "$wifi_key"; fi
          printf '\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n'
        } | put 600 "$root/etc/NetworkManager/system-connections/edgetwin-wifi.nmconnection" || wrong "Wi-Fi"
      else
        {
          printf 'ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\nupdate_config=1\ncountry=%s\n' "$country"
          printf 'network={\n\tssid=%s\n' "$wifi_hex"
          if [ "$wifi_hidden" = true ]; then printf '\tscan_ssid=1\n'; fi
          if [ -n "$wifi_key" ]; then printf '\tkey_mgmt=WPA-PSK\n\tpsk=%s\n' "$wifi_key"
          else printf '\tkey_mgmt=NONE\n'; fi
          printf '}\n'
        } | put 600 "$root/etc/wpa_supplicant/wpa_supplicant.conf" || wrong "Wi-Fi"
        # dhcpcd starts wpa_supplicant by itself; ifupdown must be told.
        if [ ! -f "$root/etc/dhcpcd.conf" ] && [ -d "$root/etc/network" ]; then
          printf '%s\n' 'allow-hotplug wlan0' 'iface wlan0 inet dhcp' \
            '    wpa-conf /etc/wpa_supplicant/wpa_supplicant.conf' | put 600 "$root/etc/network/interfaces.d/wlan0"
        fi
      fi
      say "Wi-Fi is set"
    }

    set_place() {
      if [ -n "$time_zone" ]; then
        if [ -f "$root/usr/share/zoneinfo/$time_zone" ]; then
          ln -sf "/usr/share/zoneinfo/$time_zone" "$root/etc/localtime"
          printf '%s\n' "$time_zone" | put 644 "$root/etc/timezone"
        else
          wrong "there is no time zone $time_zone"
        fi
      fi
      [ -n "$locale" ] || return 0
      if [ -f "$root/etc/locale.gen" ] && ! grep -q "^$locale " "$root/etc/locale.gen"; then
        printf '%s UTF-8\n' "$locale" >>"$root/etc/locale.gen"
      fi
      if live locale-gen; then locale-gen >>"$log" 2>&1; fi
      printf 'LANG=%s\n' "$locale" | put 644 "$root/etc/default/locale"
    }

    """#
}
