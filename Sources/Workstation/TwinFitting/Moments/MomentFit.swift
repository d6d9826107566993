import Numerics
import TwinModel

/// A twin fitted to moments, with its equation's coefficients in the units of the measurement:
/// dx = g1(x, s) dt + sqrt(2 g2(x, s)) dW.
public struct MomentFit: Sendable, Equatable {
  /// The twin; its channel units are the units of the measurement, its sample one of the measurement's.
  public let parameters: TwinParameters
  /// Units of time a sample.
  public let timeStep: Double
  /// Drives the data have; a twin of data without any has one that is always 0.
  public let driveCount: Int
  public let report: MomentFitReport

  /// g1 [states] and g2 [states] at a state and a drive, a unit of time; nil where the sizes disagree.
  public func coefficients(state: [Double], drive: [Double] = []) -> (drift: [Double], diffusion: [Double])? {
    let twin = parameters
    guard state.count == twin.observables, drive.count == driveCount, let net = twin.diffusion else { return nil }
    var z: [Double] = []
    for j in 0..<twin.drives {
      z.append(((j < drive.count ? drive[j] : 0) - Double(twin.driveOffset[j])) * Double(twin.driveScale[j]))
    }
    for i in 0..<twin.observables {
      z.append((state[i] - Double(twin.responseOffset[i])) * Double(twin.responseScale[i]))
    }
    let f = Self.evaluate(twin.drift, z)
    let g = Self.evaluate(net, z)
    var drift: [Double] = []
    var diffusion: [Double] = []
    for i in 0..<twin.observables {
      let unit = Double(twin.responseScale[i])
      drift.append(f[i] * Double(twin.driftScale[i]) / unit / timeStep)
      let softplus = g[i] > 30 ? g[i] : Maths.log(1 + Maths.exp(g[i]))
      let size = (softplus * Double(twin.diffusionScale[i]) + Double(twin.diffusionFloor[i])) / unit
      diffusion.append(size * size / (2 * timeStep))
    }
    return (drift, diffusion)
  }

  static func evaluate(_ net: Perceptron, _ input: [Double]) -> [Double] {
    var below = input
    var offset = 0
    let layers = net.widths + [net.outputs]
    for (layer, width) in layers.enumerated() {
      var next = [Double](repeating: 0, count: width)
      net.weights.withUnsafeBufferPointer { weights in
        let biases = offset + width * below.count
        for unit in 0..<width {
          var sum = Double(weights[biases + unit])
          for k in below.indices { sum += Double(weights[offset + unit * below.count + k]) * below[k] }
          next[unit] = layer + 1 < layers.count ? activate(net.activation, sum) : sum
        }
      }
      offset += width * (below.count + 1)
      below = next
    }
    return below
  }

  private static func activate(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .tanh: return Maths.tanh(x)
    case .silu: return x / (1 + Maths.exp(min(700, 0 - x)))
    case .relu: return max(0, x)
    }
  }
}

/// How a fit of moments went.
public struct MomentFitReport: Sendable, Equatable {
  /// Transitions learnt from, and held out.
  public var trainingPoints: Int
  public var heldOutPoints: Int
  /// Held-out loss of the last phase: the negative log-likelihood a repeat in normalised units (without its constant),
  /// or SPINODE's squared error of the covariance without the polish.
  public var heldOutLoss: Double
  public var driftEpochs: Int
  public var diffusionEpochs: Int
  public var polishEpochs: Int
  /// The fit was stopped before its end.
  public var interrupted: Bool
  public var seconds: Double
}
