import CBoard
import TwinModel
import WireFormat

/// How long one step of eight twins takes, batch 1, one core, closed loop: 3 -> 32 -> 32 -> 2 tanh each. The same source
/// builds as ordinary and as Embedded Swift, and prints JSON.
///
///     twinstep-bench            3 x 1,000,000 timed calls
///     twinstep-bench COUNT      3 x COUNT calls
@main
struct TwinStepBench {
  static let nodes = 8
  static let rounds = 3

  static func main() {
    let calls = count(cboard_argument(1)) ?? 1_000_000
    guard var nets = TwinNets(perceptrons()), var group = TwinGroup(twins()) else { return }
    var times = Times()
    let netsSum = timeNets(&nets, calls: calls, times: &times)
    var out = Text()
    out.put("{\"nets\": ")
    out.put(times, checksum: netsSum)
    times.clear()
    let stepSum = timeGroup(&group, calls: calls, times: &times)
    out.put(", \"steps\": ")
    out.put(times, checksum: stepSum)
    times.clear()
    let watchSum = timeWatching(calls: calls, times: &times)
    out.put(", \"watching\": ")
    out.put(times, checksum: watchSum)
    out.put("}\n")
    out.write()
  }

  /// The eight nets alone, their outputs fed back into their inputs.
  static func timeNets(_ nets: inout TwinNets, calls: Int, times: inout Times) -> UInt32 {
    let (inputs, outputs) = (nets.inputs, nets.outputs)
    let (pitch, outputPitch) = (nets.inputPitch, nets.outputPitch)
    var sum: UInt32 = 0
    for _ in 0..<rounds {
      for call in 0..<calls {
        if call % 200 == 0 {
          for node in 0..<nodes {
            for index in 0..<3 { inputs[node * pitch + index] = 0.1 * Float(index + node) }
          }
        }
        let before = cboard_monotonic_ns()
        nets.evaluate()
        for node in 0..<nodes {
          inputs[node * pitch] += 0.01 * outputs[node * outputPitch]
          inputs[node * pitch + 1] += 0.01 * outputs[node * outputPitch + 1]
        }
        times.add(cboard_monotonic_ns() - before)
      }
      sum = checksum(sum, outputs, nodes * outputPitch)
    }
    return sum
  }

  /// The whole noisy step of eight twins, each driven by the latest response of the one before.
  static func timeGroup(_ group: inout TwinGroup, calls: Int, times: inout Times) -> UInt32 {
    var random: UInt32 = 1
    var noise = [Float](repeating: 0, count: 256 + group.noisesPerStep)
    for index in 0..<noise.count { noise[index] = uniform(&random) * 1.7 }
    var values = [Float](repeating: 0, count: 3 * nodes)
    let noises = group.noisesPerStep
    var sum: UInt32 = 0
    values.withUnsafeMutableBufferPointer { values in
      noise.withUnsafeBufferPointer { noise in
        let drives = UnsafeMutableBufferPointer(rebasing: values[0..<nodes])
        let responses = UnsafeMutableBufferPointer(rebasing: values[nodes...])
        for _ in 0..<rounds {
          for call in 0..<calls {
            let xi = UnsafeBufferPointer(rebasing: noise[(call & 255)..<(call & 255) + noises])
            let before = cboard_monotonic_ns()
            for node in 0..<nodes { drives[node] = responses[2 * ((node + 1) & 7)] }
            _ = group.step(drives: UnsafeBufferPointer(drives), noise: xi, responses: responses)
            times.add(cboard_monotonic_ns() - before)
          }
          if let base = responses.baseAddress { sum = checksum(sum, base, 2 * nodes) }
        }
      }
    }
    return sum
  }

  /// Eight twins, each comparing what it expects with a measurement.
  static func timeWatching(calls: Int, times: inout Times) -> UInt32 {
    var states: [TwinState] = []
    for twin in twins() { states.append(TwinState(twin)) }
    var random: UInt32 = 3
    var values = [Float](repeating: 0, count: 512)
    for index in 0..<values.count { values[index] = 0.5 * uniform(&random) }
    var residuals: [Float] = [0, 0]
    var sum: UInt32 = 0
    values.withUnsafeBufferPointer { values in
      residuals.withUnsafeMutableBufferPointer { residuals in
        for _ in 0..<rounds {
          for call in 0..<calls {
            let at = call & 255
            let before = cboard_monotonic_ns()
            for node in 0..<states.count {
              let drive = UnsafeBufferPointer(rebasing: values[(at + node)..<(at + node + 1)])
              let measured = UnsafeBufferPointer(rebasing: values[(at + node + 1)..<(at + node + 3)])
              _ = states[node].observe(drives: drive, measured: measured, residuals: residuals)
            }
            times.add(cboard_monotonic_ns() - before)
          }
          if let base = residuals.baseAddress { sum = checksum(sum, base, 2) }
        }
      }
    }
    return sum
  }

  static func perceptrons() -> [Perceptron] {
    var random: UInt32 = 7
    var nets: [Perceptron] = []
    let widths = [32, 32]
    for _ in 0..<nodes {
      var weights: [Float] = []
      for _ in 0..<Perceptron.weightCount(inputs: 3, widths: widths, outputs: 2) {
        weights.append(0.3 * uniform(&random))
      }
      if let net = Perceptron(inputs: 3, widths: widths, outputs: 2, weights: weights) { nets.append(net) }
    }
    return nets
  }

  static func twins() -> [TwinParameters] {
    var twins: [TwinParameters] = []
    for net in perceptrons() {
      do throws(TwinFault) {
        twins.append(
          try TwinParameters(
            solver: .eulerMaruyama, driveTaps: 1, responseTaps: 1, driveOffset: [0], driveScale: [1],
            responseOffset: [0, 0], responseScale: [1, 1], responseLow: [-1, -1], responseHigh: [1, 1], drift: net,
            driftScale: [0.05, 0.05], noiseShape: .diagonal, noiseSources: 2, noisyRows: [0, 1],
            diffusion: Perceptron(constant: [0, 0]), diffusionScale: [0.01, 0.01]))
      } catch {}
    }
    return twins
  }

  /// Uniform in (-1, 1).
  static func uniform(_ state: inout UInt32) -> Float {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(state >> 8) / 8_388_608 - 1
  }

  static func checksum(_ start: UInt32, _ values: UnsafePointer<Float>, _ count: Int) -> UInt32 {
    var sum = start
    for index in 0..<count { sum = (sum &* 31) &+ values[index].bitPattern }
    return sum
  }

  static func count(_ text: UnsafePointer<CChar>?) -> Int? {
    guard var at = text else { return nil }
    var value = 0
    while at.pointee >= 48, at.pointee <= 57, value < 10_000_000 {
      value = 10 * value + Int(at.pointee - 48)
      at += 1
    }
    return value > 0 ? value : nil
  }
}
