import CBoard
import HardwareInterface
import LinuxHardware

/// Lines of any chip; `SimulatedChecks` does what takes a chip whose inputs can be moved.
enum GPIOChecks {
  static func run(_ arguments: Arguments, _ checks: inout Checks) {
    let lines = ChipLines(
      chip: arguments.word(2) ?? "", first: UInt16(truncatingIfNeeded: arguments.number("first") ?? 0))
    Checks.say("libgpiod \(LinuxLineBank.libraryVersion)")
    outputs(lines, &checks)
    busy(lines, &checks)
    missing(lines, &checks)
    inputs(lines, &checks)
    if let name = arguments.value("name") { named(name, lines, &checks) }
    if let folder = arguments.value("sim") { SimulatedChecks.run(folder, lines, &checks) }
  }

  private static func outputs(_ lines: ChipLines, _ checks: inout Checks) {
    guard let one = lines.open([lines.output(0, initial: true)], "initial level", &checks) else { return }
    checks.level("an output has its initial level", one, mask: 1, wanted: 1)
    checks.set("an output is set", one, mask: 1, levels: 0)
    checks.level("an output's level is read back", one, mask: 1, wanted: 0)
    let requests = [
      lines.output(1, initial: true), lines.output(2), lines.output(3, activeLow: true),
      lines.output(4, initial: true, activeLow: true),
    ]
    guard let four = lines.open(requests, "bulk", &checks) else { return }
    checks.level("four initial levels, two active low", four, mask: 15, wanted: 0b1001)
    checks.set("four outputs in one call", four, mask: 15, levels: 0b0110)
    checks.level("four levels", four, mask: 15, wanted: 0b0110)
    checks.set("two of four", four, mask: 0b0011, levels: 0b1101)
    checks.level("the others stay", four, mask: 15, wanted: 0b0101)
    checks.level("only what was asked for", four, mask: 0b0100, wanted: 0b0100)
  }

  private static func busy(_ lines: ChipLines, _ checks: inout Checks) {
    whileHeld(lines, &checks)
    checks.refused(
      "one line twice", [lines.output(1), lines.input(3), lines.input(1)], .busy, line: 2,
      holder: "line 0 of the same description")
    checks.check(
      "a line let go can be had", lines.open([lines.output(1), lines.output(2)], "second user", &checks) != nil)
  }

  @inline(never)
  private static func whileHeld(_ lines: ChipLines, _ checks: inout Checks) {
    guard let held = lines.open([lines.output(2)], "first user", &checks) else { return }
    withExtendedLifetime(held) {
      checks.refused(
        "a busy line names its user", [lines.output(1), lines.output(2)], LineErrorKind.busy, line: 1,
        holder: "first user")
      checks.refused("a busy input", [lines.input(2)], .busy, line: 0, holder: "first user")
    }
  }

  private static func missing(_ lines: ChipLines, _ checks: inout Checks) {
    let place = LineRequest(name: "NO LINE OF THIS NAME", chip: lines.chip, offset: lines.first, direction: .input)
    checks.check("chip and offset serve where the name is unknown", lines.open([place], "fallback", &checks) != nil)
    checks.refused("no such offset", [lines.input(0), lines.input(4000)], .noSuchLine, line: 1)
    checks.refused("no such name", [LineRequest(name: "NO LINE OF THIS NAME", direction: .input)], .noSuchLine, line: 0)
    checks.refused(
      "no such chip", [LineRequest(chip: "no chip of this label", direction: .input)], .noSuchChip, line: 0)
  }

  private static func inputs(_ lines: ChipLines, _ checks: inout Checks) {
    let requests = [
      lines.input(0, pull: .up), lines.input(1, pull: .down), lines.input(2, pull: .disabled),
      lines.input(3, edges: .both),
    ]
    guard let bank = lines.open(requests, "inputs with bias", &checks) else { return }
    checks.check("inputs with bias", true)
    do throws(LineError) {
      try bank.set(mask: 2, levels: 0)
      checks.fail("an input is not set", "it was")
    } catch {
      checks.check("an input is not set", error.kind == .wrongDirection && error.line == 1, Checks.text(error))
    }
    do throws(LineError) {
      _ = try bank.waitForEdge(line: 0, after: 0, until: 0)
      checks.fail("no edges of a line without them", "one came")
    } catch {
      checks.check("no edges of a line without them", error.kind == .wrongDirection, Checks.text(error))
    }
    checks.timesOut("no edge, no end before its time", bank, line: 3, after: 0)
  }

  /// By name and by place it is the same line: who has one, has the other.
  private static func named(_ name: String, _ lines: ChipLines, _ checks: inout Checks) {
    guard let bank = lines.open([LineRequest(name: name, direction: .output, initial: true)], "by name", &checks) else {
      return
    }
    checks.level("a line by its name", bank, mask: 1, wanted: 1)
    withExtendedLifetime(bank) {
      checks.refused("the same line by chip and offset", [lines.input(0)], .busy, line: 0, holder: "by name")
    }
  }
}
