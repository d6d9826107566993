import Drivers
import HardwareInterface
import Testing
import VirtualBench

/// The simulator without chips against the bench with them.
@Suite struct DeviceSimulatorTests {
  static let kinds: [BenchDeviceKind] = [.superparamagnetic, .duffing, .leakyIntegrator, .nanoring, .dead]
  private static let ageing = DeviceAgeing(
    exponentMean: 0.1, exponentDeviation: 0.03, startSeconds: 0.5, driftPerHourMean: 5, driftPerHourDeviation: 1,
    ageSeconds: 0.2)

  /// Unit 1 of a bench of two devices on one AD5593R, wired as the simulator says its own are.
  static func bench(_ coupling: DeviceCoupling, _ ageing: DeviceAgeing) -> BenchDescription {
    var devices: [BenchDevice] = []
    for unit in 0..<2 {
      let wires = coupling.readings.enumerated().map { index, reading in
        BenchWire(
          chip: 0, channel: UInt8(4 + unit * 2 + index), voltsAtZero: 1.25 - reading.zero / reading.units,
          voltsPerUnit: 1 / reading.units)
      }
      devices.append(
        BenchDevice(
          kind: coupling.kind,
          drive: BenchWire(
            chip: 0, channel: UInt8(unit), voltsAtZero: 1.25 - coupling.driveZero / coupling.driveUnits,
            voltsPerUnit: 1 / coupling.driveUnits), response: wires[0], furtherResponses: Array(wires.dropFirst()),
          timePerSecond: coupling.timePerStep / 0.02, parameters: coupling.parameters, ageing: ageing))
    }
    return BenchDescription(
      seed: 11, spread: 0.15, quantum: 5_000_000, busClocks: [400_000],
      chips: [BenchChip(kind: .ad5593r, address: 0x10, bus: 0)], devices: devices)
  }

  private func drive(_ step: UInt64) -> Double { Double((step / 3 &* 37) % 41) / 20 - 1 }

  @Test(arguments: kinds, [false, true])
  func givesTheBenchsCodes(_ kind: BenchDeviceKind, _ aged: Bool) throws {
    var coupling = DeviceCoupling.usual(kind)
    if kind == .duffing { coupling.readings.append(.init(units: 2)) }
    let ageing = aged ? Self.ageing : .none
    let bench = try VirtualBench(Self.bench(coupling, ageing))
    var bus = bench.bus(0)
    var clock = bench.clock
    let chip = AD5593R(address: try Fixtures.address(0x10))
    try chip.configure(on: &bus, dacMask: 0x0F, adcMask: 0xF0, wideRange: false)
    var options = DeviceSimulatorOptions()
    (options.seed, options.unit, options.readingNoise, options.ageing) = (11, 1, 0, ageing)
    var simulator = try DeviceSimulator(coupling, options)
    var codes = [UInt16](repeating: 0, count: 4)
    var seen = Set<UInt16>()
    for step in UInt64(0)..<150 {
      clock.sleep(until: step * 20_000_000)
      let code = UInt16(410 + (Float(drive(step)) + 1) * 0.5 * 3276 + 0.5)
      try chip.setDAC(on: &bus, channel: 1, code: code)
      clock.sleep(until: step * 20_000_000 + 6_000_000)
      try codes.withUnsafeMutableBufferPointer { try chip.readADCs(on: &bus, mask: 0xF0, into: $0) }
      let reading = simulator.step(drive: drive(step))
      #expect(reading.first == Double((2 * (Float(codes[2]) - 410)) / 3276 - 1), "step \(step)")
      if coupling.readings.count > 1 {
        #expect(reading.second == Double((2 * (Float(codes[3]) - 410)) / 3276 - 1), "step \(step)")
      }
      seen.insert(codes[2])
    }
    #expect(kind == .dead || seen.count > 30)
    withExtendedLifetime(bench) {}
  }

  /// The very readings: any machine must get them.
  @Test func theReadingsAreFixed() throws {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for kind in Self.kinds {
      var options = DeviceSimulatorOptions()
      (options.seed, options.unit, options.ageing, options.quantised) = (9, 3, Self.ageing, false)
      var simulator = try DeviceSimulator(.usual(kind), options)
      for value in simulator.run((0..<400).map(drive)) {
        digest = (digest ^ value.bitPattern) &* 0x0000_0100_0000_01B3
      }
    }
    #expect(digest == 2_025_584_175_136_345_830)
  }

