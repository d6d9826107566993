import Flashing
import Foundation
import Testing

/// The first-boot script, really run: on a folder in place of a board's root, with dpkg's own hands for the packages.
@Suite struct FirstBootScriptTests {
  /// A board's root with what the script looks at, and its boot partition unpacked from a flashed image.
  final class Board {
    let scratch: Scratch
    let root: String
    let boot: String

    init(
      _ files: [String: String?], mount: String, settings: FlashSettings, form: FirstBootForm? = nil,
      networkManager: Bool = true
    ) throws {
      scratch = try Scratch()
      root = scratch.path + "/root"
      boot = root + mount
      let stock = try TestImage.make(in: scratch.path, files: files)
      _ = try Sample.flash(settings, form: form).run(image: stock.path, target: scratch.path + "/out.img")
      try TestImage(path: scratch.path + "/out.img").unpack(to: boot)
      let manager = FileManager.default
      for folder in [
        "etc/ssh/sshd_config.d", "etc/network/interfaces.d", "var/lib/systemd/rfkill", "var/lib/dpkg/info",
        "var/lib/dpkg/updates", "usr/share/zoneinfo/Asia", "usr/lib/userconf-pi", "var/lib/NetworkManager",
      ] + (networkManager ? ["etc/NetworkManager/system-connections"] : []) {
        try manager.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
      }
      for (name, text) in [
        "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n", "etc/hostname": "raspberrypi\n",
        "etc/ssh/sshd_config": "PermitRootLogin no\n", "etc/ssh/sshd_config.d/rename_user.conf": "Banner x\n",
        "var/lib/systemd/rfkill/platform-mmc:wlan": "1\n", "var/lib/dpkg/status": "", "var/lib/dpkg/available": "",
        "usr/share/zoneinfo/Asia/Tokyo": "TZif", "usr/lib/userconf-pi/userconf": "",
        "var/lib/NetworkManager/NetworkManager.state": "[main]\nWirelessEnabled=false\n",
      ] { try text.write(toFile: "\(root)/\(name)", atomically: false, encoding: .utf8) }
    }

    @discardableResult
    func run(_ script: String, _ arguments: [String] = []) throws -> ToolRun.Outcome {
      try ToolRun.run("/bin/sh", [script] + arguments, environment: ["EDGETWIN_ROOT": root, "LC_ALL": "C"])
    }

    func text(_ path: String) -> String? {
      FileManager.default.contents(atPath: "\(root)/\(path)").map { String(decoding: $0, as: UTF8.self) }
    }
    /// Links are not followed: they lead out of the folder.
    func has(_ path: String) -> Bool {
      var facts = stat()
      return lstat("\(root)/\(path)", &facts) == 0
    }
    func mode(_ path: String) -> mode_t {
      var facts = stat()
      return stat("\(root)/\(path)", &facts) == 0 ? facts.st_mode & 0o7777 : 0
    }
  }

  private static func wifi() throws -> WiFiNetwork {
    try WiFiNetwork(ssid: "a'b\"$(touch x);ü", passphrase: "12345678", country: "JP", isHidden: true)
  }

  private func settings(_ scratch: Scratch, _ key: HostKey?) throws -> FlashSettings {
    let package = try Sample.package(in: scratch.path)
    return Sample.settings(
      wifi: try Self.wifi(), administrator: .init(name: "lab", keys: [Sample.key]),
      packages: package.map { [$0] } ?? [], timeZone: "Asia/Tokyo", hostKey: key)
  }

