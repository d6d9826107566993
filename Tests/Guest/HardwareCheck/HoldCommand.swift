import CBoard
import HardwareInterface
import LinuxHardware

/// Drives a line for some seconds, to be seen from outside or found busy.
enum HoldCommand {
  static func run(_ arguments: Arguments, _ checks: inout Checks) {
    guard let offset = arguments.number(at: 3), let level = arguments.number(at: 4),
      let seconds = arguments.number(at: 5)
    else {
      checks.fail("arguments", "CHIP OFFSET LEVEL SECONDS")
      return
    }
    let lines = ChipLines(chip: arguments.word(2) ?? "", first: UInt16(truncatingIfNeeded: offset))
    guard let bank = lines.open([lines.output(0, initial: level != 0)], "hardware-check hold", &checks) else { return }
    checks.level("line \(offset) is driven", bank, mask: 1, wanted: level != 0 ? 1 : 0)
    Checks.say("HELD")
    LinuxClock().sleep(until: cboard_monotonic_ns() + min(seconds, 86_400) * 1_000_000_000)
    checks.level("line \(offset) was driven to the end", bank, mask: 1, wanted: level != 0 ? 1 : 0)
  }
}

/// Clears a bus through its controller's own pins, and uses it after.
enum ClearCommand {
  static func run(_ arguments: Arguments, _ checks: inout Checks) {
    guard let device = arguments.word(2), let chip = arguments.word(3), let scl = arguments.number(at: 4),
      let sda = arguments.number(at: 5)
    else {
      checks.fail("arguments", "DEVICE CHIP SCL SDA")
      return
    }
    let lines = ChipLines(chip: chip, first: 0)
    do throws(BusClearError) {
      let result = try LinuxBusClear.run(
        device: device, scl: lines.input(UInt16(truncatingIfNeeded: scl)),
        sda: lines.input(UInt16(truncatingIfNeeded: sda)),
        ownLines: false, consumer: "bus clear")
      checks.check("bus clear through the controller's pins", true)
      Checks.say("state \(result.state.rawValue), \(result.clocks) clocks: " + result.state.hint.description)
    } catch {
      checks.fail("bus clear through the controller's pins", error.text)
    }
  }
}
