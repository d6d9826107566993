import CTrainingKernels
import Numerics
import TrainingKernels

/// A network of reference twins in double precision, one sequence at a time.
struct ReferenceNetwork {
  /// What a run leaves behind; a step counts settling.
  struct Path {
    /// [steps][nodes]
    var responses: [[Double]] = []
    var drives: [[Double]] = []
    /// [steps][nodes][auxiliaries]
    var auxiliaries: [[[Double]]] = []
    /// [steps][nodes]: measured minus what the twins said.
    var residuals: [[Double]] = []
  }

  /// Where a sequence starts: newest first, a node.
  struct Start {
    var drives: [[Double]]
    var responses: [[Double]]
    var auxiliaries: [[Double]]
  }

  let twins: [ReferenceModel]
  let inputs: Int
  let outputs: Int
  let hold: Int
  let settle: Int
  let settleDrive: Double
  /// Input, recurrent, bias, read-out weights, read-out bias.
  var parameters: [Double]

  var nodes: Int { twins.count }

  /// - Parameters:
  ///   - noise: of a step and node, [substeps * sources] or nil.
  ///   - measured: [steps][nodes] responses that take the place of the twins', whose auxiliaries are corrected.
  ///   - residuals: what `measured` was found to differ by, held fixed: how the path moves when parameters do.
  func run(
    frames: [[Double]], start: Start, noise: (Int, Int) -> [Double]?, measured: [[Double]]? = nil,
    residuals: [[Double]]? = nil
  ) -> Path {
    let n = nodes
    let w = n * inputs
    let b = w + n * n
    var (s, x, a) = (start.drives, start.responses, start.auxiliaries)
    var path = Path()
    for step in 0..<(settle + frames.count * hold) {
      let before = x.map { $0[0] }
      var next: [Double] = []
      var errors: [Double] = []
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
        let twin = twins[node]
        var y = twin.sample(
          drives: s[node].map { [$0] }, past: x[node].map { [$0] }, a: a[node], noise: noise(step, node))
        let error = measured.map { $0[step][node] - y.x[0] } ?? residuals.map { $0[step][node] } ?? 0
        y.x[0] += error
        for k in y.a.indices { y.a[k] += twin.injection[k] * error }
        a[node] = y.a
        next.append(y.x[0])
        errors.append(error)
      }
      for node in 0..<n { x[node].insert(next[node], at: 0) }
      path.responses.append(next)
      path.drives.append(s.map { $0[0] })
      path.auxiliaries.append(a)
      path.residuals.append(errors)
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
