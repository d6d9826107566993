import Bundle
import Drivers
import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import WireFormat

/// Buses, chips, lines, and DACs read back through ADCs.
extension Doctor {
  mutating func examineHardware(_ board: BoardDescription) throws(CommandError) {
    let hardware = try BoardHardware.open(state, board, realTime: false)
    for problem in hardware.problems {
      // The daemon holds the lines of its board, so that outputs keep their safe levels.
      let isOurs = ServiceSocket.isServed(state) && Self.ends(problem, with: "held by \"\(BoardLines.consumer)\"")
      if isOurs { add(.good, "lines", "the service holds them") } else { add(.problem, "hardware", problem) }
    }
    for index in board.buses.indices { examine(board.buses[index], hardware.buses[index]) }
    if !board.lines.isEmpty, hardware.problems.isEmpty {
      add(.good, "lines", "\(board.lines.count) are there and free")
    }
    withExtendedLifetime(hardware) {
      var probe = ChipProbe(board, hardware)
      var silent = false
      for index in board.chips.indices where board.chips[index].kind != .gpio {
        if let error = probe.fault(index) {
          silent = true
          add(
            .problem, "chip " + board.chips[index].name,
            "board.toml, " + board.chipText(index) + ": " + FaultText.reason(error))
        } else if !probe.isAbsent(index) {
          add(.good, "chip " + board.chips[index].name, "answers as it should")
        }
      }
      scan(board, &probe)
      if silent, !board.loopbacks.isEmpty {
        add(.warning, "read-back", "not tried: chips are missing")
      } else {
        readBack(board, hardware)
      }
    }
  }

  private static func ends(_ text: String, with end: String) -> Bool {
    let (bytes, tail) = (Array(text.utf8), Array(end.utf8))
    return bytes.count >= tail.count && Array(bytes.suffix(tail.count)) == tail
  }

  private mutating func examine(_ bus: BusDescription, _ opened: BoardBus) {
    guard case .linux(let controller, _) = opened else { return }
    var text = bus.device
    if !controller.port.name.utf8.isEmpty { text += ", " + controller.port.name }
    if controller.smbusOnly { text += ", SMBus alone" }
    let device = Array(bus.device.utf8)
    let digits = device.lastIndex(of: 0x2D).map { String(decoding: device[($0 + 1)...], as: UTF8.self) } ?? ""
    guard let clock = SystemFile.bytes("/sys/bus/i2c/devices/i2c-\(digits)/of_node/clock-frequency"), clock.count == 4
    else { return add(.good, "bus " + bus.name, text) }
    let hertz = clock.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    text += ", \(hertz) Hz"
    guard hertz != bus.clockHertz else { return add(.good, "bus " + bus.name, text) }
    add(
      .warning, "bus " + bus.name,
      text
        + ", but board.toml says clock_hz = \(bus.clockHertz): set the baud rate in the boot configuration, or mend it")
  }

  /// Looks for devices nobody has described.
  private mutating func scan(_ board: BoardDescription, _ probe: inout ChipProbe) {
    for bus in board.buses.indices {
      var known = [Bool](repeating: false, count: 128)
      for chip in board.chips where Int(chip.bus) == bus && chip.kind != .gpio {
        known[Int(chip.address & 0x7F)] = true
      }
      var found: [UInt8] = []
      for address in UInt8(0x08)...0x77 where !known[Int(address)] {
        if probe.answers(bus, address) { found.append(address) }
      }
      for address in found {
        add(
          .warning, "bus " + board.buses[bus].name,
          "something answers at 0x\(Hex.text([address])) that board.toml does not describe: describe it, or unplug it")
      }
    }
  }

  /// Without a description: which adapters there are, and what answers on them.
  mutating func listBuses() {
    for number in 0..<16 {
      let device = "/dev/i2c-\(number)"
      guard SystemFile.bytes("/sys/class/i2c-dev/i2c-\(number)/name") != nil else { continue }
      do throws(I2CError) {
        var bus = BoardBus.linux(try LinuxI2CBus(device: device), nil)
        var text = ""
        for address in UInt8(0x08)...0x77 where bus.answers(address) { text += " 0x" + Hex.text([address]) }
        add(.good, "bus " + device, text.utf8.isEmpty ? "nothing answers" : "answers:" + text)
      } catch {
        add(.problem, "bus " + device, FaultText.text(error))
      }
    }
  }
}

extension ChipProbe {
  /// Whether a chip's bus could not be opened.
  func isAbsent(_ index: Int) -> Bool {
    if case .absent = buses[Int(board.chips[index].bus)] { return true }
    return false
  }

  /// Whether anything answers at an address of a bus, all multiplexers being closed.
  mutating func answers(_ bus: Int, _ address: UInt8) -> Bool { buses[bus].answers(address) }
}

extension BoardBus {
  /// Whether anything answers at an address, found out as i2cdetect does: nothing is ever written to what may be memory
  /// or a clock, and elsewhere no byte.
  mutating func answers(_ address: UInt8) -> Bool {
    guard let address = I2CAddress(address) else { return false }
    let mayBeMemory = (0x30...0x37).contains(address.value) || (0x50...0x5F).contains(address.value)
    if case .linux(let controller, _) = self, !mayBeMemory, controller.port.functions & Self.quickFunction != 0 {
      do throws(I2CError) {
        try write(address, UnsafeRawBufferPointer(start: nil, count: 0))
        return true
      } catch {
        guard error.kind == .unsupported else { return error.kind == .addressInUse }
      }
    }
    var byte: UInt8 = 0
    return withUnsafeMutableBytes(of: &byte) { buffer in
      do throws(I2CError) {
        try read(address, into: buffer)
        return true
      } catch {
        return error.kind == .addressInUse
      }
    }
  }

  /// I2C_FUNC_SMBUS_QUICK: transfers without a byte.
  private static var quickFunction: UInt32 { 0x0001_0000 }
}
