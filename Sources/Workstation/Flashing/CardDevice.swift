import Foundation

/// Where the system tells of its devices; tests point it at folders of their own.
public struct SystemPlaces: Sendable {
  public var sys: String
  public var proc: String
  public var dev: String

  public init(sys: String = "/sys", proc: String = "/proc", dev: String = "/dev") {
    self.sys = sys
    self.proc = proc
    self.dev = dev
  }
}

/// A whole block device a card image may be written to, as the kernel tells of it.
public struct CardDevice: Equatable, Sendable {
  /// The kernel's name, such as sdb or mmcblk0.
  public var name: String
  public var path: String
  /// Maker and model; empty where it tells none.
  public var model: String
  public var size: UInt64
  /// Whether it says it can be taken out, or is an SD card.
  public var isRemovable: Bool
  public var isReadOnly: Bool
  /// Its partitions' names and sizes.
  public var partitions: [Part]
  /// Where it or a partition of it is mounted, or what else uses it.
  public var uses: [String]
  /// Whether the running system's root is on it.
  public var holdsRoot: Bool

  /// A partition of a device.
  public struct Part: Equatable, Sendable {
    public var name: String
    public var size: UInt64
  }

  /// Reads what the kernel knows of the device file at `path`.
  package init(_ path: String, places: SystemPlaces = SystemPlaces()) throws(FlashError) {
    var resolved = path
    if let real = realpath(path, nil) {
      resolved = String(cString: real)
      free(real)
    }
    let name = URL(fileURLWithPath: resolved).lastPathComponent
    let folder = "\(places.sys)/block/\(name)"
    let manager = FileManager.default
    guard manager.fileExists(atPath: folder) else {
      if let disk = Self.disk(of: name, places) {
        throw .usage("--device \(path) is a partition: an image is for the whole device, \(places.dev)/\(disk)")
      }
      let found = Self.candidates(places)
      throw .usage(
        "--device \(path) is no block device of this system"
          + (found.isEmpty ? "; no removable device is here: is the card in?" : "; removable are \(found)"))
    }
    func number(_ file: String) -> UInt64? { Self.word("\(folder)/\(file)").flatMap { UInt64($0) } }
    self.name = name
    self.path = resolved
    let maker = [Self.word("\(folder)/device/vendor"), Self.word("\(folder)/device/model")]
    let words = maker.compactMap { $0 }.filter { !$0.isEmpty }
    model = words.isEmpty ? Self.word("\(folder)/device/name") ?? "" : words.joined(separator: " ")
    size = (number("size") ?? 0) &* 512
    isReadOnly = number("ro") == 1
    // The kernel calls a card in a built-in reader fixed; its kind tells that it is one.
    isRemovable = number("removable") == 1 || Self.word("\(folder)/device/type") == "SD"
    let inside = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    partitions = inside.filter { manager.fileExists(atPath: "\(folder)/\($0)/partition") }.map { part in
      Part(name: part, size: (Self.word("\(folder)/\(part)/size").flatMap { UInt64($0) } ?? 0) &* 512)
    }
    let names = [name] + partitions.map(\.name)
    var numbers: [String: String] = [:]
    for part in names {
      let file = part == name ? "\(folder)/dev" : "\(folder)/\(part)/dev"
      if let number = Self.word(file) { numbers[number] = part }
    }
    (uses, holdsRoot) = ([], false)
    for mount in Self.lines("\(places.proc)/self/mountinfo") {
      let words = mount.split(separator: " ").map(String.init)
      guard words.count > 4, let part = numbers[words[2]] else { continue }
      uses.append("\(part) is mounted on \(words[4])")
      if words[4] == "/" { holdsRoot = true }
    }
    for swap in Self.lines("\(places.proc)/swaps").dropFirst() {
      let file = swap.split(separator: " ").first.map(String.init) ?? ""
      if names.contains(URL(fileURLWithPath: file).lastPathComponent) { uses.append("\(file) is swap space") }
    }
    for part in names {
      let holders = part == name ? "\(folder)/holders" : "\(folder)/\(part)/holders"
      for holder in ((try? manager.contentsOfDirectory(atPath: holders)) ?? []).sorted() {
        uses.append("\(part) is part of \(holder)")
        // An encrypted or joined root is on it as much as a plain one.
        let dev = Self.word("\(places.sys)/block/\(holder)/dev")
        for mount in Self.lines("\(places.proc)/self/mountinfo") {
          let words = mount.split(separator: " ").map(String.init)
          if words.count > 4, words[2] == dev, words[4] == "/" { holdsRoot = true }
        }
      }
    }
  }

  /// What a person should see before the device is erased.
  public var summary: String {
    var text = "\(path): \(model.isEmpty ? "no model name" : model), \(SystemText.size(size))"
    text += isRemovable ? ", removable" : ", fixed"
    if partitions.isEmpty { return text + ", no partitions" }
    return text + "\n" + partitions.map { "    \($0.name)  \(SystemText.size($0.size))" }.joined(separator: "\n")
  }

  /// Refuses what must not be written over.
  package func check(imageSize: UInt64, forceFixed: Bool) throws(FlashError) {
    if holdsRoot { throw FlashError("\(path) holds the running system's root: it is never written to") }
    if isReadOnly { throw FlashError("\(path) is write-protected: move the card's switch, or use another card") }
    if !uses.isEmpty {
      throw FlashError("\(path) is in use: \(uses.joined(separator: ", ")); unmount it first (umount \(path)*)")
    }
    guard size > 0 else { throw FlashError("\(path) is empty: is a card in the reader?") }
    guard imageSize <= size else {
      throw FlashError(
        "\(path) has \(SystemText.size(size)), the image \(SystemText.size(imageSize)): take a larger card")
    }
    if !isRemovable, !forceFixed {
      throw FlashError(
        "\(path) (\(model.isEmpty ? "no model name" : model)) is a fixed disk, not a card: if it is meant all the "
          + "same, add --force-fixed-disk")
    }
  }

  /// Removable devices with something in them, for messages.
  static func candidates(_ places: SystemPlaces) -> String {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: "\(places.sys)/block")) ?? []).sorted()
    let found = names.compactMap { try? CardDevice("\(places.dev)/\($0)", places: places) }
    return found.filter { $0.isRemovable && $0.size > 0 && !$0.holdsRoot }.map { device in
      "\(places.dev)/\(device.name) (\(device.model.isEmpty ? SystemText.size(device.size) : device.model))"
    }.joined(separator: ", ")
  }

  /// The disk a partition's name belongs to.
  private static func disk(of partition: String, _ places: SystemPlaces) -> String? {
    guard !partition.isEmpty else { return nil }
    let disks = (try? FileManager.default.contentsOfDirectory(atPath: "\(places.sys)/block")) ?? []
    return disks.first { FileManager.default.fileExists(atPath: "\(places.sys)/block/\($0)/\(partition)/partition") }
  }

  private static func word(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  private static func lines(_ path: String) -> [String] {
    word(path)?.split(separator: "\n").map(String.init) ?? []
  }
}