  @Test func firstrunSetsEverythingUpInTwoStarts() throws {
    let key = try HostKey.make(host: "cell-07")
    let packages = try Scratch()
    let board = try Board(Stock.bookworm, mount: "/boot/firmware", settings: try settings(packages, key))
    // The shell that systemd.run starts finds no /boot here, so the script is started as it would.
    #expect(try board.run(board.boot + "/edgetwin/firstboot.sh", ["firstrun"]).code == 0)

    #expect(board.text("etc/hostname") == "cell-07\n")
    #expect(board.text("etc/hosts") == "127.0.0.1\tlocalhost\n127.0.1.1\tcell-07\n")
    #expect(board.text("etc/ssh/edgetwin_host_ed25519_key") == String(decoding: key.secret, as: UTF8.self))
    #expect(board.mode("etc/ssh/edgetwin_host_ed25519_key") == 0o600)
    #expect(
      board.text("etc/ssh/sshd_config.d/10-edgetwin-host-key.conf") == "HostKey /etc/ssh/edgetwin_host_ed25519_key\n")
    #expect(board.text("etc/ssh/sshd_config") == "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n")
    #expect(!board.has("etc/ssh/sshd_config.d/rename_user.conf"))
    #expect(board.text("etc/edged/identity") == "name=cell-07\nboard_id=\(Sample.id)\n")
    #expect(board.text("etc/edged/authorized_keys") == Sample.key + "\n")
    #expect(
      FileManager.default.contents(atPath: board.root + "/etc/edged/trusted.d/01080f16.pub") == Data(Sample.trusted))
    #expect(board.text("home/lab/.ssh/authorized_keys") == Sample.key + "\n")
    #expect(board.mode("home/lab/.ssh") == 0o700)
    #expect(board.text("etc/sudoers.d/010_edgetwin-admin") == "lab ALL=(ALL) NOPASSWD:ALL\n")
    #expect(board.mode("etc/sudoers.d/010_edgetwin-admin") == 0o440)
    #expect(board.text("etc/timezone") == "Asia/Tokyo\n")
    let wifi = try Self.wifi()
    let connection = try #require(board.text("etc/NetworkManager/system-connections/edgetwin-wifi.nmconnection"))
    #expect(connection.contains("\nssid=97;39;98;34;36;40;"))
    #expect(connection.contains("\nhidden=true\n"))
    #expect(connection.contains("\npsk=\(wifi.key ?? "?")\n"))
    #expect(board.mode("etc/NetworkManager/system-connections/edgetwin-wifi.nmconnection") == 0o600)
    #expect(board.text("var/lib/systemd/rfkill/platform-mmc:wlan") == "0\n")
    #expect(board.text("var/lib/NetworkManager/NetworkManager.state") == "[main]\nWirelessEnabled=true\n")
    #expect(board.text("etc/modules-load.d/edgetwin.conf") == "i2c-dev\n")
    #expect(board.has("etc/systemd/system/edgetwin-firstboot.service"))
    // It is told to run once, and the private key is off the card.
    let cmdline = try #require(board.text("boot/firmware/cmdline.txt"))
    #expect(!cmdline.contains("systemd."))
    #expect(cmdline.contains("rootwait") && cmdline.contains("cfg80211.ieee80211_regdom=JP"))
    #expect(!board.has("boot/firmware/firstrun.sh"))
    #expect(!board.has("boot/firmware/edgetwin/host_key"))
    #expect(!board.has("x"), "the network's name was run as a command")

    // The second start.
    let late = try board.run(board.root + "/usr/local/sbin/edgetwin-firstboot", ["late"])
    #expect(late.code == 0, "\(late.complaint) \(board.text("var/log/edgetwin-firstboot.log") ?? "")")
    #expect(board.text("boot/firmware/edgetwin/RESULT.txt")?.hasPrefix("done\n") == true)
    #expect(board.has("usr/bin/edged") == (ToolRun.find("dpkg-deb") != nil))
    #expect(!board.has("etc/systemd/system/multi-user.target.wants/edgetwin-firstboot.service"))
    // The Wi-Fi's key is off the card, and the packages make room.
    let left = try FileManager.default.contentsOfDirectory(atPath: board.boot + "/edgetwin").sorted()
    #expect(left == ["RESULT.txt"])
  }

  @Test func aFailedPackageIsToldAndTriedAgain() throws {
    let packages = try Scratch()
    guard let needy = try Sample.package(in: packages.path, fields: "Depends: nothing-has-this-name\n") else { return }
    let board = try Board(Stock.trixie, mount: "/boot/firmware", settings: Sample.settings(packages: [needy]))
    let script = board.boot + "/edgetwin/firstboot.sh"
    #expect(try board.run(script, ["early"]).code == 0)
    #expect(try board.run(script, ["late"]).code == 1)
    let result = try #require(board.text("boot/firmware/edgetwin/RESULT.txt"))
    #expect(result.hasPrefix("not done: the next start tries again\n"))
    #expect(result.contains("nothing-has-this-name"), "\(result)")
    #expect(board.has("etc/systemd/system/multi-user.target.wants/edgetwin-firstboot.service"))
    #expect(board.has("boot/firmware/edgetwin/packages/edged_1.0_all.deb"))

    // Somebody puts what was missing on the card; the next start goes on.
    let cure = try Sample.package(in: packages.path, name: "nothing-has-this-name")
    try FileManager.default.copyItem(
      atPath: try #require(cure).path, toPath: board.boot + "/edgetwin/packages/cure.deb")
    #expect(try board.run(board.root + "/usr/local/sbin/edgetwin-firstboot", ["late"]).code == 0)
    #expect(board.text("boot/firmware/edgetwin/RESULT.txt")?.hasPrefix("done\n") == true)
    #expect(board.has("usr/bin/edged"))
  }

  @Test func lateAloneDoesBothParts() throws {
    let board = try Board(Stock.preseed, mount: "/boot/firmware", settings: Sample.settings(host: "b2"))
    #expect(try board.run(board.boot + "/edgetwin/firstboot.sh", ["late"]).code == 0)
    #expect(board.text("etc/edged/identity")?.hasPrefix("name=b2\n") == true)
    // The image's own means set these.
    #expect(board.text("etc/hostname") == "raspberrypi\n")
    #expect(!board.has("boot/firmware/edgetwin/firstboot.sh"))
    #expect(!board.has("usr/local/sbin/edgetwin-firstboot"))
  }

  @Test func onBullseyeTheWiFiGoesToWPASupplicant() throws {
    let board = try Board(
      Stock.bullseye, mount: "/boot", settings: Sample.settings(wifi: try Self.wifi()), networkManager: false)
    #expect(try board.run(board.boot + "/edgetwin/firstboot.sh", ["firstrun"]).code == 0)
    let text = try #require(board.text("etc/wpa_supplicant/wpa_supplicant.conf"))
    #expect(text.contains("\n\tssid=6127622224"))
    #expect(text.contains("country=JP\n") && text.contains("\tscan_ssid=1\n"))
    #expect(board.mode("etc/wpa_supplicant/wpa_supplicant.conf") == 0o600)
    #expect(board.text("etc/network/interfaces.d/wlan0")?.contains("wpa-conf /etc/wpa_supplicant") == true)
    #expect(board.text("boot/cmdline.txt")?.contains("systemd.run") == false)
  }

  /// Every step at which the power could go: the script starts over from what the cut left, and ends well.
  @Test func aCutAnywhereIsMadeGood() throws {
    let packages = try Scratch()
    let settings = try settings(packages, try HostKey.make(host: "cell-07"))
    for limit in stride(from: 3, through: 21, by: 6) {
      let board = try Board(Stock.bookworm, mount: "/boot/firmware", settings: settings)
      // A shell that ends itself after so many files were put in place stands for the cut.
      let path = board.boot + "/edgetwin/firstboot.sh"
      let whole = try String(contentsOfFile: path, encoding: .utf8)
      let cut = whole.replacingOccurrences(
        of: "put() {\n", with: "puts=0\nput() {\n  puts=$((puts + 1)); [ $puts -lt \(limit) ] || kill -9 $$\n")
      #expect(cut != whole)
      try cut.write(toFile: path, atomically: false, encoding: .utf8)
      _ = try board.run(path, ["firstrun"])
      try whole.write(toFile: path, atomically: false, encoding: .utf8)
      #expect(try board.run(path, ["firstrun"]).code == 0)
      let late = try board.run(path, ["late"])
      #expect(
        late.code == 0, "cut at \(limit): \(late.complaint) \(board.text("var/log/edgetwin-firstboot.log") ?? "")")
      #expect(board.has("etc/ssh/edgetwin_host_ed25519_key"), "cut at \(limit)")
      #expect(board.text("etc/edged/authorized_keys") == Sample.key + "\n", "cut at \(limit)")
    }
  }

  @Test(arguments: FirstBootForm.allCases) func theShellsAgreeThatItIsOne(_ form: FirstBootForm) throws {
    let scratch = try Scratch()
    let text = FirstBootScript.text(
      Sample.settings(
        host: "h", wifi: try Self.wifi(), administrator: .init(name: "lab", keys: [Sample.key]), timeZone: "Etc/UTC"),
      form: form)
    let path = try scratch.write("firstboot.sh", text)
    let parsed = try ToolRun.run("/bin/sh", ["-n", path])
    #expect(parsed.code == 0, "\(parsed.complaint)")
    if let shellcheck = ToolRun.find("shellcheck") {
      let checked = try ToolRun.run(shellcheck, ["-s", "sh", "-S", "warning", path])
      #expect(checked.code == 0, "\(String(decoding: checked.output, as: UTF8.self))")
    }
  }
}
