import Drivers
import Foundation
import HardwareInterface
import Testing
import VirtualBench

/// The devices against what theory says of them, measured through the converters.
@Suite struct PhysicsTests {
  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
  }

  /// m_inf = (w21 - w12) / (w21 + w12), and the binomial deviation of 400 grains.
  @Test(arguments: [-0.2, 0.0, 0.15])
  func superparamagneticStationaryState(field: Double) throws {
    var device = try SingleDevice(
      Fixtures.single(.superparamagnetic, parameters: [3, 400, 1], timePerSecond: 10_000, quantum: 1_000_000))
    try device.drive(field)
    // The slowest relaxation here takes 10 time units, 1 ms; samples 10 ms apart are as good as independent.
    var values: [Double] = []
    for index in UInt64(1)...2000 { values.append(try device.response(at: index * 10_000_000)) }
    let up = exp(-3 * (1 - field) * (1 - field))
    let down = exp(-3 * (1 + field) * (1 + field))
    let mean = (up - down) / (up + down)
    let deviation = ((1 - mean * mean) / 400).squareRoot()
    let measured = moments(values)
    // Four standard errors, and the converter's step.
    #expect(abs(measured.mean - mean) < 4 * deviation / 2000.0.squareRoot() + 2e-4)
    #expect(abs(measured.deviation / deviation - 1) < 4 / 4000.0.squareRoot())
  }

  @Test func superparamagneticRelaxation() throws {
    var device = try SingleDevice(
      Fixtures.single(.superparamagnetic, parameters: [3, 1e12, 1], timePerSecond: 10, quantum: 1_000_000))
    try device.drive(0.5)
    let start = (device.clock.now() / 1_000_000) * 1_000_000
    let up = exp(-3 * 0.25)
    let down = exp(-3 * 2.25)
    let mean = (up - down) / (up + down)
    // Before the first drive the DAC stood at 0 V, a field of -1: the state then decays from there.
    let before = -tanh(6.0) * (1 - exp(-(1 + exp(-12)) * 1e-8 * Double(start)))
    for step in UInt64(1)...20 {
      let elapsed = Double(step) * 0.1
      let measured = try device.response(at: start + step * 10_000_000)
      #expect(abs(measured - (mean + (before - mean) * exp(-(up + down) * elapsed))) < 5e-4)
    }
  }

  /// x' = -x + n with coloured n of deviation s: Var x = s^2 tau^2 tau1 / (tau + tau1), s^2 = floor^2 tau1 / 2.
  @Test func leakyIntegratorStationaryVariance() throws {
    var device = try SingleDevice(
      Fixtures.single(
        .leakyIntegrator, parameters: [1, 0, 0.5, 0.2, 0.8], timePerSecond: 1000, quantum: 20_000, seed: 5))
    try device.drive(0.25)
    var values: [Double] = []
    for index in UInt64(1)...4000 { values.append(try device.response(at: index * 6_000_000)) }
    let measured = moments(values)
    let deviation = (0.25 * 0.2 / 2 * 0.2 / 1.2).squareRoot()
    #expect(abs(measured.mean - tanh(0.25)) < 4 * deviation / 4000.0.squareRoot() + 3e-4)
    #expect(abs(measured.deviation / deviation - 1) < 4 / 8000.0.squareRoot() + 0.01)
  }

  @Test func leakyIntegratorWithoutNoiseIsExact() throws {
    var device = try SingleDevice(
      Fixtures.single(.leakyIntegrator, parameters: [2, 0, 0, 0.2, 0.8], timePerSecond: 100, quantum: 1_000_000))
    try device.drive(0.7)
    let start = (device.clock.now() / 1_000_000) * 1_000_000
    let before = -tanh(1.0) * (1 - exp(-Double(start) * 1e-7 / 2))
    for step in UInt64(1)...20 {
      let measured = try device.response(at: start + step * 5_000_000)
      let expected = tanh(0.7) + (before - tanh(0.7)) * exp(-Double(step) * 0.5 / 2)
      #expect(abs(measured - expected) < 3e-4)
    }
  }

  /// sigma enters through tanh|2I|: the same device fluctuates more when it is driven harder.
  @Test func leakyIntegratorNoiseGrowsWithTheDrive() throws {
    var deviations: [Double] = []
    for drive in [0.0, 1.5] {
      var device = try SingleDevice(
        Fixtures.single(
          .leakyIntegrator, parameters: [1, 0.2, 0.02, 0.2, 0.8], timePerSecond: 1000, quantum: 50_000, seed: 8))
      try device.drive(drive)
      var values: [Double] = []
      for index in UInt64(5)...1000 { values.append(try device.response(at: index * 6_000_000)) }
      deviations.append(moments(values).deviation)
    }
    #expect(deviations[1] > 5 * deviations[0])
  }

  /// Without noise, a fine Runge-Kutta solution of the same equation under the same stepwise drive.
  @Test func duffingFollowsItsEquation() throws {
    let quantum: UInt64 = 1_000_000
    var device = try SingleDevice(
      Fixtures.single(
        .duffing, parameters: [-1, 1, 0.3, 0, 0, -0.06, 0], timePerSecond: 50, quantum: quantum))
    var x = 0.0
    var v = -0.06
    var last: UInt64 = 0
    var drive = -1.0
    func advance(to time: UInt64) {
      let fine = 1e-3
      for _ in 0..<Int(time - last) / 20_000 {
        func slope(_ x: Double, _ v: Double) -> Double { drive - 0.3 * v + x - x * x * x }
        let a1 = slope(x, v)
        let a2 = slope(x + fine / 2 * v, v + fine / 2 * a1)
        let v2 = v + fine / 2 * a1
        let a3 = slope(x + fine / 2 * v2, v + fine / 2 * a2)
        let v3 = v + fine / 2 * a2
        let a4 = slope(x + fine * v3, v + fine * a3)
        let v4 = v + fine * a3
        x += fine / 6 * (v + 2 * v2 + 2 * v3 + v4)
        v += fine / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
      }
      last = time
    }
    for step in UInt64(1)...40 {
      let value = (Double(step % 5) - 2) * 0.2
      device.clock.sleep(until: step * 20_000_000)
      try device.drive(value)
      // The drive acts from the quantum boundary before it was set.
      advance(to: device.clock.now() / quantum * quantum)
      drive = value
      advance(to: step * 20_000_000 + 10_000_000)
      let measured = try device.response(at: last)
      #expect(abs(measured - x) < 5e-4, "step \(step)")
    }
  }

  /// At rest in a well the floor alone shakes it: about +-1 the linear oscillator has Var x = g^2 / (2 delta omega^2).
  @Test func duffingFluctuatesInItsWell() throws {
    let noise = 0.02
    var device = try SingleDevice(
      Fixtures.single(.duffing, parameters: [-1, 1, 0.3, 0, 0, -0.06, noise], timePerSecond: 1000, quantum: 50_000))
    try device.drive(0)
    var values: [Double] = []
    for index in UInt64(10)...2000 { values.append(try device.response(at: index * 10_000_000)) }
    let measured = moments(values)
    let deviation = noise / (2 * 0.3 * 2).squareRoot()
    #expect(abs(abs(measured.mean) - 1) < 0.01)
    #expect(abs(measured.deviation / deviation - 1) < 0.1)
  }

  @Test func aDeadDeviceStaysAtItsZero() throws {
    var device = try SingleDevice(Fixtures.single(.dead, parameters: [], timePerSecond: 1))
    for index in UInt64(1)...5 {
      try device.drive(Double(index) * 0.3 - 0.9)
      let response = try device.response(at: index * 10_000_000)
      #expect(abs(response) < 1e-4)
    }
  }

  @Test func readingNoiseHasItsDeviation() throws {
    var device = try SingleDevice(Fixtures.single(.dead, parameters: [], timePerSecond: 1, noiseVolts: 0.05))
    var values: [Double] = []
    for index in UInt64(1)...4000 { values.append(try device.response(at: index * 2_000_000)) }
    let measured = moments(values)
    #expect(abs(measured.mean) < 4 * 0.05 / 4000.0.squareRoot())
    #expect(abs(measured.deviation / 0.05 - 1) < 4 / 8000.0.squareRoot())
  }

  /// Each unit's tau, found from how far it has come after one nominal tau.
  @Test func unitsDifferByTheSpread() throws {
    let count = 192
    let bench = try VirtualBench(
      Fixtures.many(
        .leakyIntegrator, count: count, parameters: [1, 0, 0, 0.2, 0.8], timePerSecond: 10, quantum: 1_000_000, seed: 3,
        spread: 0.15))
    var bus = bench.bus(0)
    var clock = bench.clock
    let chip = AD5593R(address: try Fixtures.address(0x10))
    var taus: [Double] = []
    var start: UInt64 = 1_000_000_000
    var codes = [UInt16](repeating: 0, count: 4)
    for index in 0..<count / 4 {
      let mux = TCA9548A(address: try Fixtures.address(0x70 + UInt8(index / 8)))
      try mux.select(on: &bus, mask: 1 << UInt8(index % 8))
      try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
      // Rest at zero drive first, then a step to 1.
      for channel in UInt8(0)..<4 { try chip.setDAC(on: &bus, channel: channel, code: 2048) }
      clock.sleep(until: start)
      for channel in UInt8(0)..<4 { try chip.setDAC(on: &bus, channel: channel, code: 3686) }
      clock.sleep(until: start + 100_000_000)
      try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
      for code in codes {
        let x = Double(code) * 2.5 / 4096 - 1.25
        taus.append(-1 / log(1 - x / tanh(1.0)))
      }
      start += 1_200_000_000
      try mux.select(on: &bus, mask: 0)
    }
    let measured = moments(taus)
    #expect(abs(measured.mean - 1) < 0.04)
    #expect(measured.deviation > 0.12 && measured.deviation < 0.17)
    // Cut off at 2.5 standard deviations.
    #expect(taus.allSatisfy { $0 > 0.61 && $0 < 1.39 })
  }
}
