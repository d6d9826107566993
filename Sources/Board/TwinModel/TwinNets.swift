import CTwinStep

/// Perceptrons evaluated side by side, each from its own inputs to its own outputs. An evaluation allocates nothing.
public struct TwinNets: ~Copyable, @unchecked Sendable {
  public let count: Int
  /// Floats from one net's inputs to the next one's.
  public let inputPitch: Int
  /// Floats from one net's outputs to the next one's.
  public let outputPitch: Int
  /// [count, inputPitch]: valid while this value lives; places past a net's inputs are of no weight.
  public let inputs: UnsafeMutablePointer<Float>
  /// [count, outputPitch]: valid while this value lives; overwritten by `evaluate`.
  public let outputs: UnsafeMutablePointer<Float>
  private let packed: [PackedNet]
  private let isa: Int32
  private let nets: UnsafeMutablePointer<ts_net>
  private let from: UnsafeMutablePointer<UnsafePointer<Float>?>
  private let to: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  // [count]: how many nets of one shape follow each other from each on.
  private let runs: UnsafeMutablePointer<Int32>

  /// Inputs at 0. Nil without nets.
  public init?(_ perceptrons: [Perceptron]) { self.init(perceptrons, isa: ts_best_isa()) }

  /// As above, by the kernels of one instruction set, which the CPU must have: for tests.
  package init?(_ perceptrons: [Perceptron], isa: Int32) {
    guard !perceptrons.isEmpty else { return nil }
    var (widestIn, widestOut) = (1, 1)
    var all: [PackedNet] = []
    for net in perceptrons {
      widestIn = max(widestIn, net.inputs)
      widestOut = max(widestOut, net.outputs)
      all.append(PackedNet(net))
    }
    self.isa = isa
    packed = all
    count = all.count
    inputPitch = PackedNet.padded(widestIn)
    outputPitch = PackedNet.padded(widestOut)
    let size = count * (inputPitch + outputPitch)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * size, alignment: 64)
    inputs = raw.bindMemory(to: Float.self, capacity: size)
    inputs.initialize(repeating: 0, count: size)
    outputs = inputs + count * inputPitch
    nets = UnsafeMutablePointer<ts_net>.allocate(capacity: count)
    from = UnsafeMutablePointer<UnsafePointer<Float>?>.allocate(capacity: count)
    to = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>.allocate(capacity: count)
    runs = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    for index in 0..<count {
      (nets + index).initialize(to: all[index].net.pointee)
      (from + index).initialize(to: UnsafePointer(inputs + index * inputPitch))
      (to + index).initialize(to: outputs + index * outputPitch)
    }
    PackedNet.countRuns(nets, count: count, into: runs)
  }

  deinit {
    UnsafeMutableRawPointer(inputs).deallocate()
    nets.deallocate()
    from.deallocate()
    to.deallocate()
    runs.deallocate()
  }

  /// Writes all outputs.
  public mutating func evaluate() {
    var net = 0
    while net < count {
      ts_evaluate(isa, nets + net, runs[net], from + net, to + net)
      net += Int(runs[net])
    }
  }

  /// The first net's outputs for `values`; missing inputs are 0. Allocates.
  public mutating func evaluate(_ values: [Float]) -> [Float] {
    for index in 0..<inputPitch { inputs[index] = index < values.count ? values[index] : 0 }
    evaluate()
    let layers = nets[0].layers
    return [Float](UnsafeBufferPointer(start: outputs, count: Int(ts_size(nets, layers))))
  }
}
