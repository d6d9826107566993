import CTrainingKernels
import Numerics
import TrainingKernels

/// A network of reference twins in double precision, one sequence at a time.
struct ReferenceNetwork {
  let twins: [ReferenceTwin]
  let inputs: Int
  let outputs: Int
  let hold: Int
  let settle: Int
  let settleDrive: Double
  /// Input, recurrent, bias, read-out weights, read-out bias.
  var parameters: [Double]

  var nodes: Int { twins.count }

  /// Responses after each control step, settling included; `noise(step, node)`.
  func run(
    frames: [[Double]], drives start: [[Double]], responses first: [[Double]], noise: (Int, Int) -> Double
  ) -> [[Double]] {
    let n = nodes
    let w = n * inputs
    let b = w + n * n
    var s = start
    var x = first
    var path: [[Double]] = []
    for step in 0..<(settle + frames.count * hold) {
      let before = x.map { $0[0] }
      var next: [Double] = []
      for node in 0..<n {
        var drive = settleDrive
        if step >= settle {
          let u = frames[(step - settle) / hold]
          drive = parameters[b + node]
          for channel in 0..<inputs { drive += parameters[node * inputs + channel] * u[channel] }
          for other in 0..<n { drive += parameters[w + node * n + other] * before[other] }
          drive = min(1, max(-1, drive))
        }
        s[node].insert(drive, at: 0)
        next.append(twins[node].next(s[node], x[node], noise: noise(step, node)))
      }
      for node in 0..<n { x[node].insert(next[node], at: 0) }
      path.append(next)
    }
    return path
  }

  func readout(_ x: [Double]) -> [Double] {
    let base = nodes * (inputs + nodes + 1)
    return (0..<outputs).map { output in
      var sum = parameters[base + outputs * nodes + output]
      for node in 0..<nodes { sum += parameters[base + output * nodes + node] * x[node] }
      return sum
    }
  }
}
