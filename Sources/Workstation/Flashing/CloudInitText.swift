import CBoard
import Foundation
import WireFormat

/// The three files of cloud-init's NoCloud seed.
package enum CloudInitText {
  private static let quote = QuotedText.yaml

  /// user-data, a #cloud-config.
  package static func userData(_ settings: FlashSettings) -> String {
    var text = "#cloud-config\n# Written by edgesync flash.\n"
    text += "hostname: \(quote(settings.host))\nmanage_etc_hosts: true\nssh_pwauth: false\n"
    if let zone = settings.timeZone { text += "timezone: \(quote(zone))\n" }
    if let locale = settings.locale { text += "locale: \(quote(locale))\n" }
    if let admin = settings.administrator {
      text += "users:\n- name: \(quote(admin.name))\n  shell: /bin/bash\n  lock_passwd: true\n"
      text += "  groups: \"sudo,adm,dialout,netdev,video\"\n  sudo: \"ALL=(ALL) NOPASSWD:ALL\"\n"
      text += "  ssh_authorized_keys:\n" + admin.keys.map { "  - \(quote($0))\n" }.joined()
    } else {
      // Else the image's default account would be made.
      text += "users: []\n"
    }
    let early = quote(FirstBootScript.starter("early"))
    let late = quote(FirstBootScript.starter("late"))
    // Before sshd is up, so that it never shows another host key than the one this workstation knows.
    text += "bootcmd:\n- [ cloud-init-per, instance, edgetwin-early, sh, -c, \(early) ]\n"
    text += "runcmd:\n- [ sh, -c, \(late) ]\n"
    return text
  }

  /// network-config: addresses by DHCP; the Wi-Fi's key, never its passphrase.
  package static func network(_ settings: FlashSettings) -> String {
    var text = "# Written by edgesync flash.\nnetwork:\n  version: 2\n  ethernets:\n    eth0:\n"
    text += "      dhcp4: true\n      dhcp6: true\n      optional: true\n"
    guard let wifi = settings.wifi else { return text }
    text += "  wifis:\n    wlan0:\n      dhcp4: true\n      optional: true\n"
    text += "      regulatory-domain: \(quote(wifi.country))\n      access-points:\n"
    var point: [String] = []
    if let key = wifi.key { point.append("password: \(quote(key))") }
    if wifi.isHidden { point.append("hidden: true") }
    text += "        \(quote(wifi.ssid)): "
    return text + (point.isEmpty ? "{}\n" : "\n" + point.map { "          \($0)\n" }.joined())
  }

  /// A name that differs where the settings do, so that cloud-init takes a card flashed anew for a new machine.
  static func instance(_ userData: String, _ settings: FlashSettings) -> String {
    let all = Array((userData + network(settings) + settings.boardID + (settings.hostKey?.publicKey ?? "")).utf8)
    var digest = [UInt8](repeating: 0, count: Int(CBOARD_SHA256_BYTES))
    cboard_sha256(all, all.count, &digest)
    return "edgetwin-" + Hex.text(Array(digest.prefix(8)))
  }

  /// meta-data: a local seed, acted upon before there is a network.
  package static func metaData(_ settings: FlashSettings, instance: String) -> String {
    "dsmode: local\ninstance-id: \(quote(instance))\nlocal-hostname: \(quote(settings.host))\n"
  }
}

/// The file rpi-preseed reads.
package enum PreseedText {
  private static let quote = QuotedText.preseed

  /// rpi-preseed.toml, version 1.0.
  package static func text(_ settings: FlashSettings) -> String {
    var text =
      "# Written by edgesync flash.\nconfig_version = \"1.0\"\n\n[system]\nhostname = \(quote(settings.host))\n"
    text += "\n[ssh]\nenabled = true\npassword_authentication = false\n"
    if let wifi = settings.wifi {
      text += "\n[wlan]\nssid = \(quote(wifi.ssid))\n"
      // A name with characters that mean something to NetworkManager goes as bytes.
      if !wifi.isPlain { text += "ssid_hex = \(quote(wifi.ssidHex))\n" }
      if let key = wifi.key { text += "password = \(quote(key))\npassword_encrypted = true\n" }
      text += "hidden = \(wifi.isHidden)\ncountry = \(quote(wifi.country))\n"
    }
    if settings.timeZone != nil || settings.locale != nil {
      text += "\n[locale]\n"
      if let zone = settings.timeZone { text += "timezone = \(quote(zone))\n" }
      if let locale = settings.locale { text += "locales = [\(quote(locale))]\nlang = \(quote(locale))\n" }
    }
    // A board in the field may have no clock to wait for, and the script tries again by itself.
    text += "\n[runcmd]\nearly = [\(quote(FirstBootScript.starter("early")))]\nearly_cmd_timeout = 60\n"
    text += "late = [\(quote(FirstBootScript.starter("late")))]\nlate_require_time_sync = false\nlate_retries = 0\n"
    return text
  }
}

/// The file Debian's Raspberry Pi images read.
package enum SysconfText {
  /// The image's text with the host's name and, where root is the administrator, root's key.
  package static func with(_ settings: FlashSettings, in text: String) -> String {
    var values = [("hostname", settings.host)]
    // What follows a '#' is a comment there, so the key goes without its own.
    if settings.administrator?.name == "root", let key = settings.administrator?.keys.first {
      values.append(("root_authorized_key", key.split(separator: " ").prefix(2).joined(separator: " ")))
    }
    let kept = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).filter { line in
      let name = line.split(separator: "=", maxSplits: 1).first?.trimmingCharacters(in: .whitespaces).lowercased()
      return !values.contains { $0.0 == name }
    }
    var lines = kept.map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return (lines + values.map { "\($0.0)=\($0.1)" }).joined(separator: "\n") + "\n"
  }
}
