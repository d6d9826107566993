import CTrainingKernels
import Numerics
import TwinModel

/// A twin in double precision, written anew from the equations: what the kernels are checked against.
struct ReferenceTwin {
  var drift: [Double]
  var diffusion: [Double]
  let driftWidths: [Int]
  let diffusionWidths: [Int]
  let driveTaps: Int
  let responseTaps: Int
  let secondOrder: Bool
  let gain: Double
  let noiseGain: Double
  let floor: Double
  let low: Double
  let high: Double

  init(_ c: tk_twin, driftWidths: [Int], diffusionWidths: [Int], drift: [Float], diffusion: [Float]) {
    self.drift = drift.map { Double($0) }
    self.diffusion = diffusion.map { Double($0) }
    self.driftWidths = driftWidths
    self.diffusionWidths = diffusionWidths
    driveTaps = Int(c.drive_taps)
    responseTaps = Int(c.response_taps)
    secondOrder = c.solver == Int32(TK_RK2)
    gain = Double(c.drift_gain)
    noiseGain = Double(c.diffusion_gain)
    floor = Double(c.diffusion_floor)
    low = Double(c.low)
    high = Double(c.high)
  }

  static func evaluate(_ weights: [Double], _ widths: [Int], _ inputs: [Double]) -> Double {
    var layer = inputs
    var offset = 0
    for width in widths {
      let below = layer.count
      layer = (0..<width).map { unit in
        var sum = weights[offset + width * below + unit]
        for index in 0..<below { sum += weights[offset + unit * below + index] * layer[index] }
        return Maths.tanh(sum)
      }
      offset += width * (below + 1)
    }
    var sum = weights[offset + layer.count]
    for index in layer.indices { sum += weights[offset + index] * layer[index] }
    return sum
  }

  func deviation(_ z: [Double]) -> Double {
    noiseGain * Maths.log(1 + Maths.exp(Self.evaluate(diffusion, diffusionWidths, z))) + floor
  }

  func drift(_ z: [Double]) -> Double { gain * Self.evaluate(drift, driftWidths, z) }

  /// drives and responses: newest first.
  func next(_ drives: [Double], _ responses: [Double], noise: Double) -> Double {
    let s = Array(drives.prefix(driveTaps))
    func change(_ x: [Double]) -> Double {
      let z = s + x.prefix(responseTaps)
      return drift(z) + (noise == 0 ? 0 : deviation(z) * noise)
    }
    var step = change(responses)
    if secondOrder { step = 0.5 * (step + change([responses[0] + step] + responses)) }
    return min(high, max(low, responses[0] + step))
  }
}
