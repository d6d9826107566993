import Flashing
import Foundation

/// A small image true to form: an MBR written here, a FAT partition made by mformat, and a partition of noise behind it.
struct TestImage {
  static let bootOffset: UInt64 = 1 << 20
  static let bootSize: UInt64 = 36 << 20
  static let size: UInt64 = bootOffset + bootSize + (2 << 20)

  var path: String

  /// Files of a boot partition, by name; a value of nil makes a folder.
  static func make(in folder: String, name: String = "stock.img", files: [String: String?]) throws -> TestImage {
    let path = "\(folder)/\(name)"
    guard FileManager.default.createFile(atPath: path, contents: masterBootRecord()), truncate(path, off_t(size)) == 0
    else { throw FlashError("\(path) cannot be made") }
    // The root file system's stand-in, which must come through untouched.
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.seek(toOffset: bootOffset + bootSize + 4096)
    try handle.write(contentsOf: Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 + 7) }))
    try handle.close()
    try format(path, offset: bootOffset, size: bootSize)
    let image = TestImage(path: path)
    for name in files.keys.sorted() where files[name] == .some(nil) { try image.run("mmd", ["::/\(name)"]) }
    for (name, text) in files {
      guard let text else { continue }
      try image.put(name, Data(text.utf8))
    }
    return image
  }

  static func format(_ path: String, offset: UInt64, size: UInt64) throws {
    let image = TestImage(path: path)
    try image.run("mformat", ["-F", "-c", "1", "-T", "\(size / 512)", "-v", "bootfs", "::"], offset: offset)
  }

  static func masterBootRecord() -> Data {
    var sector = Data(count: 512)
    func entry(_ index: Int, _ type: UInt8, _ start: UInt64, _ size: UInt64) {
      let at = 446 + 16 * index
      sector[at + 4] = type
      for i in 0..<4 {
        sector[at + 8 + i] = UInt8(truncatingIfNeeded: (start / 512) >> UInt64(8 * i))
        sector[at + 12 + i] = UInt8(truncatingIfNeeded: (size / 512) >> UInt64(8 * i))
      }
    }
    entry(0, 0x0C, bootOffset, bootSize)
    entry(1, 0x83, bootOffset + bootSize, 2 << 20)
    (sector[510], sector[511]) = (0x55, 0xAA)
    return sector
  }

  @discardableResult
  func run(_ tool: String, _ arguments: [String], offset: UInt64 = bootOffset) throws -> [UInt8] {
    let program = try ToolRun.need(tool, package: "mtools", for: "makes test images")
    let outcome = try ToolRun.run(
      program, ["-i", "\(path)@@\(offset)"] + arguments, environment: ["MTOOLS_SKIP_CHECK": "1"])
    guard outcome.code == 0 else { throw FlashError("\(tool) \(arguments): \(outcome.complaint)") }
    return outcome.output
  }

  func put(_ name: String, _ data: Data) throws {
    let file = path + ".put"
    try data.write(to: URL(fileURLWithPath: file))
    defer { unlink(file) }
    try run("mcopy", ["-o", file, "::/\(name)"])
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
  func bytes(_ name: String) throws -> [UInt8] { try run("mcopy", ["-n", "::/\(name)", "-"]) }

  /// The whole boot partition as a folder.
  func unpack(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try run("mcopy", ["-s", "-n", "::/*", folder])
  }
}

/// The boot partitions of stock images: the files that tell them apart, with the text that matters.
enum Stock {
  static let trees = [
    "bcm2708-rpi-zero-w.dtb", "bcm2710-rpi-3-b-plus.dtb", "bcm2710-rpi-zero-2-w.dtb", "bcm2711-rpi-4-b.dtb",
    "bcm2711-rpi-cm4.dtb", "bcm2712-rpi-5-b.dtb",
  ]

