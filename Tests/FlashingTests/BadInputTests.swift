import Flashing
import Foundation
import Testing

/// Files that are no image for the board, and values that are none: one clear error each, and nothing left behind.
@Suite struct BadInputTests {
  private func refusal(
    _ path: String, board: String = "raspberry-pi-4", form: FirstBootForm? = nil,
    settings: FlashSettings = Sample.settings()
  ) throws -> FlashError? {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let flash = try Sample.flash(settings, board: board, form: form)
    let error = #expect(throws: FlashError.self) { try flash.run(image: path, target: folder + "/out.img") }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!left.contains { $0 == "out.img" || $0.hasPrefix(".edgetwin") }, "\(left)")
    return error
  }

  @Test(arguments: [
    ("a.img", Data(), "is empty; download"),
    ("b.img", Data([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0] + [UInt8](repeating: 1, count: 600)), "compressed with xz"),
    ("c.img", Data([0x1F, 0x8B, 8] + [UInt8](repeating: 1, count: 600)), "compressed with gzip"),
    ("d.img", Data([0x50, 0x4B, 3, 4] + [UInt8](repeating: 1, count: 600)), "zip archive"),
    ("e.img", Data("<!doctype html><title>404</title>".utf8), "web page"),
    ("f.img.xz", Data("<html>".utf8), "no xz file"),
    ("g.img", Data([UInt8](repeating: 0x5A, count: 4096)), "no partition table"),
    ("h.img", Data("short".utf8), "only 5 bytes"),
    ("i.img.gz", Data(), "is empty; download"),
  ]) func noImages(_ name: String, _ data: Data, _ why: String) throws {
    let scratch = try Scratch()
    try data.write(to: URL(fileURLWithPath: "\(scratch.path)/\(name)"))
    let error = try refusal("\(scratch.path)/\(name)")
    #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
  }

  @Test func aTruncatedImageIsTold() throws {
    let scratch = try Scratch()
    let stock = try TestImage.make(in: scratch.path, files: Stock.bookworm)
    for size in [TestImage.size - 1, TestImage.bootOffset + 100, 512] {
      truncate(stock.path, off_t(size))
      let error = try refusal(stock.path)
      #expect(error?.message.contains("truncated or damaged") == true, "\(size): \(error?.message ?? "")")
    }
  }

