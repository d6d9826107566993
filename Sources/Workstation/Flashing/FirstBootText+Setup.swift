extension FirstBootText {
  static let accounts = #"""

    set_admin() {
      [ -n "$admin" ] || return 0
      if [ "$admin" = root ]; then
        home=/root
      else
        home=/home/$admin
        if [ -z "$root" ] && ! getent passwd "$admin" >/dev/null; then
          # Raspberry Pi OS keeps its first account for this, and asks on the console until it has a name.
          if [ -x /usr/lib/userconf-pi/userconf ] && getent passwd 1000 >/dev/null; then
            /usr/lib/userconf-pi/userconf "$admin" '*' >>"$log" 2>&1
          else
            # No password fits a '*'; a '!' would lock the account for keys as well where sshd does without PAM.
            useradd -m -s /bin/bash -p '*' "$admin" >>"$log" 2>&1
          fi
          for group in sudo adm dialout i2c gpio spi netdev video; do
            if getent group "$group" >/dev/null; then usermod -a -G "$group" "$admin"; fi
          done
          getent passwd "$admin" >/dev/null || { wrong "the account $admin could not be made"; return; }
        fi
        printf '%s ALL=(ALL) NOPASSWD:ALL\n' "$admin" | put 440 "$root/etc/sudoers.d/010_edgetwin-admin"
      fi
      mkdir -p "$root$home/.ssh" && chmod 700 "$root$home/.ssh"
      put 600 "$root$home/.ssh/authorized_keys" <"$here/admin_keys" || wrong "keys of $admin"
      if [ -z "$root" ]; then chown -R "$admin:" "$home/.ssh"; fi
      say "account $admin"
    }

    # No account is asked for on a console nobody sits at.
    skip_questions() {
      [ -e "$root/usr/lib/userconf-pi/userconf" ] || return 0
      rm -f "$root/etc/ssh/sshd_config.d/rename_user.conf"
      service disable userconfig.service
      service --no-block stop userconfig.service
    }

    # A name of its own: what makes a system's host keys on its first boot throws away ssh_host_*.
    set_host_key() {
      key="$root/etc/ssh/edgetwin_host_ed25519_key"
      if [ -s "$here/host_key" ]; then
        put 600 "$key" <"$here/host_key" && put 644 "$key.pub" <"$here/host_key.pub" || { wrong "ssh host key"; return; }
        printf 'HostKey /etc/ssh/edgetwin_host_ed25519_key\n' |
          put 644 "$root/etc/ssh/sshd_config.d/10-edgetwin-host-key.conf"
        if [ -f "$root/etc/ssh/sshd_config" ] && ! grep -q '^Include.*sshd_config\.d' "$root/etc/ssh/sshd_config"; then
          { printf 'Include /etc/ssh/sshd_config.d/*.conf\n'; cat "$root/etc/ssh/sshd_config"; } |
            put 644 "$root/etc/ssh/sshd_config"
        fi
        sync
        shred_file "$here/host_key"
        say "ssh host key is in place"
      fi
    }

    set_ssh() {
      rm -f "$root/etc/ssh/sshd_not_to_be_run"
      service enable ssh.service
    }

    """#

  static let enrolment = #"""

    set_enrolment() {
      mkdir -p "$root/etc/edged/trusted.d" && chmod 755 "$root/etc/edged" "$root/etc/edged/trusted.d" || wrong "/etc/edged"
      put 644 "$root/etc/edged/identity" <"$here/identity" || wrong "identity"
      put 644 "$root/etc/edged/authorized_keys" <"$here/authorized_keys" || wrong "keys"
      for file in "$here"/trusted/*.pub; do
        [ -f "$file" ] || continue
        put 644 "$root/etc/edged/trusted.d/$(basename "$file")" <"$file" || wrong "trusted key"
      done
      printf 'i2c-dev\n' | put 644 "$root/etc/modules-load.d/edgetwin.conf"
      if live modprobe; then modprobe i2c-dev >>"$log" 2>&1; fi
      # Debian writes config.txt anew with each kernel; this is where it takes further lines from.
      if [ -f "$root/etc/default/raspi-firmware" ] && [ -s "$here/boot-config.txt" ]; then
        put 644 "$root/etc/default/raspi-firmware-custom" <"$here/boot-config.txt"
      fi
    }

    # Whatever interrupts this, the next start goes on with it.
    keep_at_it() {
      put 755 "$root/usr/local/sbin/edgetwin-firstboot" <"$0" || { wrong "the retry could not be set up"; return; }
      put 644 "$root/etc/systemd/system/$unit" <<'END'
    [Unit]
    Description=EdgeTwin: what is left of the first boot's set-up
    ConditionPathExists=!/var/lib/edgetwin-firstboot/done
    After=local-fs.target cloud-init.service
    RequiresMountsFor=/boot /boot/firmware

    [Service]
    Type=oneshot
    ExecStart=/bin/sh /usr/local/sbin/edgetwin-firstboot late
    TimeoutStartSec=15min

    [Install]
    WantedBy=multi-user.target
    END
      mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
      ln -sf "/etc/systemd/system/$unit" "$root/etc/systemd/system/multi-user.target.wants/$unit"
    }

    """#

  static let packages = #"""

    dpkg_in() { DEBIAN_FRONTEND=noninteractive dpkg ${root:+--root="$root"} --force-confdef --force-confold "$@"; }

    install_packages() {
      set --
      for file in "$here"/packages/*.deb; do
        [ -f "$file" ] || continue
        set -- "$@" "$file"
        architecture=$(dpkg-deb -f "$file" Architecture)
        case " all $(dpkg_in --print-architecture) $(dpkg_in --print-foreign-architectures | tr '\n' ' ') " in
          *" $architecture "*) ;;
          *) dpkg_in --add-architecture "$architecture" >>"$log" 2>&1 ;;
        esac
      done
      [ $# -gt 0 ] || return 0
      say "installing $# packages"
      if dpkg_in -i "$@" >>"$log" 2>&1; then return 0; fi
      # What they need and the card does not hold may come from the network.
      if live apt-get; then
        apt-get -y -q -f --no-install-recommends install >>"$log" 2>&1 ||
          { apt-get -q update && apt-get -y -q -f --no-install-recommends install; } >>"$log" 2>&1
      fi
      if dpkg_in -i "$@" >>"$log" 2>&1; then return 0; fi
      wrong "packages: $(grep -E 'depends on|dpkg: error|dpkg-deb: error' "$log" | tail -n 3 | tr '\n' ' ')"
    }

    """#

  static let stages = #"""

    result() {
      {
        printf '%s\n' "$1"
        printf 'when: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
        [ -z "$trouble" ] || printf 'what failed: %s\nlog: /var/log/edgetwin-firstboot.log\n' "${trouble#; }"
      } >"$here/RESULT.txt" 2>/dev/null
      sync
    }

    early() {
      [ ! -e "$state/early" ] || return 0
      say "first boot, early part ($form)"
      set_host_key
      set_host
      set_admin
      skip_questions
      set_wifi
      set_place
      set_ssh
      set_enrolment
      keep_at_it
      if [ -z "$trouble" ]; then mkdir -p "$state" && : >"$state/early"; else result "the early part did not end well"; fi
    }

    late() {
      [ ! -e "$state/done" ] || return 0
      early
      say "first boot, late part"
      install_packages
      if [ -n "$wants_edged" ] && [ ! -x "$root/usr/bin/edged" ]; then wrong "edged is not installed"; fi
      # Enabled since the early part; in this very start it may not be up.
      service restart ssh.service
      if [ -n "$trouble" ]; then
        result "not done: the next start tries again"
        return 1
      fi
      mkdir -p "$state" && : >"$state/done"
      rm -f "$root/etc/systemd/system/multi-user.target.wants/$unit" "$root/etc/systemd/system/$unit" \
        "$root/usr/local/sbin/edgetwin-firstboot"
      rm -rf "$here/packages" "$here/trusted"
      for file in admin_keys authorized_keys identity boot-config.txt host_key.pub; do rm -f "$here/$file"; done
      # It holds the key of the Wi-Fi; the shell has read it to its end by now.
      shred_file "$here/firstboot.sh"
      result "done"
      say "done"
    }

    # Named on the kernel's command line: this start is for the early part alone, then the system starts over.
    firstrun() {
      early
      boot=$(dirname "$here")
      if [ -f "$boot/cmdline.txt" ]; then
        sed -i -e 's/ *systemd\.run=[^ ]*//' -e 's/ *systemd\.run_success_action=[^ ]*//' \
          -e 's/ *systemd\.unit=kernel-command-line\.target//' "$boot/cmdline.txt"
      fi
      rm -f "$boot/firstrun.sh"
      sync
    }

    case "${1:-}" in
      early) early; exit 0 ;;
      late) late; exit $? ;;
      firstrun) firstrun; exit 0 ;;
      *) echo "usage: $0 early|late|firstrun" >&2; exit 64 ;;
    esac
    """# + "\n"
}
