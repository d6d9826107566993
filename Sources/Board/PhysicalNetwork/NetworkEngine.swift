import WireFormat

/// The network's arithmetic for one control step, on buffers made once: nothing is allocated after `init`.
///
/// Sums run in a fixed order without fused operations, so the workstation gets the board's bits.
public final class NetworkEngine {
  public let inputCount: Int
  public let nodeCount: Int
  public let outputCount: Int
  /// Normalised inputs u.
  private let inputs: UnsafeMutablePointer<Float>
  /// Drives s, clamped to -1...+1; [nodes].
  public let drives: UnsafeMutablePointer<Float>
  /// Responses x of the step before; [nodes].
  public let responses: UnsafeMutablePointer<Float>
  /// Read-out y of the last observed step; [outputs].
  public let outputs: UnsafeMutablePointer<Float>
  /// Sum of y over the steps of this sequence; [outputs].
  private let totals: UnsafeMutablePointer<Float>
  private var observed: UInt32 = 0

  private let inputOffset: UnsafeMutablePointer<Float>
  private let inputScale: UnsafeMutablePointer<Float>
  // Weights stand transposed, so that the inner loop runs over nodes and each sum keeps its order.
  private let inputWeights: UnsafeMutablePointer<Float>
  private let recurrentWeights: UnsafeMutablePointer<Float>
  private let bias: UnsafeMutablePointer<Float>
  private let readoutWeights: UnsafeMutablePointer<Float>
  private let readoutBias: UnsafeMutablePointer<Float>
  private let settleDrive: Float

  public init(_ network: NetworkDescription) {
    inputCount = network.inputCount
    nodeCount = network.nodeCount
    outputCount = network.outputCount
    settleDrive = network.settleDrive
    inputs = Self.zeros(inputCount)
    drives = Self.zeros(nodeCount)
    responses = Self.zeros(nodeCount)
    outputs = Self.zeros(outputCount)
    totals = Self.zeros(outputCount)
    inputOffset = Self.copy(network.inputOffset)
    inputScale = Self.copy(network.inputScale)
    inputWeights = Self.transposed(network.inputWeights, rows: nodeCount, columns: inputCount)
    recurrentWeights = Self.transposed(network.recurrentWeights, rows: nodeCount, columns: nodeCount)
    bias = Self.copy(network.bias)
    readoutWeights = Self.transposed(network.readoutWeights, rows: outputCount, columns: nodeCount)
    readoutBias = Self.copy(network.readoutBias)
  }

  deinit {
    for block in [
      inputs, drives, responses, outputs, totals, inputOffset, inputScale, inputWeights, recurrentWeights, bias,
      readoutWeights, readoutBias,
    ] {
      block.deallocate()
    }
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    let block = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
    block.initialize(repeating: 0, count: max(count, 1))
    return block
  }

  private static func copy(_ values: [Float]) -> UnsafeMutablePointer<Float> {
    let block = zeros(values.count)
    for index in values.indices { block[index] = values[index] }
    return block
  }

  private static func transposed(_ values: [Float], rows: Int, columns: Int) -> UnsafeMutablePointer<Float> {
    let block = zeros(values.count)
    for row in 0..<rows {
      for column in 0..<columns { block[column * rows + row] = values[row * columns + column] }
    }
    return block
  }

  /// Starts a sequence: the read-out's sums are cleared; the devices' state is theirs and stays.
  public func beginSequence() {
    for index in 0..<outputCount { totals[index] = 0 }
    observed = 0
  }

  /// Sets every drive to the settling level.
  public func settle() {
    for index in 0..<nodeCount { drives[index] = settleDrive }
  }

  /// s = clamp(W_in u + W x + b), from raw inputs.
  ///
  /// - Parameter raw: [inputs], in the units the network was trained with.
  public func drive(from raw: UnsafePointer<Float>) {
    for channel in 0..<inputCount { inputs[channel] = (raw[channel] - inputOffset[channel]) * inputScale[channel] }
    for node in 0..<nodeCount { drives[node] = bias[node] }
    for channel in 0..<inputCount {
      Self.accumulate(drives, inputs[channel], inputWeights + channel * nodeCount, nodeCount)
    }
    for source in 0..<nodeCount {
      Self.accumulate(drives, responses[source], recurrentWeights + source * nodeCount, nodeCount)
    }
    for node in 0..<nodeCount {
      let value = drives[node]
      drives[node] = value < -1 ? -1 : (value > 1 ? 1 : value)
    }
  }

  /// Takes the responses just stored in `responses` into the read-out.
  ///
  /// - Parameter counted: whether this step belongs to the sequence's average.
  public func observe(counted: Bool) {
    for output in 0..<outputCount { outputs[output] = readoutBias[output] }
    for node in 0..<nodeCount {
      Self.accumulate(outputs, responses[node], readoutWeights + node * outputCount, outputCount)
    }
    guard counted else { return }
    for output in 0..<outputCount { totals[output] += outputs[output] }
    observed += 1
  }

  /// The sequence's averaged read-out, into `outputs`.
  public func averageOutputs() {
    let steps = observed == 0 ? 1 : Float(observed)
    for output in 0..<outputCount { outputs[output] = totals[output] / steps }
  }

  /// Four at a time; each sum has the same terms in the same order as one by one, so the same bits.
  @inline(__always)
  private static func accumulate(
    _ sums: UnsafeMutablePointer<Float>, _ factor: Float, _ weights: UnsafePointer<Float>, _ count: Int
  ) {
    let factors = SIMD4<Float>(repeating: factor)
    var index = 0
    while index &+ 4 <= count {
      let sum = UnsafeMutableRawPointer(sums + index)
      let weight = UnsafeRawPointer(weights + index).loadUnaligned(as: SIMD4<Float>.self)
      sum.storeBytes(of: sum.loadUnaligned(as: SIMD4<Float>.self) + factors * weight, as: SIMD4<Float>.self)
      index &+= 4
    }
    while index < count {
      sums[index] += factor * weights[index]
      index &+= 1
    }
  }
}
