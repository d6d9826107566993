import Foundation

/// Puts a stock image in the shape that boots headless with edged enrolled, in a copy.
public struct ImageFlash {
  public var board: BoardKind
  public var settings: FlashSettings
  /// nil: the image's own, by its files.
  public var form: FirstBootForm?
  /// Lines for config.txt, from the board's folder.
  public var fragment: String?
  public var say: (String) -> Void
  public var progress: (String, Double, String) -> Void
  public var isInterrupted: () -> Bool

  public init(
    board: BoardKind, settings: FlashSettings, form: FirstBootForm? = nil, fragment: String? = nil,
    say: @escaping (String) -> Void = { _ in },
    progress: @escaping (String, Double, String) -> Void = { _, _, _ in },
    isInterrupted: @escaping () -> Bool = { false }
  ) {
    self.board = board
    self.settings = settings
    self.form = form
    self.fragment = fragment
    self.say = say
    self.progress = progress
    self.isInterrupted = isInterrupted
  }

  /// What was done to an image.
  public struct Outcome: Equatable, Sendable {
    public var form: FirstBootForm
    /// Where the board's system mounts the boot partition.
    public var mountPoint: String
    public var userland: Userland
    /// Files written on the boot partition, by their paths there.
    public var files: [String]
    /// The image's size in bytes.
    public var size: UInt64
  }

  /// Copies `image`, compressed or not, to `target` and edits the copy. `target` comes to be whole or not at all.
  ///
  /// - Throws: `FlashError`; then nothing is left behind.
  public func run(image: String, target: String) throws(FlashError) -> Outcome {
    let place = URL(fileURLWithPath: target)
    let folder = place.deletingLastPathComponent().path
    // A plain name of its own: mtools reads meanings into some characters.
    let work = "\(folder)/.edgetwin-flash-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).img"
    // Missing tools are told before a copy of gigabytes is made.
    _ = try BootFiles(path: work, offset: 0)
    let copy = ImageCopy(
      source: image, target: work, progress: { progress("copying", $0, $1) }, isInterrupted: isInterrupted)
    let size = try copy.run()
    do throws(FlashError) {
      let outcome = try edit(work, name: image, size: size)
      guard chmod(work, 0o600) == 0, rename(work, target) == 0 else {
        throw FlashError.system(target, "the image cannot be put there", errno, remedy: "choose another --out")
      }
      return outcome
    } catch {
      unlink(work)
      throw error
    }
  }

  /// Edits the image at `path` in place.
  func edit(_ path: String, name: String, size: UInt64) throws(FlashError) -> Outcome {
    let partition = try Self.bootPartition(path, name: name)
    let boot = try BootFiles(path: path, offset: partition.offset)
    let facts = try BootFacts(boot)
    var names = facts.names
    // Ubuntu keeps its boot files in a folder.
    if names.contains("current/") { names += try boot.names(in: "current") }
    try BoardCheck.check(board, names: names)
    let chosen: FirstBootForm
    if let form { chosen = form } else { chosen = try facts.detect() }
    try facts.check(chosen)
    let userland = Userland.of(names)
    try DebPackage.check(settings.packages, board: board, userland: userland)
    if let note = facts.suiteNote(settings.packages) { say("note: " + note) }
    let mountPoint = facts.mountPoint
    say("first-boot form: \(chosen.rawValue); boot partition at byte \(partition.offset), on the board \(mountPoint)")

    var files = try FormFiles.files(chosen, settings, facts: facts, mountPoint: mountPoint)
    if let fragment {
      guard let config = facts.config else {
        throw FlashError("the image's boot partition has no config.txt, to which the board's settings would be added")
      }
      files.append(CardFile("config.txt", ConfigText.with(fragment, in: config)))
    }
    files += FormFiles.folder(settings, form: chosen, fragment: fragment)

    let folder = FirstBootFolder.name
    try boot.delete(folder)
    let need = settings.packages.reduce(UInt64(1 << 20)) { $0 + $1.size }
    let free = try boot.free()
    guard need <= free else {
      throw FlashError(
        "the image's boot partition has \(SystemText.size(free)) free and \(SystemText.size(need)) are needed: "
          + "give fewer packages")
    }
    for package in settings.packages {
      guard let data = FileManager.default.contents(atPath: package.path) else {
        throw FlashError("--package \(package.path) cannot be read any more")
      }
      files.append(CardFile("\(folder)/packages/\(package.fileName)", bytes: [UInt8](data)))
    }
    if isInterrupted() { throw .interrupted }
    progress("boot files", 0, "\(files.count) files")
    try boot.write(files, empty: ["\(folder)/packages", "\(folder)/trusted"])
    progress("boot files", 1, "read back")
    return Outcome(
      form: chosen, mountPoint: mountPoint, userland: userland, files: files.map(\.path).sorted(), size: size)
  }

  /// The partition a board's firmware starts from: the first with a FAT file system.
  static func bootPartition(_ path: String, name: String) throws(FlashError) -> Partition {
    let image = try FileSource(path)
    let table = try PartitionTable(image, name: name)
    for partition in table.partitions where partition.kind != .other {
      guard let sector = BootSector(try image.bytes(at: partition.offset, count: 512)) else {
        throw FlashError(
          "\(name): partition \(partition.number) should hold a FAT file system and does not: the image is damaged")
      }
      guard sector.size <= partition.size else {
        throw FlashError(
          "\(name): the file system of partition \(partition.number) is larger than the partition: the image is damaged"
        )
      }
      return partition
    }
    throw FlashError(
      "\(name) has no FAT partition among its \(table.partitions.count): it is no image for a Raspberry Pi; "
        + "an installer or a root file system alone will not do")
  }
}
