#if canImport(Glibc)
  import Glibc
#endif

/// Zeroed memory on a 64-byte boundary, as vectors want it; bounds are the caller's care, so it stays inside the trainers.
public final class AlignedBuffer: @unchecked Sendable {
  public let raw: UnsafeMutableRawPointer
  /// Capacity in floats.
  public let count: Int

  public init(floats count: Int) {
    self.count = max(count, 1)
    let bytes = self.count * 4
    let large = bytes >= Self.hugePage / 2
    raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: large ? Self.hugePage : 64)
    // Streams through megabytes meet fewer page walks so; the system may decline.
    #if canImport(Glibc)
      if large { madvise(raw, bytes, Int32(MADV_HUGEPAGE)) }
    #endif
    raw.initializeMemory(as: Float.self, repeating: 0, count: self.count)
  }

  private static let hugePage = 2 << 20

  public convenience init(bytes: Int) { self.init(floats: (bytes + 3) / 4) }

  public convenience init(_ values: [Float]) {
    self.init(floats: values.count)
    floats.update(from: values, count: values.count)
  }

  deinit { raw.deallocate() }

  public var floats: UnsafeMutablePointer<Float> { raw.assumingMemoryBound(to: Float.self) }

  public subscript(index: Int) -> Float {
    get { floats[index] }
    set { floats[index] = newValue }
  }

  public func zero() { floats.update(repeating: 0, count: count) }

  public var array: [Float] { Array(UnsafeBufferPointer(start: floats, count: count)) }
}
