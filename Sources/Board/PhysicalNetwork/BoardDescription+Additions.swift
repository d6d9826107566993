import WireFormat

/// What version 2 of the description has after the fields of version 1.
extension BoardDescription {
  func putAdditions(to out: inout ByteWriter) {
    for bus in buses {
      out.put(bus.timeoutMilliseconds)
      out.put(bus.retries)
      out.put(bus.combining.rawValue)
      out.put(bus.clockLine)
      out.put(bus.dataLine)
    }
    for chip in chips {
      out.put(chip.readyLine)
      out.put(chip.conversion.rawValue)
      out.put(UInt8(truncatingIfNeeded: chip.settings.count))
      for setting in chip.settings { out.put(setting) }
    }
    out.put(UInt16(lines.count))
    for line in lines {
      out.put(string: line.name)
      out.put(string: line.chip)
      out.put(line.offset)
      out.put(line.direction.rawValue)
      out.put(line.bias.rawValue)
      out.put(line.activeLow)
      out.put(line.initial)
      out.put(line.safe)
      out.put(line.edges.rawValue)
    }
    out.put(UInt16(monitors.count))
    for monitor in monitors {
      out.put(string: monitor.name)
      out.put(monitor.chip)
      out.put(monitor.channel)
      out.put(monitor.period)
    }
    out.put(UInt16(loopbacks.count))
    for loopback in loopbacks {
      out.put(loopback.drive)
      out.put(loopback.chip)
      out.put(loopback.channel)
      out.put(loopback.tolerance)
    }
    out.put(policy.retries)
    out.put(policy.leftOutValue.rawValue)
    out.put(policy.reprobe)
    out.put(policy.hang)
    out.put(placement.cpu)
    out.put(placement.priority)
    out.put(placement.stepLine)
  }

  mutating func takeAdditions(_ reader: inout ByteReader) throws(WireError) {
    for index in buses.indices {
      buses[index].timeoutMilliseconds = try reader.take(UInt16.self)
      buses[index].retries = try reader.take(UInt8.self)
      guard let combining = BusCombining(rawValue: try reader.take(UInt8.self)) else {
        throw .invalid(offset: reader.offset - 1, field: "bus combining")
      }
      buses[index].combining = combining
      buses[index].clockLine = try reader.take(UInt8.self)
      buses[index].dataLine = try reader.take(UInt8.self)
    }
    for index in chips.indices {
      chips[index].readyLine = try reader.take(UInt8.self)
      guard let conversion = ConversionMode(rawValue: try reader.take(UInt8.self)) else {
        throw .invalid(offset: reader.offset - 1, field: "chip conversion")
      }
      chips[index].conversion = conversion
      for _ in 0..<(try reader.take(UInt8.self)) {
        chips[index].settings.append(try reader.takeFiniteFloat("chip setting"))
      }
    }
    for _ in 0..<(try reader.take(UInt16.self)) { lines.append(try Self.takeLine(&reader)) }
    for _ in 0..<(try reader.take(UInt16.self)) {
      monitors.append(
        MonitorChannel(
          name: try reader.takeString(), chip: try reader.take(UInt8.self), channel: try reader.take(UInt8.self),
          period: try reader.take(UInt64.self)))
    }
    for _ in 0..<(try reader.take(UInt16.self)) {
      loopbacks.append(
        Loopback(
          drive: try reader.take(UInt16.self), chip: try reader.take(UInt8.self), channel: try reader.take(UInt8.self),
          tolerance: try reader.takeFiniteFloat("loopback tolerance")))
    }
    policy.retries = try reader.take(UInt8.self)
    guard let value = LeftOutValue(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: reader.offset - 1, field: "left-out value")
    }
    policy.leftOutValue = value
    policy.reprobe = try reader.take(UInt64.self)
    policy.hang = try reader.take(UInt64.self)
    placement.cpu = try reader.take(UInt8.self)
    placement.priority = try reader.take(UInt8.self)
    placement.stepLine = try reader.take(UInt8.self)
  }

  private static func takeLine(_ reader: inout ByteReader) throws(WireError) -> LineDescription {
    let name = try reader.takeString()
    let chip = try reader.takeString()
    let offset = try reader.take(UInt16.self)
    guard let direction = LineDescription.Direction(rawValue: try reader.take(UInt8.self)),
      let bias = LineDescription.Bias(rawValue: try reader.take(UInt8.self))
    else { throw .invalid(offset: reader.offset - 1, field: "line direction or bias") }
    let activeLow = try reader.takeBool("active low")
    let initial = try reader.takeBool("initial level")
    let safe = try reader.takeBool("safe level")
    guard let edges = LineDescription.Edges(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: reader.offset - 1, field: "line edges")
    }
    return LineDescription(
      name: name, chip: chip, offset: offset, direction: direction, bias: bias, activeLow: activeLow,
      initial: initial, safe: safe, edges: edges)
  }
}
