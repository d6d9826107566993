import Flashing
import Foundation
import Testing

/// Cards: what is refused, and what is written is what was meant. The kernel's tables are folders of the test.
@Suite struct CardTests {
  /// A system with a root disk, a card in a built-in reader, an empty reader, a USB stick in use and a USB disk.
  static func places() throws -> (Scratch, SystemPlaces) {
    let scratch = try Scratch()
    let manager = FileManager.default
    func put(_ name: String, _ text: String) throws {
      let path = "\(scratch.path)/\(name)"
      try manager.createDirectory(
        atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try text.write(toFile: path, atomically: false, encoding: .utf8)
    }
    func disk(_ name: String, _ number: String, sectors: Int, removable: Int, ro: Int = 0, _ more: [String: String])
      throws
    {
      try put("sys/block/\(name)/size", "\(sectors)\n")
      try put("sys/block/\(name)/removable", "\(removable)\n")
      try put("sys/block/\(name)/ro", "\(ro)\n")
      try put("sys/block/\(name)/dev", "\(number)\n")
      for (file, text) in more { try put("sys/block/\(name)/\(file)", text + "\n") }
      try put("dev/\(name)", "")
    }
    func part(_ number: String) -> [String: String] { ["partition": "1", "size": "204800", "dev": number] }
    try disk("sda", "8:0", sectors: 1_000_000, removable: 0, ["device/vendor": "ATA     ", "device/model": "Fast SSD"])
    for (file, text) in part("8:1") { try put("sys/block/sda/sda1/\(file)", text) }
    try disk("mmcblk0", "179:0", sectors: 62_333_952, removable: 0, ["device/name": "SC32G", "device/type": "SD"])
    for (file, text) in part("179:1") { try put("sys/block/mmcblk0/mmcblk0p1/\(file)", text) }
    try disk("sdb", "8:16", sectors: 0, removable: 1, [:])
    try disk("sdc", "8:32", sectors: 4_000_000, removable: 1, ["device/vendor": "Kingston", "device/model": "Stick"])
    for (file, text) in part("8:33") { try put("sys/block/sdc/sdc1/\(file)", text) }
    try disk("sdd", "8:48", sectors: 9_000_000, removable: 0, ["device/model": "USB disk"])
    try disk("sde", "8:64", sectors: 9_000_000, removable: 1, ro: 1, [:])
    try disk("sdf", "8:80", sectors: 9_000_000, removable: 1, ["sdf1/partition": "1", "sdf1/dev": "8:81"])
    try put("sys/block/sdf/sdf1/holders/dm-0/x", "")
    try put("sys/block/dm-0/dev", "253:0")
    try disk("sdg", "8:96", sectors: 9_000_000, removable: 1, ["sdg1/partition": "1", "sdg1/dev": "8:97"])
    try put(
      "proc/self/mountinfo",
      "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 22 8:33 / /media/stick rw - vfat /dev/sdc1 rw\n")
    try put("proc/swaps", "Filename Type Size Used Priority\n/dev/sdg1 partition 100 0 -2\n")
    return (
      scratch,
      SystemPlaces(sys: scratch.path + "/sys", proc: scratch.path + "/proc", dev: scratch.path + "/dev")
    )
  }

  @Test func aCardIsNamedWithAllThatTellsItApart() throws {
    let (scratch, places) = try Self.places()
    let card = try CardDevice(scratch.path + "/dev/mmcblk0", places: places)
    #expect(card.isRemovable && !card.holdsRoot && card.uses.isEmpty)
    #expect(card.summary.hasSuffix("mmcblk0: SC32G, 31.9 GB, removable\n    mmcblk0p1  105 MB"))
    try card.check(imageSize: 4_000_000_000, forceFixed: false)
  }

  @Test(arguments: [
    ("sda", UInt64(1000), true, "holds the running system's root"),
    ("sdb", 1000, false, "is a card in the reader"),
    ("sdc", 1000, true, "sdc1 is mounted on /media/stick"),
    ("sdd", 1000, false, "is a fixed disk"),
    ("sde", 1000, false, "write-protected"),
    ("sdf", 1000, false, "sdf1 is part of dm-0"),
    ("sdg", 1000, false, "sdg1 is swap space"),
    ("mmcblk0", 32_000_000_000, false, "take a larger card"),
  ]) func whatMustNotBeWrittenIsRefused(_ name: String, _ size: UInt64, _ force: Bool, _ why: String) throws {
    let (scratch, places) = try Self.places()
    let device = try CardDevice("\(scratch.path)/dev/\(name)", places: places)
    let error = #expect(throws: FlashError.self) { try device.check(imageSize: size, forceFixed: force) }
    #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
  }

  @Test func aFixedDiskIsWrittenOnlyWhereThatIsSaid() throws {
    let (scratch, places) = try Self.places()
    try CardDevice(scratch.path + "/dev/sdd", places: places).check(imageSize: 1000, forceFixed: true)
  }

  @Test func partitionsAndOtherFilesAreNoCards() throws {
    let (scratch, places) = try Self.places()
    try "".write(toFile: scratch.path + "/dev/sdc1", atomically: false, encoding: .utf8)
    let part = #expect(throws: FlashError.self) { try CardDevice(scratch.path + "/dev/sdc1", places: places) }
    #expect(part?.message.contains("/dev/sdc") == true && part?.code == 64)
    let other = #expect(throws: FlashError.self) { try CardDevice(scratch.path + "/dev/nothing", places: places) }
    #expect(other?.message.contains("mmcblk0 (SC32G)") == true, "\(other?.message ?? "")")
    #expect(other?.message.contains("sda") == false)
  }

  @Test func whatIsWrittenReadsBack() throws {
    let scratch = try Scratch()
    // Longer than a chunk, and no whole number of blocks.
    let bytes = Data((0..<5_000_123).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 9) })
    try bytes.write(to: URL(fileURLWithPath: scratch.path + "/image"))
    try Data(count: 6 << 20).write(to: URL(fileURLWithPath: scratch.path + "/card"))
    var last = 0.0
    var steps: Set<String> = []
    let writer = CardWriter(progress: { step, share, _ in
      steps.insert(step)
      last = share
    })
    let digest = try writer.write(image: scratch.path + "/image", to: scratch.path + "/card")
    let sum = try ToolRun.run("/usr/bin/sha256sum", [scratch.path + "/image"])
    #expect(String(decoding: sum.output, as: UTF8.self).hasPrefix(digest))
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/card")).prefix(bytes.count) == bytes)
    #expect(steps == ["writing", "verifying"] && last == 1)
  }

  @Test func aCardThatKeepsNothingIsFound() throws {
    let scratch = try Scratch()
    try Data(repeating: 7, count: 1 << 20).write(to: URL(fileURLWithPath: scratch.path + "/image"))
    // /dev/zero takes all and gives back zeros, as worn-out cards do.
    let error = #expect(throws: FlashError.self) {
      try CardWriter().write(image: scratch.path + "/image", to: "/dev/zero")
    }
    #expect(error?.message.contains("reads back otherwise") == true, "\(error?.message ?? "")")
    let full = #expect(throws: FlashError.self) {
      try CardWriter().write(image: scratch.path + "/image", to: "/dev/full")
    }
    #expect(full?.message.contains("writing failed") == true, "\(full?.message ?? "")")
  }

  @Test func anInterruptSaysWhatTheCardHolds() throws {
    let scratch = try Scratch()
    try Data(count: 100).write(to: URL(fileURLWithPath: scratch.path + "/image"))
    try Data(count: 100).write(to: URL(fileURLWithPath: scratch.path + "/card"))
    let error = #expect(throws: FlashError.self) {
      try CardWriter(isInterrupted: { true }).write(image: scratch.path + "/image", to: scratch.path + "/card")
    }
    #expect(error?.code == 130 && error?.message.contains("does not boot") == true)
  }

  /// A real block device, where this may make one.
  @Test func aLoopDeviceIsWrittenLikeACard() throws {
    let scratch = try Scratch()
    try Data(count: 8 << 20).write(to: URL(fileURLWithPath: scratch.path + "/disk"))
    guard let losetup = ToolRun.find("losetup") else { return }
    let made = try ToolRun.run(losetup, ["-f", "--show", scratch.path + "/disk"])
    guard made.code == 0 else { return }
    let path = String(decoding: made.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    defer { _ = try? ToolRun.run(losetup, ["-d", path]) }
    let bytes = Data((0..<(5 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 11) })
    try bytes.write(to: URL(fileURLWithPath: scratch.path + "/image"))
    let device = try CardDevice(path)
    #expect(device.size == 8 << 20)
    #expect(throws: FlashError.self) { try device.check(imageSize: 5 << 20, forceFixed: false) }
    try device.check(imageSize: 5 << 20, forceFixed: true)
    #expect(throws: FlashError.self) { try device.check(imageSize: 9 << 20, forceFixed: true) }
    _ = try CardWriter().write(image: scratch.path + "/image", to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/disk")).prefix(bytes.count) == bytes)
  }
}
