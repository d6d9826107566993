import CTwinStep

/// A perceptron's weights as the C kernels take them: 64-byte aligned and padded, made once, never changed.
final class PackedNet: @unchecked Sendable {
  /// Valid while this object lives.
  let net: UnsafePointer<ts_net>
  private let shape: UnsafeMutablePointer<ts_net>
  private let memory: UnsafeMutableRawPointer

  init(_ perceptron: Perceptron) {
    shape = UnsafeMutablePointer<ts_net>.allocate(capacity: 1)
    shape.initialize(to: ts_net())
    shape.pointee.layers = Int32(perceptron.widths.count + 1)
    shape.pointee.activation = Int32(perceptron.activation.rawValue)
    ts_set_size(shape, 0, Int32(perceptron.inputs))
    for index in 0..<perceptron.widths.count { ts_set_size(shape, Int32(index + 1), Int32(perceptron.widths[index])) }
    ts_set_size(shape, shape.pointee.layers, Int32(perceptron.outputs))
    let count = Int(ts_packed_floats(shape))
    memory = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
    let floats = memory.bindMemory(to: Float.self, capacity: count)
    let target = shape
    perceptron.weights.withUnsafeBufferPointer { weights in
      if let base = weights.baseAddress { ts_pack(target, base, floats) }
    }
    shape.pointee.weights = UnsafePointer(floats)
    net = UnsafePointer(shape)
  }

  deinit {
    memory.deallocate()
    shape.deallocate()
  }

  /// `count` rounded up to what the kernels write.
  static func padded(_ count: Int) -> Int { (count + Int(TS_BLOCK) - 1) / Int(TS_BLOCK) * Int(TS_BLOCK) }

  /// Writes for each net how many of its shape follow each other from it on.
  static func countRuns(_ nets: UnsafePointer<ts_net>, count: Int, into runs: UnsafeMutablePointer<Int32>) {
    runs.initialize(repeating: 1, count: count)
    var index = count - 2
    while index >= 0 {
      if ts_alike(nets + index, nets + index + 1) != 0 { runs[index] = runs[index + 1] + 1 }
      index -= 1
    }
  }
}
