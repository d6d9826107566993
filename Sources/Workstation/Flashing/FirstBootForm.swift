/// How an image takes what is to be set up on its first boot.
public enum FirstBootForm: String, CaseIterable, Sendable {
  /// cloud-init with its NoCloud seed on the boot partition: Raspberry Pi OS trixie, Ubuntu.
  case cloudInit = "cloud-init"
  /// rpi-preseed.toml on the boot partition: Raspberry Pi OS images made with rpi-preseed.
  case preseed = "rpi-preseed"
  /// A script named on the kernel's command line, as Raspberry Pi Imager does it: Raspberry Pi OS bullseye, bookworm.
  case firstrun = "firstrun"
  /// sysconf.txt on the boot partition, and a script named on the kernel's command line: Debian's own Pi images.
  case sysconf = "sysconf"
}

/// What the boot partition of an image tells about its system.
package struct BootFacts: Equatable, Sendable {
  /// Names in the partition's root; folders end in "/".
  package var names: [String]
  package var cmdline: String?
  package var config: String?
  package var sysconf: String?
  /// pi-gen's mark in Raspberry Pi OS images.
  package var issue: String?

  package init(
    names: [String], cmdline: String? = nil, config: String? = nil, sysconf: String? = nil, issue: String? = nil
  ) {
    self.names = names
    self.cmdline = cmdline
    self.config = config
    self.sysconf = sysconf
    self.issue = issue
  }

  package init(_ files: BootFiles) throws(FlashError) {
    names = try files.names()
    cmdline = try files.text("cmdline.txt")
    config = try files.text("config.txt")
    sysconf = try files.text("sysconf.txt")
    issue = try files.text("issue.txt")
  }

  private func has(_ name: String) -> Bool { names.contains { $0.lowercased() == name } }

  /// Whether pi-gen made the image, or something of its kind.
  var isRaspberryPiOS: Bool {
    issue?.contains("Raspberry Pi reference") == true || cmdline?.contains("init=/usr/lib/raspberrypi-sys-mods") == true
      || cmdline?.contains("init=/usr/lib/raspi-config") == true
  }

  /// Where the system mounts this partition: /boot/firmware, but /boot on Raspberry Pi OS up to bullseye.
  ///
  /// Raspberry Pi OS has had `auto_initramfs` in config.txt since it moved to /boot/firmware with bookworm.
  package var mountPoint: String {
    guard isRaspberryPiOS else { return "/boot/firmware" }
    let modern = config?.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("auto_initramfs=") } == true
    return modern ? "/boot/firmware" : "/boot"
  }

  /// Whether it is Debian 13 underneath, as far as Raspberry Pi OS shows: cloud-init, or the new way to grow the root.
  private var isTrixie: Bool {
    isRaspberryPiOS && (has("user-data") || CommandLineText.words(cmdline ?? "").contains("resize"))
  }

  /// What to say of edged's package where it seems to be made for another Debian than the image's; nil where it is not.
  package func suiteNote(_ packages: [DebPackage]) -> String? {
    guard isRaspberryPiOS, let edged = packages.first(where: { $0.name == "edged" && $0.architecture != "armel" })
    else { return nil }
    if isTrixie, !edged.version.contains("+deb13") {
      return
        "the image looks like Debian 13, \(edged.fileName) is made for Debian 12: take the package with +deb13 in its "
        + "version (./cross-compile.sh --suite trixie), or give libgpiod2's package as well"
    }
    if !isTrixie, edged.version.contains("+deb13") {
      return "the image looks older than Debian 13, for which \(edged.fileName) is made: take the one without +deb13"
    }
    return nil
  }

  /// The image's own form, by the files it has; an error that names them where they tell nothing or several forms.
  package func detect() throws(FlashError) -> FirstBootForm {
    var found: [FirstBootForm] = []
    if has("user-data") || has("meta-data") { found.append(.cloudInit) }
    if has("rpi-preseed.toml") { found.append(.preseed) }
    if let sysconf, sysconf.contains("rpi-set-sysconf") || sysconf.contains("root_authorized_key"), cmdline != nil {
      found.append(.sysconf)
    }
    if found.isEmpty, isRaspberryPiOS, cmdline != nil { found.append(.firstrun) }
    if found.count == 1 { return found[0] }
    if found.isEmpty {
      throw FlashError(
        "the image's first-boot form is not known: its boot partition has neither user-data and meta-data (cloud-init), "
          + "nor rpi-preseed.toml, nor Debian's sysconf.txt, nor the marks of Raspberry Pi OS (issue.txt). "
          + "If you know the form, say --first-boot \(FirstBootForm.allCases.map(\.rawValue).joined(separator: "|"))")
    }
    throw FlashError(
      "the image has the files of several first-boot forms (\(found.map(\.rawValue).joined(separator: ", "))): "
        + "say which its system reads with --first-boot")
  }

  /// Refuses what the form cannot be used on, and images somebody has customised already.
  package func check(_ form: FirstBootForm) throws(FlashError) {
    if form == .firstrun || form == .sysconf, cmdline == nil {
      throw FlashError(
        "--first-boot \(form.rawValue): the boot partition has no cmdline.txt, from which the script would be run")
    }
    if let cmdline {
      for word in CommandLineText.words(cmdline) where word.hasPrefix("systemd.run=") && !isOurs(word) {
        throw FlashError(
          "the image has been customised already: cmdline.txt has \(NameCheck.shown(word)) in it, as Raspberry Pi "
            + "Imager writes it. Two first-boot scripts do not go together: take the stock image")
      }
    }
    for name in ["custom.toml", "userconf.txt", "wpa_supplicant.conf"] where has(name) {
      throw FlashError(
        "the image has been customised already: its boot partition has \(name). Take the stock image, or remove it")
    }
  }

  private func isOurs(_ word: String) -> Bool {
    word.hasSuffix("/firstrun.sh") && names.contains("\(FirstBootFolder.name)/")
  }
}

/// The folder this writes to on the boot partition.
enum FirstBootFolder {
  static let name = "edgetwin"
}
