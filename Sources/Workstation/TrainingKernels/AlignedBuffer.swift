/// Zeroed memory on a 64-byte boundary, as vectors want it; bounds are the caller's care, so it stays inside the trainers.
public final class AlignedBuffer: @unchecked Sendable {
  public let raw: UnsafeMutableRawPointer
  /// Capacity in floats.
  public let count: Int

  public init(floats count: Int) {
    self.count = max(count, 1)
    raw = UnsafeMutableRawPointer.allocate(byteCount: self.count * 4, alignment: 64)
    raw.initializeMemory(as: Float.self, repeating: 0, count: self.count)
  }

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
