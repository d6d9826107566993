import Numerics
import PhysicalNetwork
import TrainingKernels

/// Where a network's parameters stand in one flat buffer: input, recurrent, bias, read-out weights, read-out bias.
struct ParameterLayout: Sendable {
  let nodes: Int
  let inputs: Int
  let outputs: Int

  var input: Range<Int> { 0..<(nodes * inputs) }
  var recurrent: Range<Int> { input.upperBound..<(input.upperBound + nodes * nodes) }
  var bias: Range<Int> { recurrent.upperBound..<(recurrent.upperBound + nodes) }
  var readout: Range<Int> { bias.upperBound..<(bias.upperBound + outputs * nodes) }
  var readoutBias: Range<Int> { readout.upperBound..<(readout.upperBound + outputs) }
  var count: Int { readoutBias.upperBound }

  /// Random weights; the read-out before its gain.
  func random(_ options: TrainingOptions, seed: UInt64) -> AlignedBuffer {
    let buffer = AlignedBuffer(floats: count)
    var stream = RandomStream(seed: seed, stream: 0x1417)
    for index in input { buffer[index] = Float(stream.normal() * options.inputSize / Double(inputs).squareRoot()) }
    for index in recurrent {
      let value = stream.normal() * options.recurrentSize / Double(nodes).squareRoot()
      buffer[index] = options.recurrent ? Float(value) : 0
    }
    for index in bias { buffer[index] = Float(stream.normal() * options.biasSize) }
    for index in readout { buffer[index] = Float(stream.normal() * options.readoutSize / Double(nodes).squareRoot()) }
    return buffer
  }

  /// The description of the network whose parameters are in `buffer`, the read-out times `gain`.
  func describe(
    _ buffer: AlignedBuffer, gain: Float, task: NetworkTask, normaliser: InputNormaliser, options: TrainingOptions,
    labels: [String]
  ) -> NetworkDescription {
    NetworkDescription(
      task: task, hold: UInt16(clamping: options.hold), settleSteps: UInt16(clamping: options.settleSteps),
      settleDrive: options.settleDrive,
      washoutFrames: task == .regression ? UInt32(clamping: options.washoutFrames) : 0,
      inputOffset: normaliser.offset, inputScale: normaliser.scale, inputWeights: input.map { buffer[$0] },
      recurrentWeights: recurrent.map { buffer[$0] }, bias: bias.map { buffer[$0] },
      readoutWeights: readout.map { buffer[$0] * gain }, readoutBias: readoutBias.map { buffer[$0] * gain },
      labels: labels)
  }

  /// Writes the parameters of a description.
  func load(_ network: NetworkDescription, into buffer: AlignedBuffer) {
    let all =
      network.inputWeights + network.recurrentWeights + network.bias + network.readoutWeights + network.readoutBias
    for (place, value) in all.enumerated() where place < buffer.count { buffer[place] = value }
  }
}

/// u = (raw - offset) * scale, a channel.
struct InputNormaliser: Sendable {
  let offset: [Float]
  let scale: [Float]

  init(offset: [Float], scale: [Float]) {
    self.offset = offset
    self.scale = scale
  }

  /// Mean 0 and standard deviation 1 over all frames of `set`; a constant channel becomes 0.
  init(_ set: TrainingSet) {
    var sum = [Double](repeating: 0, count: set.channels)
    var square = sum
    var frames = 0.0
    for values in set.inputs {
      for (index, value) in values.enumerated() { sum[index % set.channels] += Double(value) }
      frames += Double(values.count / set.channels)
    }
    let mean = sum.map { $0 / max(1, frames) }
    for values in set.inputs {
      for (index, value) in values.enumerated() {
        let channel = index % set.channels
        square[channel] += (Double(value) - mean[channel]) * (Double(value) - mean[channel])
      }
    }
    offset = mean.map { Float($0) }
    scale = square.map { value in
      let deviation = (value / max(1, frames)).squareRoot()
      return deviation > 1e-12 ? Float(1 / deviation) : 0
    }
  }
}
