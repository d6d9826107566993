import Numerics

/// A Duffing oscillator, x'' = I - delta x' - alpha x - beta x^3, with noise (sigma tanh|3x| + floor) dW on its velocity; x is
/// what is read.
///
/// A quantum is one fourth-order Runge-Kutta step of the drift and one kick. The amplitude depends on x and the kick changes
/// v alone, so Ito and Stratonovich agree. Its ageing parameter is the gain of its drive.
struct Duffing {
  private let table: UnsafeMutablePointer<DeviceTable>

  init(_ table: UnsafeMutablePointer<DeviceTable>) { self.table = table }

  /// p0 alpha, p1 beta, p2 delta, p3 sigma, p4 x0, p5 v0, p6 floor.
  static func prepare(_ table: inout DeviceTable, _ parameters: [Double]) {
    table.p0 = parameters[0]
    table.p1 = parameters[1]
    table.p2 = parameters[2]
    table.p3 = parameters[3]
    table.p4 = parameters[4]
    table.p5 = parameters[5]
    table.p6 = parameters[6]
  }

  static func start(_ state: inout DeviceState, _ table: DeviceTable) {
    state.x = table.p4
    state.y = table.p5
  }

  func integrate(
    _ state: UnsafeMutablePointer<DeviceState>, _ from: UInt64, _ to: UInt64, _ input: Double, _ age: Double
  ) {
    let drive = age * input
    let alpha = table.pointee.p0
    let beta = table.pointee.p1
    let delta = table.pointee.p2
    let sigma = table.pointee.p3
    let floor = table.pointee.p6
    let dt = table.pointee.step
    let half = 0.5 * dt
    let sixth = dt / 6
    let root = table.pointee.stepRoot
    var column = NoiseColumn(table.pointee.noise, column: 0)
    var x = state.pointee.x
    var v = state.pointee.y
    var quantum = from
    while quantum < to {
      let kick = (sigma * Maths.tanh(3 * x.magnitude) + floor) * root * column.deviate(quantum)
      let a1 = drive - delta * v - x * (alpha + beta * x * x)
      let x2 = x + half * v
      let v2 = v + half * a1
      let a2 = drive - delta * v2 - x2 * (alpha + beta * x2 * x2)
      let x3 = x + half * v2
      let v3 = v + half * a2
      let a3 = drive - delta * v3 - x3 * (alpha + beta * x3 * x3)
      let x4 = x + dt * v3
      let v4 = v + dt * a3
      let a4 = drive - delta * v4 - x4 * (alpha + beta * x4 * x4)
      x += sixth * (v + 2 * v2 + 2 * v3 + v4)
      v += sixth * (a1 + 2 * a2 + 2 * a3 + a4) + kick
      // A drive far outside its range would throw it out of any scale; the end stops hold it.
      x = x < -Self.stop ? -Self.stop : (x > Self.stop ? Self.stop : x)
      v = v < -Self.stop ? -Self.stop : (v > Self.stop ? Self.stop : v)
      quantum &+= 1
    }
    state.pointee.x = x
    state.pointee.y = v
  }

  private static let stop = 100.0
}
