import WireFormat

/// The payload of a segment's first frame: whose it is, and what came before.
public struct SegmentStart: Equatable, Sendable {
  /// Bytes of the payload as this version writes it.
  public static let size = 84
  /// The format's version: a reader refuses another `major` and ignores what a later `minor` appends.
  public static let major: UInt16 = 1
  public static let minor: UInt16 = 0

  public let run: Identifier
  public let board: Identifier
  /// The segment's number in its run, from 0.
  public let index: UInt32
  /// Bytes the writer reserved for the segment; it is cut to its contents when it is sealed.
  public let capacity: UInt32
  /// The first step not recorded before this segment.
  public let firstStep: UInt64
  /// SHA-256 of every byte of the previous segment; zeros for the first.
  public let previous: Digest

  public init(
    run: Identifier, board: Identifier, index: UInt32, capacity: UInt32, firstStep: UInt64, previous: Digest
  ) {
    self.run = run
    self.board = board
    self.index = index
    self.capacity = capacity
    self.firstStep = firstStep
    self.previous = previous
  }

  /// Reads a payload; throws when it is short or of another major version.
  public init(payload: [UInt8]) throws(WireError) {
    var reader = ByteReader(payload)
    guard try reader.take(UInt16.self) == Self.major else { throw .invalid(offset: 0, field: "journal version") }
    _ = try reader.take(UInt16.self)
    run = try reader.takeIdentifier()
    board = try reader.takeIdentifier()
    index = try reader.take(UInt32.self)
    capacity = try reader.take(UInt32.self)
    firstStep = try reader.take(UInt64.self)
    previous = try reader.takeDigest()
  }

  /// Writes the payload at `target`, which has room for `size` bytes.
  func store(to target: UnsafeMutableRawPointer) {
    target.storeBytes(of: Self.major.littleEndian, toByteOffset: 0, as: UInt16.self)
    target.storeBytes(of: Self.minor.littleEndian, toByteOffset: 2, as: UInt16.self)
    target.storeBytes(of: run.high.bigEndian, toByteOffset: 4, as: UInt64.self)
    target.storeBytes(of: run.low.bigEndian, toByteOffset: 12, as: UInt64.self)
    target.storeBytes(of: board.high.bigEndian, toByteOffset: 20, as: UInt64.self)
    target.storeBytes(of: board.low.bigEndian, toByteOffset: 28, as: UInt64.self)
    target.storeBytes(of: index.littleEndian, toByteOffset: 36, as: UInt32.self)
    target.storeBytes(of: capacity.littleEndian, toByteOffset: 40, as: UInt32.self)
    target.storeBytes(of: firstStep.littleEndian, toByteOffset: 44, as: UInt64.self)
    target.storeBytes(of: previous.words.0.bigEndian, toByteOffset: 52, as: UInt64.self)
    target.storeBytes(of: previous.words.1.bigEndian, toByteOffset: 60, as: UInt64.self)
    target.storeBytes(of: previous.words.2.bigEndian, toByteOffset: 68, as: UInt64.self)
    target.storeBytes(of: previous.words.3.bigEndian, toByteOffset: 76, as: UInt64.self)
  }
}
