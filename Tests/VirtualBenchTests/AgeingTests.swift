import Drivers
import Foundation
import HardwareInterface
import Testing
import VirtualBench

/// G(t) = (t / t0)^-nu (1 + drift t), and what it does to each kind of device.
@Suite struct AgeingTests {
  private func simulator(
    _ kind: BenchDeviceKind, _ ageing: DeviceAgeing, unit: UInt32 = 0,
    _ change: (inout DeviceCoupling) -> Void = { _ in }
  ) throws -> DeviceSimulator {
    var coupling = DeviceCoupling.usual(kind)
    coupling.readings = coupling.readings.map { _ in .init(units: 2) }
    change(&coupling)
    var options = DeviceSimulatorOptions()
    (options.spread, options.quantised, options.readingNoise) = (0, false, 0)
    (options.unit, options.ageing) = (unit, ageing)
    return try DeviceSimulator(coupling, options)
  }

  /// Noise-free: parameters by name.
  private func set(_ coupling: inout DeviceCoupling, _ name: String, _ value: Double) {
    for (index, rule) in coupling.kind.parameters.enumerated() where "\(rule.name)" == name {
      coupling.parameters[index] = value
    }
  }

  @Test(arguments: [0.0, 5, 20, 100, 3600, 1e6])
  func aLeakyIntegratorsGainFollowsTheFormula(age: Double) throws {
    let ageing = DeviceAgeing(exponentMean: 0.06, driftPerHourMean: -0.0003, ageSeconds: age)
    var device = try simulator(.leakyIntegrator, ageing) {
      set(&$0, "sigma", 0)
      set(&$0, "floor", 0)
    }
    // 10 s, hundreds of its time constants.
    var reading = 0.0
    for _ in 0..<500 { reading = device.step(drive: 0.4).first * 2 }
    let time = age + device.seconds
    let expected = pow(max(time, 20) / 20, -0.06) * (1 - 0.0003 * time / 3600)
    // Within what G changes over the epoch it is held for and the device's own delay.
    #expect(abs(reading / tanh(0.8) / expected - 1) < 2e-3)
    #expect(abs(device.ageFactor / expected - 1) < 1e-3)
  }

  /// While it runs, too: 100 s of a device that was new at the start.
  @Test func agesWhileItRuns() throws {
    var device = try simulator(.leakyIntegrator, DeviceAgeing(exponentMean: 0.1)) {
      set(&$0, "sigma", 0)
      set(&$0, "floor", 0)
    }
    for step in 1...5000 {
      let reading = device.step(drive: 0.4).first * 2
      guard step >= 500, step % 250 == 0 else { continue }
      let time = Double(step) * 0.02
      #expect(abs(reading / tanh(0.8) - pow(max(time, 20) / 20, -0.1)) < 3e-3, "\(time) s")
    }
  }

  /// An old device does what a new one does whose ageing parameter is smaller by the factor.
  @Test func eachKindAgesInItsParameter() throws {
    let ageing = DeviceAgeing(exponentMean: 0.05, ageSeconds: 2e9)
    for kind in [BenchDeviceKind.superparamagnetic, .duffing, .leakyIntegrator, .nanoring] {
      func quiet(_ coupling: inout DeviceCoupling) {
        for name in ["sigma", "floor", "v0"] { set(&coupling, name, 0) }
        for name in ["grains", "rings"] { set(&coupling, name, 1e12) }
      }
      var old = try simulator(kind, ageing, quiet)
      let factor = old.ageFactor
      #expect(abs(factor - pow(1e8, -0.05)) < 1e-4)
      var new = try simulator(kind, .none) {
        quiet(&$0)
        switch kind {
        case .superparamagnetic: set(&$0, "rate", factor)
        case .duffing: $0.driveUnits *= factor
        default: $0.readings = $0.readings.map { _ in .init(units: 2 / factor) }
        }
      }
      var largest = 0.0
      for step in 0..<300 {
        let drive = Double((step / 4 * 7) % 13) / 6 - 1
        let (a, b) = (old.step(drive: drive), new.step(drive: drive))
        #expect(abs(a.first - b.first) < 1e-4 && abs(a.second - b.second) < 1e-4, "\(kind) \(step)")
        largest = max(largest, abs(a.first))
      }
      #expect(largest > 0.05)
    }
  }

