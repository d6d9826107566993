import Numerics

/// An ensemble of superparamagnetic grains in a field h, the drive; its magnetisation m, from -1 to 1, is what is read.
///
/// Each grain hops between two states over a barrier b at the Neel-Arrhenius rates
/// w21 = rate exp(-b(1-h)^2), w12 = rate exp(-b(1+h)^2). The mean relaxes exactly,
/// m <- m_inf + (m - m_inf) exp(-k dt) with k = w21 + w12 and m_inf = (w21 - w12)/k; the hops of finitely many grains add
/// noise whose stationary variance is the binomial (1 - m_inf^2)/grains. Its ageing parameter is `rate`.
struct Superparamagnetic {
  private let table: UnsafeMutablePointer<DeviceTable>

  init(_ table: UnsafeMutablePointer<DeviceTable>) { self.table = table }

  /// p0 barrier, p1 grains, p2 rate.
  static func prepare(_ table: inout DeviceTable, _ parameters: [Double]) {
    table.p0 = parameters[0]
    table.p1 = max(parameters[1], 1)
    table.p2 = parameters[2]
  }

  func integrate(_ state: UnsafeMutablePointer<DeviceState>, _ from: UInt64, _ to: UInt64, _ h: Double, _ age: Double) {
    let barrier = table.pointee.p0
    let attempts = table.pointee.p2 * age
    let up = attempts * Maths.exp(0 - barrier * (1 - h) * (1 - h))
    let down = attempts * Maths.exp(0 - barrier * (1 + h) * (1 + h))
    let rate = up + down
    // Far outside its range nothing hops.
    guard rate > 0 else { return }
    let rest = (up - down) / rate
    let decay = Maths.exp(0 - rate * table.pointee.step)
    let noise = ((1 - rest * rest) / table.pointee.p1 * (1 - decay * decay)).squareRoot()
    var column = NoiseColumn(table.pointee.noise, column: 0)
    var m = state.pointee.x
    var quantum = from
    while quantum < to {
      m = rest + (m - rest) * decay + noise * column.deviate(quantum)
      m = m < -1 ? -1 : (m > 1 ? 1 : m)
      quantum &+= 1
    }
    state.pointee.x = m
  }
}
