/// A file on the boot partition: its path there and its bytes.
package struct CardFile: Equatable, Sendable {
  package var path: String
  package var bytes: [UInt8]

  init(_ path: String, _ text: String) {
    self.path = path
    bytes = Array(text.utf8)
  }

  init(_ path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// The files each first-boot form reads. They set what the form has words for, and start the first-boot script.
package enum FormFiles {
  static let added = ["systemd.run=", "systemd.run_success_action=", "systemd.unit=kernel-command-line.target"]

  /// Everything to be written in the form, the kernel's command line and sysconf.txt edited.
  package static func files(
    _ form: FirstBootForm, _ settings: FlashSettings, facts: BootFacts, mountPoint: String
  ) throws(FlashError) -> [CardFile] {
    if settings.administrator?.name == "root", form != .sysconf {
      throw .usage("--user root: only Debian's own images let root log in; give the administrator a name")
    }
    var files: [CardFile] = []
    var words: [String] = []
    switch form {
    case .cloudInit:
      let data = CloudInitText.userData(settings)
      let instance = CloudInitText.instance(data, settings)
      files.append(CardFile("user-data", data))
      files.append(CardFile("network-config", CloudInitText.network(settings)))
      files.append(CardFile("meta-data", CloudInitText.metaData(settings, instance: instance)))
      // Raspberry Pi OS takes the instance's name from here first, as its imager writes it.
      if facts.isRaspberryPiOS { words.append("ds=nocloud;i=\(instance)") }
    case .preseed:
      files.append(CardFile("rpi-preseed.toml", PreseedText.text(settings)))
    case .firstrun, .sysconf:
      files.append(
        CardFile(
          "firstrun.sh",
          "#!/bin/sh\n# Starts EdgeTwin's first-boot script; written by edgesync flash.\n"
            + FirstBootScript.starter("firstrun") + "\n"))
      words += [
        "systemd.run=\(mountPoint)/firstrun.sh", "systemd.run_success_action=reboot",
        "systemd.unit=kernel-command-line.target",
      ]
      if form == .sysconf { files.append(CardFile("sysconf.txt", SysconfText.with(settings, in: facts.sysconf ?? ""))) }
    }
    if let country = settings.wifi?.country { words.append("cfg80211.ieee80211_regdom=\(country)") }
    if let cmdline = facts.cmdline {
      var gone = added
      if settings.wifi != nil { gone.append("cfg80211.ieee80211_regdom=") }
      if form == .cloudInit, facts.isRaspberryPiOS { gone.append("ds=nocloud") }
      let line = CommandLineText.replacing(gone, with: words, in: cmdline)
      if line != cmdline { files.append(CardFile("cmdline.txt", line)) }
    }
    return files
  }

  /// What the first-boot script finds in its folder.
  package static func folder(
    _ settings: FlashSettings, form: FirstBootForm, fragment: String?
  ) -> [CardFile] {
    let folder = FirstBootFolder.name
    var files = [
      CardFile("\(folder)/\(FirstBootScript.fileName)", FirstBootScript.text(settings, form: form)),
      CardFile("\(folder)/identity", settings.identity),
      CardFile("\(folder)/authorized_keys", settings.keys.joined(separator: "\n") + "\n"),
    ]
    for key in settings.trusted {
      files.append(CardFile("\(folder)/trusted/\(FlashSettings.trustedName(key))", bytes: key))
    }
    if let admin = settings.administrator {
      files.append(CardFile("\(folder)/admin_keys", admin.keys.joined(separator: "\n") + "\n"))
    }
    if let key = settings.hostKey {
      files.append(CardFile("\(folder)/host_key", bytes: key.secret))
      files.append(CardFile("\(folder)/host_key.pub", key.publicKey + "\n"))
    }
    if let fragment { files.append(CardFile("\(folder)/boot-config.txt", fragment)) }
    return files
  }
}
