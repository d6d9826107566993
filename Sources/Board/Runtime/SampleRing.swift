import CBoard

/// A lock-free ring of variable-length records between one producer (the control loop) and one consumer (the journal).
///
/// A record is a header of 8 bytes (length with header and padding, kind) and its payload, contiguous in memory; a record
/// that would cross the end is preceded by a filler. All memory is taken at `init`; neither side ever waits.
public final class SampleRing {
  static let headerBytes = 8
  static let filler: UInt32 = 0xFFFF_FFFF

  private let storage: UnsafeMutableRawPointer
  private let capacity: UInt32
  /// Two 32-bit positions on cache lines of their own: written, read. They wrap at 2^32.
  private let positions: UnsafeMutableRawPointer
  // Each side's own copies; the producer's `written` includes what is reserved and not yet published.
  private var written: UInt32 = 0
  private var reserved: UInt32 = 0
  private var read: UInt32 = 0

  /// - Parameter capacityLog2: the ring holds 2^capacityLog2 bytes, 12 to 28.
  public init(capacityLog2: Int) {
    capacity = 1 << UInt32(min(max(capacityLog2, 12), 28))
    storage = UnsafeMutableRawPointer.allocate(byteCount: Int(capacity), alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: Int(capacity))
    positions = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 64)
    positions.initializeMemory(as: UInt8.self, repeating: 0, count: 128)
  }

  deinit {
    storage.deallocate()
    positions.deallocate()
  }

  /// The largest payload a record may have.
  public var largestPayload: Int { Int(capacity) / 4 - Self.headerBytes }

  // MARK: - Producer

  /// Room for a payload, or nil when the consumer is behind; `publish()` hands it over.
  public func reserve(kind: UInt32, payload: Int) -> UnsafeMutableRawPointer? {
    guard payload <= largestPayload else { return nil }
    let length = UInt32((Self.headerBytes + payload + 7) & ~7)
    let offset = written & (capacity - 1)
    let toEnd = capacity - offset
    let skip = toEnd < length ? toEnd : 0
    let used = written &- cboard_load_acquire_u32(positions + 64)
    guard capacity - used >= skip + length else { return nil }
    if skip > 0 {
      storage.storeBytes(of: skip, toByteOffset: Int(offset), as: UInt32.self)
      storage.storeBytes(of: Self.filler, toByteOffset: Int(offset) + 4, as: UInt32.self)
    }
    let start = Int((offset + skip) & (capacity - 1))
    storage.storeBytes(of: length, toByteOffset: start, as: UInt32.self)
    storage.storeBytes(of: kind, toByteOffset: start + 4, as: UInt32.self)
    reserved = skip + length
    return storage + start + Self.headerBytes
  }

  /// Hands the reserved record to the consumer.
  public func publish() {
    written = written &+ reserved
    reserved = 0
    cboard_store_release_u32(positions, written)
  }

  // MARK: - Consumer

  /// The oldest record, valid until `release()`; nil when there is none. The payload may end in padding.
  public func next() -> (kind: UInt32, payload: UnsafeRawBufferPointer)? {
    while read != cboard_load_acquire_u32(positions) {
      let start = Int(read & (capacity - 1))
      let length = storage.load(fromByteOffset: start, as: UInt32.self)
      let kind = storage.load(fromByteOffset: start + 4, as: UInt32.self)
      if kind == Self.filler {
        read = read &+ length
        cboard_store_release_u32(positions + 64, read)
        continue
      }
      let payload = UnsafeRawBufferPointer(
        start: storage + start + Self.headerBytes, count: Int(length) - Self.headerBytes)
      return (kind, payload)
    }
    return nil
  }

  /// Gives the record of the last `next()` back.
  public func release() {
    let start = Int(read & (capacity - 1))
    read = read &+ storage.load(fromByteOffset: start, as: UInt32.self)
    cboard_store_release_u32(positions + 64, read)
  }
}
