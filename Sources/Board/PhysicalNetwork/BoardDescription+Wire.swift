import WireFormat

extension BoardDescription {
  /// The version this code writes; version 1, which ends before the additions, is read as well.
  public static let formatVersion: UInt16 = 2

  /// The bytes of docs/bundle.md, section 1.
  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 1024)
    out.put(Self.formatVersion)
    out.append(boardID)
    out.put(string: name)
    out.put(stepPeriod)
    out.put(responseDelay)
    out.put(UInt16(buses.count))
    for bus in buses {
      out.put(string: bus.name)
      out.put(string: bus.device)
      out.put(bus.clockHertz)
    }
    out.put(UInt16(chips.count))
    for chip in chips {
      out.put(string: chip.name)
      out.put(chip.kind.rawValue)
      out.put(chip.address)
      out.put(chip.bus)
      out.put(chip.mux)
      out.put(chip.muxChannel)
      out.put(chip.fullScaleVolts)
      out.put(chip.samplesPerSecond)
    }
    out.put(UInt16(drives.count))
    for drive in drives {
      out.put(drive.chip)
      out.put(drive.channel)
      out.put(drive.lowCode)
      out.put(drive.highCode)
      out.put(drive.safeCode)
    }
    Self.put(responses, to: &out)
    Self.put(inputs, to: &out)
    out.put(UInt16(nodes.count))
    for node in nodes {
      out.put(string: node.name)
      out.put(string: node.device)
      out.put(node.firstDrive)
      out.put(node.driveCount)
      out.put(node.firstResponse)
      out.put(node.responseCount)
    }
    putAdditions(to: &out)
    return out.bytes
  }

  private static func put(_ channels: [ReadChannel], to out: inout ByteWriter) {
    out.put(UInt16(channels.count))
    for channel in channels {
      out.put(channel.chip)
      out.put(channel.channel)
      out.put(channel.signed)
      out.put(channel.lowCode)
      out.put(channel.highCode)
    }
  }

  /// Reads the bytes back and checks that every index and range holds.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    let version = try reader.take(UInt16.self)
    guard version == 1 || version == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    let boardID = try reader.takeBytes(16)
    let name = try reader.takeString()
    let stepPeriod = try reader.take(UInt64.self)
    let responseDelay = try reader.take(UInt64.self)
    var buses: [BusDescription] = []
    for _ in 0..<(try reader.take(UInt16.self)) {
      buses.append(
        BusDescription(
          name: try reader.takeString(), device: try reader.takeString(), clockHertz: try reader.take(UInt32.self)))
    }
    var chips: [ChipDescription] = []
    for _ in 0..<(try reader.take(UInt16.self)) { chips.append(try Self.takeChip(&reader)) }
    var drives: [DriveChannel] = []
    for _ in 0..<(try reader.take(UInt16.self)) {
      drives.append(
        DriveChannel(
          chip: try reader.take(UInt8.self), channel: try reader.take(UInt8.self),
          lowCode: try reader.take(UInt16.self), highCode: try reader.take(UInt16.self),
          safeCode: try reader.take(UInt16.self)))
    }
    let responses = try Self.takeChannels(&reader)
    let inputs = try Self.takeChannels(&reader)
    var nodes: [NodeDescription] = []
    for _ in 0..<(try reader.take(UInt16.self)) {
      nodes.append(
        NodeDescription(
          name: try reader.takeString(), device: try reader.takeString(), firstDrive: try reader.take(UInt16.self),
          driveCount: try reader.take(UInt8.self), firstResponse: try reader.take(UInt16.self),
          responseCount: try reader.take(UInt8.self)))
    }
    self.init(
      boardID: boardID, name: name, buses: buses, chips: chips, drives: drives, responses: responses, inputs: inputs,
      nodes: nodes, stepPeriod: stepPeriod, responseDelay: responseDelay)
    if version > 1 { try takeAdditions(&reader) }
    try reader.end()
    if let fault = firstFault() { throw .invalid(offset: reader.offset, field: fault) }
  }

  private static func takeChip(_ reader: inout ByteReader) throws(WireError) -> ChipDescription {
    let name = try reader.takeString()
    guard let kind = ChipKind(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: reader.offset - 1, field: "chip kind")
    }
    return ChipDescription(
      name: name, kind: kind, address: try reader.take(UInt8.self), bus: try reader.take(UInt8.self),
      mux: try reader.take(UInt8.self), muxChannel: try reader.take(UInt8.self),
      fullScaleVolts: try reader.takeFiniteFloat("full scale"), samplesPerSecond: try reader.take(UInt16.self))
  }

  private static func takeChannels(_ reader: inout ByteReader) throws(WireError) -> [ReadChannel] {
    var channels: [ReadChannel] = []
    for _ in 0..<(try reader.take(UInt16.self)) {
      channels.append(
        ReadChannel(
          chip: try reader.take(UInt8.self), channel: try reader.take(UInt8.self),
          signed: try reader.takeBool("signed"), lowCode: try reader.take(Int32.self),
          highCode: try reader.take(Int32.self)))
    }
    return channels
  }
}
