import HardwareInterface
import Testing
import VirtualBench

/// Any bytes at all, at any time, on any state: no chip crashes, and none answers out of turn or for ever.
@Suite struct ChipFuzzTests {
  /// One of each kind, with devices and lines, behind muxes where addresses would clash.
  static func everything(seed: UInt64) -> BenchDescription {
    let kinds = BenchChipKind.allCases
    var chips: [BenchChip] = [BenchChip(kind: .tca9548a, address: 0x77, bus: 0)]
    for kind in kinds where kind != .tca9548a {
      let place =
        kind == .tmp105 ? 0x4F : (kind == .tmp117 ? 0x4A : (kind == .ads1015 ? 0x49 : kind.addresses.lowerBound))
      let alone = ![.mcp4725, .si5351a, .ina219].contains(kind)
      chips.append(
        BenchChip(
          kind: kind, address: alone ? place : place + (kind == .si5351a ? 1 : 5), bus: 0, mux: alone ? 0xFF : 0,
          muxChannel: 3, memoryBytes: UInt32(128) << UInt32(seed % 10)))
    }
    func index(_ kind: BenchChipKind) -> UInt8 { UInt8(chips.firstIndex { $0.kind == kind } ?? 0) }
    let drives: [(BenchChipKind, UInt8)] = [
      (.ad5593r, 0), (.mcp4728, 3), (.mcp4725, 0), (.pca9685, 15), (.ad5272, 0), (.si5351a, 2),
    ]
    let reads: [(BenchChipKind, UInt8)] = [
      (.ad5593r, 7), (.ads1115, 0), (.ads1015, 3), (.ina219, 0), (.ina219, 1), (.ads1115, 1),
    ]
    var devices: [BenchDevice] = []
    for (drive, read) in zip(drives, reads) {
      devices.append(
        BenchDevice(
          kind: .leakyIntegrator,
          drive: BenchWire(
            chip: index(drive.0), channel: drive.1, voltsAtZero: 1, voltsPerUnit: drive.0 == .si5351a ? 1e7 : 1),
          response: BenchWire(chip: index(read.0), channel: read.1, voltsAtZero: 1, voltsPerUnit: 1),
          timePerSecond: 50, parameters: BenchDeviceKind.leakyIntegrator.parameterDefaults))
    }
    return BenchDescription(
      seed: seed, spread: 0.15, quantum: 1_000_000, busClocks: [400_000], chips: chips, devices: devices,
      lines: [
        BenchLine(kind: .ready, chip: index(.ads1115)), BenchLine(kind: .input),
        BenchLine(kind: .ready, chip: index(.ads1015)),
      ])
  }

  private func disturb(_ bench: VirtualBench, _ generator: inout SplitMix, _ seed: UInt64, rounds: Int) {
    var bus = bench.bus(0)
    var lines = bench.lines
    var clock = bench.clock
    for _ in 0..<rounds {
      guard let place = I2CAddress(0x08 + UInt8(generator.next() % 0x70)) else { continue }
      let count = Int(generator.next() % (generator.next() % 8 == 0 ? 80 : 6))
      var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      do throws(I2CError) {
        var failure: I2CError?
        let write = generator.next() % 3 != 0
        bytes.withUnsafeMutableBytes { raw in
          do throws(I2CError) {
            if write { try bus.write(place, UnsafeRawBufferPointer(raw)) } else { try bus.read(place, into: raw) }
          } catch {
            failure = error
          }
        }
        if let failure { throw failure }
      } catch {
        #expect(error.kind == .noAcknowledgeAddress, "seed \(seed)")
      }
      if generator.next() % 16 == 0 { clock.sleep(until: clock.now() &+ generator.next() % 3_000_000_000) }
      let now = clock.now()
      let line = Int(generator.next() % 4)
      if let edge = try? lines.waitForEdge(line: line, after: now, until: now + 1_000_000) {
        #expect(edge > now && edge <= now + 1_000_000, "seed \(seed)")
      }
    }
  }

  @Test func randomBytesOnEveryChip() throws {
    for seed in UInt64(0)..<30 {
      var generator = SplitMix(state: seed)
      let bench = try VirtualBench(Self.everything(seed: seed))
      disturb(bench, &generator, seed, rounds: 600)
    }
  }

  /// State that another process left, in whatever shape.
  @Test func randomState() throws {
    for seed in UInt64(100)..<130 {
      var generator = SplitMix(state: seed)
      let description = Self.everything(seed: seed)
      let size = VirtualBench.stateBytes(for: description)
      let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      defer { memory.deallocate() }
      _ = try VirtualBench(description, memory: memory)
      // All but the header, or a word here and there.
      let dense = seed % 2 == 0
      for offset in stride(from: 32, to: size - 8, by: 8) where dense || generator.next() % 8 == 0 {
        memory.storeBytes(of: generator.next(), toByteOffset: offset, as: UInt64.self)
      }
      let bench = try VirtualBench(description, memory: memory, attach: true)
      disturb(bench, &generator, seed, rounds: 200)
    }
  }

  /// State in the layout of before is refused.
  @Test func anotherLayoutIsForeign() throws {
    let description = Self.everything(seed: 1)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: VirtualBench.stateBytes(for: description), alignment: 16)
    defer { memory.deallocate() }
    _ = try VirtualBench(description, memory: memory)
    _ = try VirtualBench(description, memory: memory, attach: true)
    // "ETBENCH1".
    memory.storeBytes(of: 0x3148_434E_4542_5445, as: UInt64.self)
    #expect(throws: BenchError.foreignState) { try VirtualBench(description, memory: memory, attach: true) }
  }
}