  @Test func aBareFileSystemIsNoImage() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/fat.img"
    FileManager.default.createFile(atPath: path, contents: nil)
    truncate(path, off_t(TestImage.bootSize))
    try TestImage.format(path, offset: 0, size: TestImage.bootSize)
    #expect(try refusal(path)?.message.contains("without a partition table") == true)
  }

  @Test(
    arguments: [
      ("raspberry-pi-zero", Stock.bookworm, "no kernel for ARMv6"),
      ("raspberry-pi-5", Stock.debian, "it is for Raspberry Pi 4"),
      ("raspberry-pi-4", ["EFI": nil, "config.txt": "x"], "boots by UEFI"),
      ("raspberry-pi-4", ["config.txt": "x"], "no device tree"),
    ] as [(String, [String: String?], String)])
  func imagesForOtherBoards(_ board: String, _ files: [String: String?], _ why: String) throws {
    let scratch = try Scratch()
    let error = try refusal(try TestImage.make(in: scratch.path, files: files).path, board: board)
    #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
  }

  @Test func formsAreNeverGuessed() throws {
    let scratch = try Scratch()
    var both = Stock.trixie
    both["rpi-preseed.toml"] = "config_version = \"1.0\"\n"
    let several = try TestImage.make(in: scratch.path, name: "a.img", files: both)
    #expect(try refusal(several.path)?.message.contains("several first-boot forms (cloud-init, rpi-preseed)") == true)
    let chosen = try Sample.flash(Sample.settings(), form: .preseed).run(
      image: several.path, target: scratch.path + "/chosen.img")
    #expect(chosen.form == .preseed)
    unlink(scratch.path + "/chosen.img")

    var none = Stock.bookworm
    none["issue.txt"] = "Another system\n"
    none["cmdline.txt"] = "root=/dev/mmcblk0p2\n"
    let unknown = try TestImage.make(in: scratch.path, name: "b.img", files: none)
    #expect(try refusal(unknown.path)?.message.contains("say --first-boot") == true)

    var imager = Stock.bookworm
    imager["cmdline.txt"] = "root=x systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot\n"
    let customised = try TestImage.make(in: scratch.path, name: "c.img", files: imager)
    #expect(try refusal(customised.path)?.message.contains("customised already") == true)

    var headless = Stock.bookworm
    headless["cmdline.txt"] = nil as String??
    headless.removeValue(forKey: "cmdline.txt")
    let bare = try TestImage.make(in: scratch.path, name: "d.img", files: headless)
    #expect(try refusal(bare.path, form: .firstrun)?.message.contains("no cmdline.txt") == true)
  }

  @Test func aPackageOfAnotherDebianIsNoted() throws {
    let scratch = try Scratch()
    guard var edged = try Sample.package(in: scratch.path) else { return }
    for (files, version, why) in [
      (Stock.trixie, "0.1.0", "looks like Debian 13"), (Stock.trixie, "0.1.0+deb13", nil),
      (Stock.bookworm, "0.1.0+deb13", "looks older"), (Stock.bookworm, "0.1.0", nil), (Stock.debian, "0.1.0", nil),
    ] as [([String: String?], String, String?)] {
      edged.version = version
      func text(_ name: String) -> String? { files[name] ?? nil }
      let facts = BootFacts(
        names: Array(files.keys), cmdline: text("cmdline.txt"), config: text("config.txt"), issue: text("issue.txt"))
      let note = facts.suiteNote([edged])
      #expect(why.map { note?.contains($0) == true } ?? (note == nil), "\(version): \(note ?? "")")
    }
  }

  @Test func anImageIsMadeByTheScriptAndNothingElse() throws {
    let scratch = try Scratch()
    let key = try scratch.write("key.pub", Sample.key + "\n")
    let script = try scratch.write(
      "make.sh", "printf '%s\\n' \"$@\" >\"$2.arguments\"; [ \"$4\" = fails ] && exit 3; : >\"$2\"; : >\"$2.kernel\"\n")
    let out = scratch.path + "/lab 1.img"
    let maker = ImageMaker(settings: Sample.settings(host: "lab"), keyFile: key, trustFiles: ["/a b.pub"])
    let made = try maker.run(out: out, script: script)
    #expect(made == [out, out + ".arguments", out + ".kernel"])
    #expect(
      try String(contentsOfFile: out + ".arguments", encoding: .utf8)
        == "--out\n\(out)\n--host\nlab\n--key\n\(key)\n--board-id\n\(Sample.id)\n--trust\n/a b.pub\n")
    let failing = ImageMaker(settings: Sample.settings(host: "fails"), keyFile: key, trustFiles: [])
    let error = #expect(throws: FlashError.self) { try failing.run(out: scratch.path + "/x.img", script: script) }
    #expect(error?.message.contains("did not make the image") == true)
  }

  @Test func packagesMustFitTheSystem() throws {
    let scratch = try Scratch()
    guard let arm32 = try Sample.package(in: scratch.path, architecture: "armhf") else { return }
    let stock = try TestImage.make(in: scratch.path, name: "a.img", files: Stock.bookworm)
    let settings = Sample.settings(packages: [arm32])
    #expect(
      try refusal(stock.path, settings: settings)?.message.contains("is for armhf, the image's system for arm64")
        == true)
    let zero = try TestImage.make(in: scratch.path, name: "b.img", files: Stock.bullseye)
    #expect(
      try refusal(zero.path, board: "raspberry-pi-zero", settings: settings)?.message.contains("armel package") == true)
    let twice = Sample.settings(packages: [arm32, arm32])
    #expect(try refusal(zero.path, board: "raspberry-pi-3", settings: twice)?.message.contains("given twice") == true)
    // More than the partition holds.
    let large = scratch.path + "/large_1_all.deb"
    FileManager.default.createFile(atPath: large, contents: Data("!<arch>\ndebian-binary".utf8))
    truncate(large, 60 << 20)
    #expect(throws: FlashError.self) { try DebPackage(large) }
    var swollen = try #require(try Sample.package(in: scratch.path, name: "swollen"))
    swollen.size = 60 << 20
    #expect(
      try refusal(stock.path, settings: Sample.settings(packages: [swollen]))?.message.contains("are needed") == true)
  }

  @Test(arguments: [
    "", "-a", "a-", "a b", "a.b", "ü", "a\nb", "123", "a;reboot", "$(x)", String(repeating: "a", count: 64),
  ])
  func hostNames(_ name: String) {
    let error = #expect(throws: FlashError.self) { try NameCheck.host(name) }
    #expect(error?.code == 64)
    #expect(error?.message.contains("\n") == false)
  }

  @Test func goodNames() throws {
    #expect(try NameCheck.host("Cell-07") == "cell-07")
    #expect(try NameCheck.host(String(repeating: "a", count: 63)).count == 63)
    #expect(try NameCheck.user("lab") == "lab")
    #expect(try NameCheck.plain("timezone", "America/Port-au-Prince", like: "") == "America/Port-au-Prince")
    for name in ["Lab", "edged", "", "a b", "root;"] {
      #expect(throws: FlashError.self) { try NameCheck.user(name) }
    }
    for zone in ["../etc/passwd", "/etc/passwd", "a b", "a'b"] {
      #expect(throws: FlashError.self) { try NameCheck.plain("timezone", zone, like: "Europe/Berlin") }
    }
    #expect(throws: FlashError.self) { try BoardKind.named("beaglebone-black") }
    #expect(throws: FlashError.self) { try BoardKind.named("raspberry-pi-9") }
    #expect(try BoardKind.named("zero-2-w").name == "raspberry-pi-zero-2-w")
  }

  @Test func keyFiles() throws {
    let scratch = try Scratch()
    let good = try scratch.write("good.pub", "# mine\n\n\(Sample.key)\r\n")
    #expect(try KeyFiles.authorized(good) == [Sample.key])
    for (name, text, why) in [
      ("secret", "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n", "is a private key"),
      ("options.pub", "command=\"sh\" \(Sample.key)\n", "without options"),
      ("empty.pub", "# nothing\n", "holds no key"),
      ("cut.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 x\n", "no ssh public key"),
      ("wrong.pub", "ssh-rsa \(Sample.key.split(separator: " ")[1]) x\n", "no ssh public key"),
    ] {
      let path = try scratch.write(name, text)
      let error = #expect(throws: FlashError.self) { try KeyFiles.authorized(path) }
      #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
    }
    #expect(throws: FlashError.self) { try KeyFiles.trusted(good) }
    #expect(try KeyFiles.boardID(Sample.id.uppercased()) == Sample.id)
    #expect(try KeyFiles.boardID(nil) != KeyFiles.boardID(nil))
    for id in ["", "00", String(repeating: "0", count: 32), Sample.id + "0"] {
      #expect(throws: FlashError.self) { try KeyFiles.boardID(id) }
    }
  }
}
