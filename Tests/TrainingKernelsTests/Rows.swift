/// 64-byte aligned numbers of one precision, as the kernels take them, with marks behind the end that no kernel may touch.
final class Rows<Number: BinaryFloatingPoint> {
  private static var mark: UInt8 { 0xA5 }
  private static var margin: Int { 512 }
  let raw: UnsafeMutableRawPointer
  let count: Int

  init(count: Int) {
    self.count = count
    let bytes = count * MemoryLayout<Number>.stride
    raw = UnsafeMutableRawPointer.allocate(byteCount: bytes + Self.margin, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    (raw + bytes).initializeMemory(as: UInt8.self, repeating: Self.mark, count: Self.margin)
  }

  convenience init(_ values: [Double]) {
    self.init(count: values.count)
    for index in 0..<count { self[index] = values[index] }
  }

  /// Scratch memory of so many bytes, every number in it not a number: what is read before it is written shows.
  convenience init(scratch bytes: Int) {
    self.init(count: (bytes + MemoryLayout<Number>.stride - 1) / MemoryLayout<Number>.stride)
    for index in 0..<count { self[index] = .nan }
  }

  deinit { raw.deallocate() }

  var numbers: UnsafeMutablePointer<Number> { raw.assumingMemoryBound(to: Number.self) }

  subscript(index: Int) -> Double {
    get { Double(numbers[index]) }
    set { numbers[index] = Number(newValue) }
  }

  var doubles: [Double] { (0..<count).map { self[$0] } }

  /// The exact numbers, for comparison bit by bit.
  var exact: [Number] { (0..<count).map { numbers[$0] } }

  func fill(_ value: Double) {
    for index in 0..<count { self[index] = value }
  }

  /// Whether nothing was written behind the end.
  var isIntact: Bool {
    let bytes = raw.assumingMemoryBound(to: UInt8.self) + count * MemoryLayout<Number>.stride
    return (0..<Self.margin).allSatisfy { bytes[$0] == Self.mark }
  }
}
