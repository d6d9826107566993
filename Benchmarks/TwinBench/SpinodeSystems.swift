import Numerics

/// The three systems SPINODE was shown on, with its authors' constants (O'Leary, Paulson, Mesbah, J. Comput. Phys. 468,
/// 111466 (2022), and the code they published with it).
extension SpinodeSystem {
  static let all = [colloids, competition, epidemic]

  /// Colloidal self-assembly under a field: the order x of a cluster, the voltage u.
  static let colloids = SpinodeSystem(
    name: "colloidal assembly", states: ["x"], region: [0.1...5, 0.6...3.9], inputs: 1, sampleTime: 1, starts: 400,
    repeats: 100, samples: 3,
    coefficients: { x, u, g1, g2 in
      let off = x[0] - 2.1 - 0.75 * u[0]
      let bell = 0.0045 * Maths.exp(-off * off)
      g2[0] = bell + 0.0005
      g1[0] = -2 * off * bell - g2[0] * 20 * off
    })

  /// Two species that compete and coexist at (0.75, 0.625), where the noise of each goes to zero with the other's
  /// distance from balance. Read every 0.1 units of time; the authors simulate and read every 0.01.
  static let competition = SpinodeSystem(
    name: "competitive Lotka-Volterra", states: ["x", "y"], region: [0.1...1.4, 0.1...1.4], sampleTime: 0.1, floor: 0,
    starts: 400, repeats: 100, samples: 3,
    coefficients: { x, _, g1, g2 in
      g1[0] = x[0] * (1 - x[0] - 0.4 * x[1])
      g1[1] = x[1] * (1 - x[1] - 0.5 * x[0])
      let a = 0.5 * x[0] * (x[1] - 0.625)
      let b = 0.5 * x[1] * (x[0] - 0.75)
      g2[0] = 0.5 * a * a
      g2[1] = 0.5 * b * b
    })

  /// Susceptible, infectious and recovered, with a saturating incidence k S^2 I/(S^2 + alpha I^2), births and deaths,
  /// and noise in proportion to each. The grid lies over S and I at five levels of R.
  static let epidemic = SpinodeSystem(
    name: "SIR", states: ["S", "I", "R"], region: [1...8, 0.5...6, 0.3...3], sampleTime: 1, floor: 0, starts: 300,
    repeats: 216, samples: 3,
    coefficients: { x, _, g1, g2 in
      let (s, i, r) = (x[0], x[1], x[2])
      let incidence = 0.2 * s * s * i / max(1e-12, s * s + 0.5 * i * i)
      g1[0] = 1 - 0.1 * s - incidence + 0.01 * r
      g1[1] = incidence - (0.1 + 0.05 + 0.01) * i
      g1[2] = 0.05 * i - (0.1 + 0.01) * r
      g2[0] = 0.5 * (0.2 * s) * (0.2 * s)
      g2[1] = 0.5 * (0.2 * i) * (0.2 * i)
      g2[2] = 0.5 * (0.1 * r) * (0.1 * r)
    },
    levels: [0, 0.25, 0.5, 0.75, 1])
}
