import Numerics

/// A leaky integrator, x' = (-x + tanh I)/tau + n1 + n2, with two coloured noises n_k' = -n_k/tau_k + g_k dW,
/// g1 = sigma tanh|2I| + floor and g2 = sigma tanh|3x|; x is what is read.
///
/// The linear parts are integrated exactly; x sees the mean of each noise's ends over a quantum. Its ageing parameter is the
/// gain before tanh I.
struct LeakyIntegrator {
  private let table: UnsafeMutablePointer<DeviceTable>

  init(_ table: UnsafeMutablePointer<DeviceTable>) { self.table = table }

  /// p0 tau, p1 sigma, p2 floor, p3 decay of x, p4 and p5 decays of the noises, p6 and p7 their deviations at g = 1.
  static func prepare(_ table: inout DeviceTable, _ parameters: [Double]) {
    let first = Maths.exp(0 - table.step / parameters[3])
    let second = Maths.exp(0 - table.step / parameters[4])
    table.p0 = parameters[0]
    table.p1 = parameters[1]
    table.p2 = parameters[2]
    table.p3 = Maths.exp(0 - table.step / parameters[0])
    table.p4 = first
    table.p5 = second
    table.p6 = (parameters[3] * 0.5 * (1 - first * first)).squareRoot()
    table.p7 = (parameters[4] * 0.5 * (1 - second * second)).squareRoot()
  }

  func integrate(
    _ state: UnsafeMutablePointer<DeviceState>, _ from: UInt64, _ to: UInt64, _ drive: Double, _ age: Double
  ) {
    let tau = table.pointee.p0
    let sigma = table.pointee.p1
    let decay = table.pointee.p3
    let decay1 = table.pointee.p4
    let decay2 = table.pointee.p5
    let deviation2 = sigma * table.pointee.p7
    let goal = age * Maths.tanh(drive)
    let amplitude1 = (sigma * Maths.tanh(2 * drive.magnitude) + table.pointee.p2) * table.pointee.p6
    var column1 = NoiseColumn(table.pointee.noise, column: 0)
    var column2 = NoiseColumn(table.pointee.noise, column: 1)
    var x = state.pointee.x
    var n1 = state.pointee.y
    var n2 = state.pointee.z
    var quantum = from
    while quantum < to {
      let before = n1 + n2
      n1 = n1 * decay1 + amplitude1 * column1.deviate(quantum)
      n2 = n2 * decay2 + deviation2 * Maths.tanh(3 * x.magnitude) * column2.deviate(quantum)
      let target = goal + tau * 0.5 * (before + n1 + n2)
      x = target + (x - target) * decay
      quantum &+= 1
    }
    state.pointee.x = x
    state.pointee.y = n1
    state.pointee.z = n2
  }
}
