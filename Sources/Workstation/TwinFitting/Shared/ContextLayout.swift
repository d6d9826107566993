import TrainingKernels
import TwinModel

/// Between the parameters of nets that see a device's numbers behind z and those of nets that do not: constant inputs are
/// so much bias of the first layer.
struct ContextLayout {
  /// Without the numbers.
  let plain: KernelModel
  private let wide: KernelModel
  private let taps: Int
  private let context: Int
  private var nets: [(wide: Range<Int>, plain: Int, rows: Int)]

  /// - Parameter shape: with context.
  init(_ shape: TwinShape) {
    var own = shape
    own.context = 0
    plain = KernelModel(own)
    wide = KernelModel(shape)
    (taps, context) = (shape.taps, shape.context)
    nets = [(wide.driftRange, plain.driftRange.lowerBound, shape.driftWidths.first ?? shape.observables)]
    if let widths = shape.diffusionWidths, shape.noise != .none {
      nets.append((wide.diffusionRange, plain.diffusionRange.lowerBound, widths.first ?? shape.diffusionOutputs))
    }
  }

  /// Length of the parameters that see the numbers.
  var count: Int { wide.parameterCount }

  /// The numbers' columns of each net's first layer, [units][numbers]; the diffusion's is empty where it is constant.
  func columns(_ values: [Float]) -> [[Float]] {
    let all = nets.map { net in
      (0..<net.rows).flatMap { unit -> [Float] in
        let end = net.wide.lowerBound + (unit + 1) * (taps + context)
        return Array(values[(end - context)..<end])
      }
    }
    return all.count == 2 ? all : all + [[]]
  }

  /// How many values each net's columns have.
  var columnCounts: [Int] { nets.count == 2 ? nets.map { $0.rows * context } : [nets[0].rows * context, 0] }

  /// The parameters with the numbers taken into the biases.
  func folded(_ values: [Float], _ numbers: [Float]) -> [Float] {
    var out = remembered(values, from: wide, to: plain)
    for net in nets {
      let inputs = taps + context
      var place = net.plain
      for unit in 0..<net.rows {
        let start = net.wide.lowerBound + unit * inputs
        for tap in 0..<taps { out[place + tap] = values[start + tap] }
        place += taps
      }
      let biases = net.wide.lowerBound + net.rows * inputs
      for unit in 0..<net.rows {
        var bias = values[biases + unit]
        let start = net.wide.lowerBound + unit * inputs + taps
        for (index, number) in numbers.enumerated() { bias += values[start + index] * number }
        out[place + unit] = bias
      }
      place += net.rows
      for (index, source) in ((biases + net.rows)..<net.wide.upperBound).enumerated() {
        out[place + index] = values[source]
      }
    }
    return out
  }

  /// The parameters that see the numbers, from those of a device whose numbers are 0 and the numbers' columns.
  func joined(_ values: [Float], _ columns: [[Float]]) -> [Float] {
    var out = remembered(values, from: plain, to: wide)
    for (net, column) in zip(nets, columns) {
      var place = net.wide.lowerBound
      for unit in 0..<net.rows {
        for tap in 0..<taps { out[place + tap] = values[net.plain + unit * taps + tap] }
        for index in 0..<context { out[place + taps + index] = column[unit * context + index] }
        place += taps + context
      }
      let rest = net.plain + net.rows * taps
      for index in 0..<(net.wide.upperBound - place) { out[place + index] = values[rest + index] }
    }
    return out
  }

  // Everything but the nets' first layers: a constant diffusion, coupling, rates, injection.
  private func remembered(_ values: [Float], from: KernelModel, to: KernelModel) -> [Float] {
    var out = [Float](repeating: 0, count: to.parameterCount)
    let start = nets.count == 2 ? from.couplingRange.lowerBound : from.diffusionRange.lowerBound
    let target = nets.count == 2 ? to.couplingRange.lowerBound : to.diffusionRange.lowerBound
    for index in start..<from.parameterCount { out[target + index - start] = values[index] }
    return out
  }
}
