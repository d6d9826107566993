import HardwareInterface
import PhysicalNetwork
import WireFormat

/// DACs written and read back through the ADCs they are wired to.
extension Doctor {
  /// Between writing and reading: converters and filters settle, nanoseconds.
  private static let settling: UInt64 = 20_000_000

  mutating func readBack(_ board: BoardDescription, _ hardware: BoardHardware) {
    guard !board.loopbacks.isEmpty else { return }
    // The same board with the read-back channels for its responses.
    var wired = board
    wired.nodes = []
    wired.inputs = []
    wired.monitors = []
    wired.loopbacks = []
    wired.responses = board.loopbacks.map { loopback in
      ReadChannel(
        chip: loopback.chip, channel: loopback.channel, signed: !board.chips[Int(loopback.chip)].kind.hasUnsignedCodes,
        lowCode: 0, highCode: 1)
    }
    if let fault = wired.firstFault() {
      return add(.warning, "read-back", "not tried: " + fault.description)
    }
    var bank = ConverterBank(board: wired, buses: hardware.buses, lines: hardware.lines)
    var clock = hardware.clock
    var codes = board.drives.map { $0.safeCode } + [0]
    var reads = [UInt16](repeating: 0, count: wired.responses.count + 1)
    bank.configure(clock: &clock)
    var worst = [Float](repeating: 0, count: board.loopbacks.count)
    let parts: [UInt32] = [0, 1, 2, 3, 4]
    for part in parts {
      for loopback in board.loopbacks {
        let drive = board.drives[Int(loopback.drive)]
        let span = Int32(drive.highCode) - Int32(drive.lowCode)
        codes[Int(loopback.drive)] = UInt16(Int32(drive.lowCode) + span * Int32(part) / 4)
      }
      bank.write(codes, clock: &clock)
      clock.sleep(until: clock.now() + Self.settling)
      bank.read(into: &reads, clock: &clock)
      for (index, loopback) in board.loopbacks.enumerated() {
        let error = Self.difference(board, loopback, codes[Int(loopback.drive)], reads[index])
        worst[index] = max(worst[index], error)
      }
    }
    _ = bank.writeSafe(board)
    for (index, loopback) in board.loopbacks.enumerated() { tell(board, loopback, worst[index]) }
  }

  /// How far what was read is from what was written, in parts of the drive's full scale.
  private static func difference(
    _ board: BoardDescription, _ loopback: Loopback, _ code: UInt16, _ read: UInt16
  ) -> Float {
    let drive = board.chips[Int(board.drives[Int(loopback.drive)].chip)]
    let reader = board.chips[Int(loopback.chip)]
    let full = drive.kind == .gpio ? 1 : drive.fullScaleVolts
    guard full > 0 else { return 0 }
    let written = drive.kind == .gpio ? Float(code) : Float(code) * (full / (Float(drive.kind.largestDriveCode) + 1))
    let difference = (reader.quantity(loopback.channel, read) - written) / full
    return difference < 0 ? -difference : difference
  }

  private mutating func tell(_ board: BoardDescription, _ loopback: Loopback, _ worst: Float) {
    let drive = board.drives[Int(loopback.drive)]
    let about = "drive of \(board.chips[Int(drive.chip)].name), channel \(drive.channel)"
    let text =
      "read back through \(board.chips[Int(loopback.chip)].name), channel \(loopback.channel): "
      + "\(Self.percent(worst)) % of full scale off at most"
    if worst <= loopback.tolerance { return add(.good, about, text) }
    add(
      .problem, about,
      text
        + ", \(Self.percent(loopback.tolerance)) % allowed: check the wire between them, both chips' full_scale_volts and supplies"
    )
  }

  private static func percent(_ value: Float) -> String {
    let tenths = Int32(min(value, 1000) * 1000 + 0.5)
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension ChipKind {
  /// Whether its readings are plain numbers; others are two's complement.
  var hasUnsignedCodes: Bool { self == .ad5593r || self == .gpio }
}
