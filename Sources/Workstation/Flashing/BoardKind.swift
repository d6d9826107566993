/// A board this can flash for: what its boot partition must hold.
public struct BoardKind: Equatable, Sendable {
  /// The folder's name under boards/.
  public var name: String
  /// How it is called.
  public var title: String
  /// Beginnings of the device tree files of which an image for it has one: downstream kernels' names and mainline's.
  var trees: [String]
  /// Whether its CPU is ARMv6: only kernels and programs made for that run.
  var isARMv6: Bool

  /// Boards that boot as Raspberry Pis do, from files on a FAT partition.
  static let all = [
    BoardKind("raspberry-pi-zero", "Raspberry Pi Zero", ["bcm2708-rpi-zero", "bcm2835-rpi-zero"], isARMv6: true),
    BoardKind("raspberry-pi-zero-2-w", "Raspberry Pi Zero 2 W", ["bcm2710-rpi-zero-2", "bcm2837-rpi-zero-2"]),
    BoardKind("raspberry-pi-3", "Raspberry Pi 3", ["bcm2710-rpi-3-", "bcm2837-rpi-3-"]),
    BoardKind("raspberry-pi-4", "Raspberry Pi 4", ["bcm2711-rpi-4-", "bcm2711-rpi-400"]),
    BoardKind("raspberry-pi-5", "Raspberry Pi 5", ["bcm2712-rpi-5-", "bcm2712d0-rpi-5-"]),
    BoardKind("raspberry-pi-compute-module-4", "Compute Module 4", ["bcm2711-rpi-cm4"]),
  ]

  private init(_ name: String, _ title: String, _ trees: [String], isARMv6: Bool = false) {
    self.name = name
    self.title = title
    self.trees = trees
    self.isARMv6 = isARMv6
  }

  /// The board of this name, with or without "raspberry-pi-" before it.
  package static func named(_ name: String) throws(FlashError) -> BoardKind {
    if name.hasPrefix("beaglebone") {
      throw .usage(
        "--board \(name): BeagleBone images have no first-boot form that can install a package: their boot files are "
          + "on an ext4 partition, and their sysconf.txt sets names and keys alone. Write the image as it is, log in, "
          + "and install the package by hand (docs/install.md)")
    }
    for board in all
    where board.name == name || "raspberry-pi-" + name == board.name
      || name == "raspberry-pi-" + board.name
    {
      return board
    }
    throw .usage("--board '\(NameCheck.shown(name))' is unknown; known are \(all.map(\.name).joined(separator: ", "))")
  }
}

/// What programs an image's system runs, as far as its kernels tell.
public enum Userland: String, Equatable, Sendable {
  case arm64
  /// 32 bits, hard float: Raspberry Pi OS and Debian's armhf.
  case armhf
  /// 32 bits, Debian's armel.
  case armel
  /// The kernels' names do not tell.
  case unknown

  /// By the boot partition's file names, folders of it included.
  package static func of(_ names: [String]) -> Userland {
    func has(_ test: (String) -> Bool) -> Bool { names.contains(where: test) }
    // Raspberry Pi OS: 32-bit images carry the 32-bit kernels beside the 64-bit one.
    if names.contains("kernel.img") || names.contains("kernel7.img") || names.contains("kernel7l.img") { return .armhf }
    if names.contains("kernel8.img") || names.contains("kernel_2712.img") { return .arm64 }
    if has({ $0.hasPrefix("vmlinuz-") && $0.hasSuffix("-arm64") }) { return .arm64 }
    if has({ $0.hasPrefix("vmlinuz-") && $0.contains("-armmp") }) { return .armhf }
    if has({ $0.hasPrefix("vmlinuz-") && $0.hasSuffix("-rpi") }) { return .armel }
    return .unknown
  }

  /// Whether a package of this architecture can run there.
  func runs(_ architecture: String) -> Bool {
    switch self {
    case .arm64: ["arm64", "all"].contains(architecture)
    // armel's static programs run on any 32-bit system.
    case .armhf: ["armhf", "armel", "all"].contains(architecture)
    case .armel: ["armel", "all"].contains(architecture)
    case .unknown: ["arm64", "armhf", "armel", "all"].contains(architecture)
    }
  }
}

/// Whether an image is one for a board.
enum BoardCheck {
  /// - Parameter names: of the boot partition's root and, on Ubuntu, of its folder `current`.
  static func check(_ board: BoardKind, names: [String]) throws(FlashError) {
    let trees = names.filter { $0.hasSuffix(".dtb") }
    guard trees.contains(where: { tree in board.trees.contains { tree.hasPrefix($0) } }) else {
      if names.contains(where: { $0.lowercased() == "efi/" }), trees.isEmpty {
        throw FlashError(
          "this image boots by UEFI, which a \(board.title) does not have; Debian's generic cloud images are such. "
            + "Take a Raspberry Pi OS image, or one of raspi.debian.net")
      }
      let others = BoardKind.all.filter { other in
        trees.contains { tree in other.trees.contains { tree.hasPrefix($0) } }
      }
      throw FlashError(
        "this image is not for a \(board.title): its boot partition has no device tree "
          + board.trees.map { $0 + "*.dtb" }.joined(separator: " or ")
          + (others.isEmpty ? "" : "; it is for \(others.map(\.title).joined(separator: ", "))"))
    }
    guard board.isARMv6 else { return }
    let hasKernel = names.contains("kernel.img") || names.contains { $0.hasPrefix("vmlinuz") && $0.hasSuffix("-rpi") }
    guard hasKernel else {
      throw FlashError(
        "this image has no kernel for ARMv6, so a \(board.title) does not boot from it: take the 32-bit image")
    }
  }
}
