import Flashing
import Foundation
import Testing

/// Stock images of every first-boot form, flashed and read back.
@Suite struct ImageFlashTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var files: [String: String?]
    var form: FirstBootForm
    var mountPoint: String
    var userland: Userland
  }

  static let cases = [
    Case(
      testDescription: "bookworm", files: Stock.bookworm, form: .firstrun, mountPoint: "/boot/firmware",
      userland: .arm64),
    Case(testDescription: "bullseye", files: Stock.bullseye, form: .firstrun, mountPoint: "/boot", userland: .armhf),
    Case(
      testDescription: "trixie", files: Stock.trixie, form: .cloudInit, mountPoint: "/boot/firmware", userland: .arm64),
    Case(
      testDescription: "preseed", files: Stock.preseed, form: .preseed, mountPoint: "/boot/firmware", userland: .arm64),
    Case(
      testDescription: "debian", files: Stock.debian, form: .sysconf, mountPoint: "/boot/firmware", userland: .arm64),
  ]

  @Test(arguments: cases) func everyFormIsFoundAndWritten(_ item: Case) throws {
    let scratch = try Scratch()
    let stock = try TestImage.make(in: scratch.path, files: item.files)
    let before = try Data(contentsOf: URL(fileURLWithPath: stock.path))
    let wifi = try WiFiNetwork(ssid: "Löt \"Ecke\"'s $HOME", passphrase: "correct horse", country: "de")
    let package = try Sample.package(in: scratch.path)
    let settings = Sample.settings(wifi: wifi, packages: package.map { [$0] } ?? [])
    let target = scratch.path + "/out.img"
    let outcome = try Sample.flash(settings).run(image: stock.path, target: target)
    #expect(outcome.form == item.form)
    #expect(outcome.mountPoint == item.mountPoint)
    #expect(outcome.userland == item.userland)
    #expect(outcome.size == TestImage.size)
    #expect(try Data(contentsOf: URL(fileURLWithPath: stock.path)) == before, "the stock image was touched")

    let card = TestImage(path: target)
    #expect(try card.text("config.txt").hasSuffix("[all]\n\(Sample.fragment)# --- EdgeTwin: end ---\n"))
    #expect(try card.text("edgetwin/identity") == "name=cell-07\nboard_id=\(Sample.id)\n")
    #expect(try card.text("edgetwin/authorized_keys") == Sample.key + "\n")
    #expect(try card.bytes("edgetwin/trusted/01080f16.pub") == Sample.trusted)
    if package != nil {
      let deb = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/edged_1.0_all.deb"))
      #expect(try card.bytes("edgetwin/packages/edged_1.0_all.deb") == [UInt8](deb))
    }
    // What stands outside the boot partition came through bit for bit.
    let after = try Data(contentsOf: URL(fileURLWithPath: target))
    let root = Int(TestImage.bootOffset + TestImage.bootSize)
    #expect(after.count == before.count)
    #expect(after[root...] == before[root...])
    #expect(after[..<Int(TestImage.bootOffset)] == before[..<Int(TestImage.bootOffset)])
    // The passphrase is nowhere on the card.
    #expect(after.range(of: Data("correct horse".utf8)) == nil)

    let cmdline = try card.text("cmdline.txt")
    #expect(cmdline.split(separator: "\n", omittingEmptySubsequences: false).count == 2, "one line, ended")
    #expect(cmdline.contains(" cfg80211.ieee80211_regdom=DE"))
    #expect(cmdline.contains("rootwait"))
    switch item.form {
    case .firstrun, .sysconf:
      #expect(
        cmdline.contains(
          " systemd.run=\(item.mountPoint)/firstrun.sh systemd.run_success_action=reboot "
            + "systemd.unit=kernel-command-line.target"))
      #expect(try card.text("firstrun.sh").hasPrefix("#!/bin/sh\n"))
    case .cloudInit:
      let meta = try card.text("meta-data")
      let instance = try #require(meta.split(separator: "\"").dropFirst().first)
      #expect(instance.hasPrefix("edgetwin-"))
      #expect(cmdline.contains(" ds=nocloud;i=\(instance)"))
    case .preseed: #expect(!cmdline.contains("systemd.run"))
    }
    if item.form == .sysconf { #expect(try card.text("sysconf.txt").hasSuffix("#hostname=rpi\nhostname=cell-07\n")) }
  }

  @Test(arguments: cases) func flashingTwiceIsFlashingOnce(_ item: Case) throws {
    let scratch = try Scratch()
    let stock = try TestImage.make(in: scratch.path, files: item.files)
    let flash = try Sample.flash(
      Sample.settings(wifi: try WiFiNetwork(ssid: "lab", passphrase: "12345678", country: "DE")))
    let (once, twice) = (scratch.path + "/once.img", scratch.path + "/twice.img")
    let first = try flash.run(image: stock.path, target: once)
    let second = try flash.run(image: once, target: twice)
    // Where nothing changes, cmdline.txt and config.txt need no writing.
    #expect(Set(second.files).isSubset(of: Set(first.files)))
    for name in first.files {
      #expect(try TestImage(path: once).bytes(name) == TestImage(path: twice).bytes(name), "\(name)")
    }
  }

  @Test func aSecondFlashTakesAwayWhatTheFirstLeft() throws {
    let scratch = try Scratch()
    let stock = try TestImage.make(in: scratch.path, files: Stock.bookworm)
    let (once, twice) = (scratch.path + "/once.img", scratch.path + "/twice.img")
    guard let package = try Sample.package(in: scratch.path) else { return }
    let key = try HostKey.make(host: "a")
    _ = try Sample.flash(Sample.settings(packages: [package], hostKey: key)).run(image: stock.path, target: once)
    #expect(try TestImage(path: once).bytes("edgetwin/host_key") == key.secret)
    _ = try Sample.flash(Sample.settings()).run(image: once, target: twice)
    #expect(throws: FlashError.self) { try TestImage(path: twice).bytes("edgetwin/host_key") }
    #expect(throws: FlashError.self) { try TestImage(path: twice).bytes("edgetwin/packages/edged_1.0_all.deb") }
  }

  @Test(arguments: Compression.allCases) func compressedImages(_ form: Compression) throws {
    guard let tool = ToolRun.find(form.program) else { return }
    let scratch = try Scratch()
    let stock = try TestImage.make(in: scratch.path, files: Stock.bookworm)
    let packed = try ToolRun.run(tool, ["-k", "-1", "-c", stock.path])
    let name = "\(scratch.path)/stock.img.\(form.suffix)"
    try Data(packed.output).write(to: URL(fileURLWithPath: name))
    let (plain, unpacked) = (scratch.path + "/plain.img", scratch.path + "/unpacked.img")
    let flash = try Sample.flash(Sample.settings())
    _ = try flash.run(image: stock.path, target: plain)
    _ = try flash.run(image: name, target: unpacked)
    #expect(try TestImage(path: unpacked).text("cmdline.txt") == TestImage(path: plain).text("cmdline.txt"))
    #expect(try FileSource(unpacked).size == TestImage.size)
    // Zeros became holes.
    var facts = stat()
    #expect(stat(unpacked, &facts) == 0 && facts.st_blocks * 512 < Int(TestImage.size) / 2)

    // Cut short, it leaves an error and nothing else.
    try Data(packed.output.prefix(packed.output.count / 2)).write(to: URL(fileURLWithPath: name))
    let error = #expect(throws: FlashError.self) { try flash.run(image: name, target: scratch.path + "/cut.img") }
    #expect(error?.message.contains("truncated or damaged") == true, "\(error?.message ?? "")")
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    #expect(!left.contains { $0.hasPrefix(".edgetwin") || $0 == "cut.img" })
  }

  @Test func anInterruptLeavesNothing() throws {
    let scratch = try Scratch()
    let stock = try TestImage.make(in: scratch.path, files: Stock.bookworm)
    var flash = try Sample.flash(Sample.settings())
    flash.isInterrupted = { true }
    let error = #expect(throws: FlashError.self) { try flash.run(image: stock.path, target: scratch.path + "/o.img") }
    #expect(error?.code == 130)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["stock.img"])
  }
}