  private static func base(_ kernels: [String], trees: [String] = trees) -> [String: String?] {
    var files: [String: String?] = ["overlays": nil, "bootcode.bin": "boot code", "start4.elf": "firmware"]
    for name in kernels + trees { files[name] = "\(name) stands here" }
    return files
  }

  /// Raspberry Pi OS bookworm, 64 bits: Raspberry Pi Imager's firstrun.sh, boot partition on /boot/firmware.
  static var bookworm: [String: String?] {
    var files = base(["kernel8.img", "kernel_2712.img"])
    files["cmdline.txt"] =
      "console=serial0,115200 console=tty1 root=PARTUUID=4e639091-02 rootfstype=ext4 fsck.repair=yes rootwait quiet "
      + "init=/usr/lib/raspberrypi-sys-mods/firstboot\n"
    files["config.txt"] =
      "# For more options and information see\n# http://rptl.io/configtxt\n\n#dtparam=i2c_arm=on\n\ndtparam=audio=on\n"
      + "auto_initramfs=1\n\n[cm4]\notg_mode=1\n\n[all]\n"
    files["issue.txt"] = "Raspberry Pi reference 2024-11-19\nGenerated using pi-gen, stage2\n"
    return files
  }

  /// Raspberry Pi OS bullseye, 32 bits: the same with the boot partition on /boot.
  static var bullseye: [String: String?] {
    var files = base(["kernel.img", "kernel7.img", "kernel7l.img", "kernel8.img"])
    files["cmdline.txt"] =
      "console=serial0,115200 console=tty1 root=PARTUUID=7c57b7a2-02 rootfstype=ext4 fsck.repair=yes rootwait quiet "
      + "init=/usr/lib/raspi-config/init_resize.sh\n"
    files["config.txt"] = "# http://rpf.io/configtxt\ndtparam=audio=on\n[all]\n"
    files["issue.txt"] = "Raspberry Pi reference 2023-05-03\nGenerated using pi-gen, stage2\n"
    return files
  }

  /// Raspberry Pi OS trixie since November 2025: cloud-init.
  static var trixie: [String: String?] {
    var files = bookworm
    files["cmdline.txt"] =
      "console=serial0,115200 console=tty1 root=PARTUUID=58e53866-02 rootfstype=ext4 fsck.repair=yes rootwait resize\n"
    files["issue.txt"] = "Raspberry Pi reference 2025-12-04\nGenerated using pi-gen, stage2\n"
    files["user-data"] = "#cloud-config\n\n#hostname: raspberrypi\n"
    files["meta-data"] = "dsmode: local\ninstance_id: rpios-image\n"
    files["network-config"] = "# network\n"
    return files
  }

  /// An image with rpi-preseed.
  static var preseed: [String: String?] {
    var files = trixie
    for name in ["user-data", "meta-data", "network-config"] { files.removeValue(forKey: name) }
    files["rpi-preseed.toml"] = "config_version = \"1.0\"\n"
    return files
  }

  /// Debian's own image for the Raspberry Pi 4.
  static var debian: [String: String?] {
    var files = base(["vmlinuz-6.1.0-50-arm64", "initrd.img-6.1.0-50-arm64"], trees: ["bcm2711-rpi-4-b.dtb"])
    files["cmdline.txt"] =
      "console=tty0 console=ttyS1,115200 root=LABEL=RASPIROOT rw fsck.repair=yes net.ifnames=0 cma=64M rootwait\n"
    files["config.txt"] = "# Do not edit this file!\nupstream_kernel=1\nkernel=vmlinuz-6.1.0-50-arm64\n"
    files["sysconf.txt"] =
      "# To force it to be evaluated immediately: /usr/local/sbin/rpi-set-sysconf\n#root_pw=FooBar\n"
      + "#root_authorized_key=\n#hostname=rpi\n"
    return files
  }
}

/// A folder that goes when the test ends.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/flashing-\(UInt64.random(in: 0...UInt64.max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    return "\(path)/\(name)"
  }
}