  /// nu = |N(mean, sd)| and drift = N(mean, sd), from unit to unit.
  @Test func unitsAgeEachInTheirOwnWay() throws {
    var exponents: [Double] = []
    var drifts: [Double] = []
    for unit in UInt32(0)..<3000 {
      let power = DeviceAgeing(exponentMean: 0.02, exponentDeviation: 0.02, startSeconds: 1, ageSeconds: 1e4)
      exponents.append(-log(try simulator(.dead, power, unit: unit).ageFactor) / log(1e4))
      let line = DeviceAgeing(driftPerHourMean: 0.01, driftPerHourDeviation: 0.05, ageSeconds: 3600)
      drifts.append(try simulator(.dead, line, unit: unit).ageFactor - 1)
    }
    // |N(1, 1)| has mean 1.1666 and variance 2 - mean^2; the cut at 2.5 sd hardly shows.
    let exponent = exponents.reduce(0, +) / 3000
    #expect(abs(exponent / 0.02 - 1.1666) < 0.05 && exponents.allSatisfy { $0 >= 0 })
    #expect((exponents.reduce(0) { $0 + $1 * $1 } / 3000).squareRoot() / 0.02 - 1.4 < 0.05)
    let drift = drifts.reduce(0, +) / 3000
    let spread = (drifts.reduce(0) { $0 + ($1 - drift) * ($1 - drift) } / 3000).squareRoot()
    #expect(abs(drift - 0.01) < 0.004 && abs(spread - 0.05) < 0.004)
  }

  /// The factor never runs away, however odd the numbers.
  @Test func theFactorIsBounded() throws {
    for (exponent, drift) in [(2.0, 0.0), (0, 10), (0, -10), (2, 10)] {
      let ageing = DeviceAgeing(exponentMean: exponent, startSeconds: 1e-3, driftPerHourMean: drift, ageSeconds: 1e10)
      let factor = try simulator(.leakyIntegrator, ageing).ageFactor
      #expect(factor >= 1e-3 && factor <= 1e3)
    }
  }

  /// Reading an ageing device more often, or late, changes nothing in what it does.
  @Test(arguments: [BenchDeviceKind.superparamagnetic, .duffing, .leakyIntegrator, .nanoring])
  func readingDoesNotDisturb(_ kind: BenchDeviceKind) throws {
    let ageing = DeviceAgeing(exponentMean: 0.3, startSeconds: 0.1, driftPerHourMean: 8)
    let description = DeviceSimulatorTests.bench(.usual(kind), ageing)
    var results: [[UInt16]] = []
    for pattern in 0..<3 {
      let bench = try VirtualBench(description)
      var bus = bench.bus(0)
      var clock = bench.clock
      let chip = AD5593R(address: try Fixtures.address(0x10))
      try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
      var codes = [UInt16](repeating: 0, count: 4)
      var result: [UInt16] = []
      for step in UInt64(1)...40 {
        let start = step * 90_000_000
        clock.sleep(until: start)
        try chip.setDAC(on: &bus, channel: UInt8(step % 2), code: UInt16(step * 90))
        for index in 0..<(pattern * 4) {
          clock.sleep(until: start + UInt64(index + 1) * 7_900_000)
          try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
        }
        // Read at some steps only: between, several epochs of ageing pass unseen.
        guard step % 8 == 0 else { continue }
        clock.sleep(until: start + 80_000_000)
        try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
        result += codes
      }
      results.append(result)
      withExtendedLifetime(bench) {}
    }
    #expect(results[0] == results[1] && results[1] == results[2])
    #expect(Set(results[0]).count > 8)
  }
}
