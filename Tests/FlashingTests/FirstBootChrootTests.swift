import Flashing
import Foundation
import Testing

/// The first-boot script as a board runs it: root folder and all, in name spaces of its own over this machine's system,
/// which stays as it is. It takes the rights to make those; elsewhere there is nothing to see here.
@Suite struct FirstBootChrootTests {
  /// What is run inside; programs that would reach the kernel itself are stood in for.
  static let inside = #"""
    export PATH=/stand-ins:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    mkdir /stand-ins
    for name in modprobe rfkill raspi-config; do
      printf '#!/bin/sh\necho "$(basename "$0") $*" >>/stand-ins/calls\n' >/stand-ins/$name
      chmod 755 /stand-ins/$name
    done
    sh /boot/firmware/firstrun.sh >/dev/null 2>&1; echo "firstrun=$?"
    echo "hostname=$(hostname)"
    echo "account=$(getent passwd lab | cut -d: -f6,7)"
    echo "password=$(getent shadow lab | cut -d: -f2)"
    echo "owner=$(stat -c %U:%a /home/lab/.ssh/authorized_keys)"
    echo "calls=$(tr '\n' ',' </stand-ins/calls)"
    echo "retry=$(test -L /etc/systemd/system/multi-user.target.wants/edgetwin-firstboot.service && echo yes)"
    sh /usr/local/sbin/edgetwin-firstboot late >/dev/null 2>&1; echo "late=$?"
    echo "package=$(dpkg-query -W -f '${db:Status-Status} ${Version}' edged-of-the-tests)"
    echo "program=$(test -x /usr/bin/edged-of-the-tests && echo yes)"
    if command -v sshd >/dev/null; then
      mkdir -p /run/sshd
      ssh-keygen -A >/dev/null 2>&1
      echo "hostkeys=$(sshd -T 2>/dev/null | sed -n 's/^hostkey //p' | tr '\n' ',')"
    fi
    echo "result=$(head -n 1 /boot/firmware/edgetwin/RESULT.txt)"
    """#

  /// An upper layer in memory over the running system, and the boot partition's files where a board has them.
  static let around = #"""
    set -e
    mount --make-rprivate /
    mount -t tmpfs tmpfs "$1"
    mkdir "$1/upper" "$1/work" "$1/root"
    mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
    mkdir -p "$1/root/boot/firmware"
    echo ready
    cp -r "$2/." "$1/root/boot/firmware/"
    cp "$3" "$1/root/inside.sh"
    exec chroot "$1/root" /bin/sh /inside.sh
    """#

  @Test func aBoardsOwnRunOfIt() throws {
    guard geteuid() == 0, let unshare = ToolRun.find("unshare"), ToolRun.find("chroot") != nil else { return }
    let scratch = try Scratch()
    guard let package = try Sample.package(in: scratch.path, name: "edged-of-the-tests") else { return }
    let stock = try TestImage.make(in: scratch.path, files: Stock.bookworm)
    let wifi = try WiFiNetwork(ssid: "lab", passphrase: "12345678", country: "DE")
    let settings = Sample.settings(
      wifi: wifi, administrator: .init(name: "lab", keys: [Sample.key]), packages: [package],
      hostKey: try HostKey.make(host: "cell-07"))
    _ = try Sample.flash(settings).run(image: stock.path, target: scratch.path + "/out.img")
    try TestImage(path: scratch.path + "/out.img").unpack(to: scratch.path + "/card")
    try FileManager.default.createDirectory(atPath: scratch.path + "/mount", withIntermediateDirectories: false)
    let outcome = try ToolRun.run(
      unshare,
      [
        "--mount", "--uts", "--pid", "--fork", "/bin/sh", try scratch.write("around.sh", Self.around),
        scratch.path + "/mount", scratch.path + "/card", try scratch.write("inside.sh", Self.inside),
      ])
    var lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").map(String.init)
    // Without the rights, or over a file system that takes no layer, it never came to run.
    guard lines.first == "ready" else { return }
    lines.removeFirst()
    var values: [String: String] = [:]
    for line in lines {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      values[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    let said = Comment(rawValue: "\(values) \(outcome.complaint)")
    #expect(values["firstrun"] == "0" && values["late"] == "0", said)
    #expect(values["hostname"] == "cell-07", said)
    #expect(values["account"] == "/home/lab:/bin/bash" && values["password"] == "*", said)
    #expect(values["owner"] == "lab:600", said)
    #expect(values["calls"] == "raspi-config nonint do_wifi_country DE,rfkill unblock wifi,modprobe i2c-dev,", said)
    #expect(values["retry"] == "yes", said)
    #expect(values["package"] == "installed 1.0" && values["program"] == "yes", said)
    if let keys = values["hostkeys"] { #expect(keys == "/etc/ssh/edgetwin_host_ed25519_key,", said) }
    #expect(values["result"] == "done", said)
  }
}
