import Foundation

/// How an image file is compressed, and the program that undoes it.
public enum Compression: String, CaseIterable, Sendable {
  case xz
  case gzip
  case zstd

  /// The program, which writes to standard output what it decompresses.
  public var program: String { rawValue }

  /// The end of a file's name, without its dot.
  public var suffix: String {
    switch self {
    case .xz: "xz"
    case .gzip: "gz"
    case .zstd: "zst"
    }
  }

  private var magic: [UInt8] {
    switch self {
    case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    case .gzip: [0x1F, 0x8B]
    case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
    }
  }

  /// By a file's first bytes.
  package static func of(_ first: [UInt8]) -> Compression? { allCases.first { first.starts(with: $0.magic) } }

  /// By name and content, which must agree: a name that tells something else than the content is a mistake to point out.
  package static func of(path: String, first: [UInt8]) throws(FlashError) -> Compression? {
    let named = allCases.first { path.lowercased().hasSuffix("." + $0.suffix) }
    let found = of(first)
    if let named, found != named {
      throw FlashError(
        "\(path) is no \(named.program) file though its name says so: "
          + (first.isEmpty ? "it is empty" : KnownFormat.why(first)) + "; or download it again")
    }
    if named == nil, found != nil {
      throw FlashError("\(path) is no disk image: \(KnownFormat.why(first))")
    }
    return found
  }
}