  @Test func aCopyGoesOnAlike() throws {
    var one = try DeviceSimulator(.usual(.nanoring))
    _ = one.run((0..<50).map(drive))
    var other = one
    #expect(one.run((50..<90).map(drive)) == other.run((50..<90).map(drive)))
  }

  /// One unit, the same input, fresh noise: the means agree, the courses do not.
  @Test func repeatsDifferInTheirNoiseAlone() throws {
    for kind in [BenchDeviceKind.superparamagnetic, .leakyIntegrator, .nanoring] {
      var courses: [[Double]] = []
      for noise in UInt64(1)...60 {
        var options = DeviceSimulatorOptions()
        options.noiseSeed = noise
        var simulator = try DeviceSimulator(.usual(kind), options)
        courses.append(simulator.run((0..<60).map(drive)))
      }
      #expect(Set(courses).count == 60)
      func mean(_ half: ArraySlice<[Double]>, _ place: Int) -> Double {
        half.reduce(0) { $0 + $1[place] } / Double(half.count)
      }
      for place in courses[0].indices {
        #expect(abs(mean(courses[..<30], place) - mean(courses[30...], place)) < 0.08, "\(kind) \(place)")
      }
    }
  }

  /// Started anew in the same run, a device begins where it began, with other noise.
  @Test func restartBeginsAnew() throws {
    var simulator = try DeviceSimulator(.usual(.nanoring))
    let first = simulator.step(drive: 1)
    for _ in 0..<30 { _ = simulator.step(drive: 1) }
    let settled = simulator.step(drive: 1)
    simulator.restart()
    let again = simulator.step(drive: 1)
    #expect(abs(again.second - first.second) < 0.05 && abs(settled.second - first.second) > 0.3)
    #expect(again != first && abs(simulator.seconds - 33 * 0.02) < 1e-12)
  }

  @Test func badNumbersAreRefused() {
    func fault(
      _ change: (inout DeviceCoupling, inout DeviceSimulatorOptions) -> Void
    ) -> BenchError? {
      var coupling = DeviceCoupling.usual(.nanoring)
      var options = DeviceSimulatorOptions()
      change(&coupling, &options)
      do throws(BenchError) {
        _ = try DeviceSimulator(coupling, options)
        return nil
      } catch { return error }
    }
    #expect(fault { _, _ in } == nil)
    #expect(fault { $1.spread = 1 } == .invalid("spread"))
    #expect(fault { $1.quantum = 5 } == .invalid("quantum"))
    #expect(fault { $1.quantaPerStep = 0 } == .invalid("quanta per step"))
    #expect(fault { $1.quantaBeforeReading = 5 } == .invalid("quanta before reading"))
    #expect(fault { $1.readingNoise = .nan } == .invalid("reading noise"))
    #expect(fault { $1.unit = .max } == .invalid("unit"))
    #expect(fault { $1.ageing.ageSeconds = -1 } == .invalid("age"))
    #expect(fault { coupling, _ in coupling.readings = [] } == .invalid("readings"))
    #expect(fault { coupling, _ in coupling.readings[1].units = 0 } == .invalid("reading units"))
    #expect(fault { coupling, _ in coupling.driveUnits = .infinity } == .invalid("drive units"))
    #expect(fault { coupling, _ in coupling.timePerStep = 40 } == .invalid("quantum"))
    #expect(fault { coupling, _ in coupling.parameters[0] = 0 } == .invalid("depinning_field"))
  }

  /// Not-a-number and what lies outside the range do no harm.
  @Test func oddDrivesAreHeldInRange() throws {
    for quantised in [false, true] {
      for kind in Self.kinds {
        var options = DeviceSimulatorOptions()
        options.quantised = quantised
        var simulator = try DeviceSimulator(.usual(kind), options)
        for value in simulator.run([.nan, .infinity, -.infinity, 1e300, -1e300, 0.1, .nan, 0]) {
          #expect(value.isFinite && value.magnitude < 6)
        }
      }
    }
  }
}
