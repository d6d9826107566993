import WireFormat

extension BenchDescription {
  /// The newest version this code writes and reads.
  public static let formatVersion: UInt16 = 3

  /// The oldest version that can say it all: benches of before keep their bytes, and with them the state they had.
  private var version: UInt16 {
    if !lines.isEmpty || ambientCelsius != 25 || ambientSwing != 2 { return 3 }
    for chip in chips where chip.kind.rawValue > BenchChipKind.tca9548a.rawValue || chip.supplyVolts != 5 { return 3 }
    for device in devices where !device.furtherResponses.isEmpty || device.ageing != .none { return 2 }
    return 1
  }

  /// Little-endian bytes: version, seed, spread, quantum, then counted buses, chips and devices.
  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 64 + chips.count * 5 + devices.count * 112)
    let version = version
    out.put(version)
    out.put(seed)
    out.put(spread)
    out.put(quantum)
    out.put(UInt16(truncatingIfNeeded: busClocks.count))
    for clock in busClocks { out.put(clock) }
    out.put(UInt16(truncatingIfNeeded: chips.count))
    for chip in chips {
      out.put(chip.kind.rawValue)
      out.put(chip.address)
      out.put(chip.bus)
      out.put(chip.mux)
      out.put(chip.muxChannel)
      guard version >= 3 else { continue }
      out.put(chip.supplyVolts)
      out.put(chip.crystalHertz)
      out.put(chip.memoryBytes)
    }
    out.put(UInt16(truncatingIfNeeded: devices.count))
    for device in devices {
      out.put(device.kind.rawValue)
      Self.put(device.drive, to: &out)
      Self.put(device.response, to: &out)
      if version >= 2 {
        out.put(UInt8(truncatingIfNeeded: device.furtherResponses.count))
        for wire in device.furtherResponses { Self.put(wire, to: &out) }
      }
      out.put(device.timePerSecond)
      out.put(UInt8(truncatingIfNeeded: device.parameters.count))
      for value in device.parameters { out.put(value) }
      if version >= 2 { Self.put(device.ageing, to: &out) }
    }
    if version >= 3 { putSurroundings(to: &out) }
    return out.bytes
  }

  private func putSurroundings(to out: inout ByteWriter) {
    out.put(UInt8(truncatingIfNeeded: lines.count))
    for line in lines {
      out.put(line.kind.rawValue)
      out.put(line.chip)
      out.put(line.level)
    }
    out.put(ambientCelsius)
    out.put(ambientSwing)
  }

  private static func put(_ wire: BenchWire, to out: inout ByteWriter) {
    out.put(wire.chip)
    out.put(wire.channel)
    out.put(wire.voltsAtZero)
    out.put(wire.voltsPerUnit)
    out.put(wire.noiseVolts)
  }

  private static func put(_ ageing: DeviceAgeing, to out: inout ByteWriter) {
    out.put(ageing.exponentMean)
    out.put(ageing.exponentDeviation)
    out.put(ageing.startSeconds)
    out.put(ageing.driftPerHourMean)
    out.put(ageing.driftPerHourDeviation)
    out.put(ageing.ageSeconds)
  }

  /// Reads the bytes back and checks that every index and range holds.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    let version = try reader.take(UInt16.self)
    guard version >= 1, version <= Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    let seed = try reader.take(UInt64.self)
    let spread = try reader.takeFiniteDouble("spread")
    let quantum = try reader.take(UInt64.self)
    var clocks: [UInt32] = []
    for _ in 0..<(try reader.take(UInt16.self)) { clocks.append(try reader.take(UInt32.self)) }
    var chips: [BenchChip] = []
    for _ in 0..<(try reader.take(UInt16.self)) {
      chips.append(try Self.takeChip(&reader, version))
    }
    var devices: [BenchDevice] = []
    for _ in 0..<(try reader.take(UInt16.self)) { devices.append(try Self.takeDevice(&reader, version)) }
    var lines: [BenchLine] = []
    var ambient = (celsius: 25.0, swing: 2.0)
    if version >= 3 {
      for _ in 0..<(try reader.take(UInt8.self)) { lines.append(try Self.takeLine(&reader)) }
      ambient = (try reader.takeFiniteDouble("ambient celsius"), try reader.takeFiniteDouble("ambient swing"))
    }
    try reader.end()
    self.init(
      seed: seed, spread: spread, quantum: quantum, busClocks: clocks, chips: chips, devices: devices, lines: lines,
      ambientCelsius: ambient.celsius, ambientSwing: ambient.swing)
    if let fault = firstFault() { throw .invalid(offset: reader.offset, field: fault) }
  }

  private static func takeChip(_ reader: inout ByteReader, _ version: UInt16) throws(WireError) -> BenchChip {
    guard let kind = BenchChipKind(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: reader.offset - 1, field: "chip kind")
    }
    var chip = BenchChip(
      kind: kind, address: try reader.take(UInt8.self), bus: try reader.take(UInt8.self),
      mux: try reader.take(UInt8.self), muxChannel: try reader.take(UInt8.self))
    if version >= 3 {
      chip.supplyVolts = try reader.takeFiniteDouble("supply volts")
      chip.crystalHertz = try reader.take(UInt32.self)
      chip.memoryBytes = try reader.take(UInt32.self)
    }
    return chip
  }

  private static func takeLine(_ reader: inout ByteReader) throws(WireError) -> BenchLine {
    guard let kind = BenchLineKind(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: reader.offset - 1, field: "line kind")
    }
    return BenchLine(kind: kind, chip: try reader.take(UInt8.self), level: try reader.takeBool("line level"))
  }

  private static func takeDevice(_ reader: inout ByteReader, _ version: UInt16) throws(WireError) -> BenchDevice {
    guard let kind = BenchDeviceKind(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: reader.offset - 1, field: "device kind")
    }
    let drive = try takeWire(&reader)
    let response = try takeWire(&reader)
    var further: [BenchWire] = []
    if version >= 2 {
      for _ in 0..<(try reader.take(UInt8.self)) { further.append(try takeWire(&reader)) }
    }
    let timePerSecond = try reader.takeFiniteDouble("time per second")
    var parameters: [Double] = []
    for _ in 0..<(try reader.take(UInt8.self)) { parameters.append(try reader.takeFiniteDouble("parameter")) }
    return BenchDevice(
      kind: kind, drive: drive, response: response, furtherResponses: further, timePerSecond: timePerSecond,
      parameters: parameters, ageing: version >= 2 ? try takeAgeing(&reader) : .none)
  }

  private static func takeAgeing(_ reader: inout ByteReader) throws(WireError) -> DeviceAgeing {
    DeviceAgeing(
      exponentMean: try reader.takeFiniteDouble("ageing exponent mean"),
      exponentDeviation: try reader.takeFiniteDouble("ageing exponent sd"),
      startSeconds: try reader.takeFiniteDouble("ageing start"),
      driftPerHourMean: try reader.takeFiniteDouble("ageing drift mean"),
      driftPerHourDeviation: try reader.takeFiniteDouble("ageing drift sd"),
      ageSeconds: try reader.takeFiniteDouble("age"))
  }

  private static func takeWire(_ reader: inout ByteReader) throws(WireError) -> BenchWire {
    BenchWire(
      chip: try reader.take(UInt8.self), channel: try reader.take(UInt8.self),
      voltsAtZero: try reader.takeFiniteDouble("volts at zero"),
      voltsPerUnit: try reader.takeFiniteDouble("volts per unit"),
      noiseVolts: try reader.takeFiniteDouble("noise volts"))
  }
}
