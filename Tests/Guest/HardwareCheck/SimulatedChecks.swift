import CBoard
import HardwareInterface
import LinuxHardware

/// Lines of the kernel's gpio-sim, whose inputs are moved and outputs seen through sysfs.
enum SimulatedChecks {
  static func run(_ folder: String, _ lines: ChipLines, _ checks: inout Checks) {
    let chip = SimulatedChip(folder: folder, first: lines.first)
    outputsAreSeen(chip, lines, &checks)
    inputsFollow(chip, lines, &checks)
    edges(chip, lines, &checks)
    polarity(chip, lines, &checks)
    busClear(chip, lines, &checks)
  }

  private static func outputsAreSeen(_ chip: SimulatedChip, _ lines: ChipLines, _ checks: inout Checks) {
    guard let bank = lines.open([lines.output(0, initial: true), lines.output(1, activeLow: true)], "seen", &checks)
    else { return }
    checks.check("the chip sees initial levels", chip.level(0) == 1 && chip.level(1) == 1)
    checks.set("both set", bank, mask: 3, levels: 2)
    checks.check("the chip sees levels set", chip.level(0) == 0 && chip.level(1) == 0)
  }

  private static func inputsFollow(_ chip: SimulatedChip, _ lines: ChipLines, _ checks: inout Checks) {
    guard
      let bank = lines.open(
        [lines.input(2, pull: .up), lines.input(3, pull: .down), lines.input(4, activeLow: true)], "followed", &checks)
    else { return }
    checks.check("pull resistors reach the chip", chip.level(2) == 1 && chip.level(3) == 0)
    chip.pull(4, up: true)
    checks.level("inputs by their pull", bank, mask: 7, wanted: 0b001)
    chip.pull(2, up: false)
    chip.pull(3, up: true)
    chip.pull(4, up: false)
    checks.level("inputs follow", bank, mask: 7, wanted: 0b110)
  }

  private static func edges(_ chip: SimulatedChip, _ lines: ChipLines, _ checks: inout Checks) {
    chip.pull(5, up: false)
    guard let bank = lines.open([lines.output(0), lines.input(5, edges: .both)], "edges", &checks) else { return }
    let before = cboard_monotonic_ns()
    chip.pull(5, up: true)
    let between = cboard_monotonic_ns()
    chip.pull(5, up: false)
    let after = cboard_monotonic_ns()
    let first = checks.edge("an edge has its time", bank, line: 1, after: before, from: before, to: between)
    _ = checks.edge("the next edge has its own", bank, line: 1, after: first ?? before, from: between, to: after)
    checks.timesOut("no third edge", bank, line: 1, after: before)
    chip.pull(5, up: true)
    chip.pull(5, up: false)
    let middle = cboard_monotonic_ns()
    chip.pull(5, up: true)
    _ = checks.edge(
      "edges before a moment are left out", bank, line: 1, after: middle, from: middle, to: cboard_monotonic_ns())
    chip.pull(5, up: false)
    LinuxClock().sleep(until: cboard_monotonic_ns() + 100_000_000)
    bank.discardEdges(line: 1)
    checks.timesOut("edges thrown away are gone", bank, line: 1, after: 0)
    // More than the kernel keeps.
    for turn in 0..<64 { chip.pull(5, up: turn % 2 == 0) }
    LinuxClock().sleep(until: cboard_monotonic_ns() + 100_000_000)
    bank.discardEdges(line: 1)
    let late = cboard_monotonic_ns()
    chip.pull(5, up: true)
    _ = checks.edge("an edge after too many", bank, line: 1, after: late, from: late, to: cboard_monotonic_ns())
    checks.level("a line with edges has its level", bank, mask: 2, wanted: 2)
  }

  private static func polarity(_ chip: SimulatedChip, _ lines: ChipLines, _ checks: inout Checks) {
    chip.pull(6, up: false)
    chip.pull(7, up: true)
    guard
      let bank = lines.open(
        [lines.input(6, edges: .rising), lines.input(7, activeLow: true, edges: .rising)], "polarity", &checks)
    else { return }
    let start = cboard_monotonic_ns()
    chip.pull(6, up: true)
    chip.pull(7, up: false)
    let middle = cboard_monotonic_ns()
    _ = checks.edge("a rising edge", bank, line: 0, after: start, from: start, to: middle)
    _ = checks.edge(
      "a falling voltage is the rising of a line that is active low", bank, line: 1, after: start, from: start,
      to: middle)
    chip.pull(6, up: false)
    chip.pull(7, up: true)
    checks.timesOut("falling edges were not asked for", bank, line: 0, after: start)
    checks.timesOut("nor falling edges of a line that is active low", bank, line: 1, after: start)
  }

  /// No more than the two ends: a line of gpio-sim that is let go keeps the level it was driven to, so clocks never rise.
  private static func busClear(_ chip: SimulatedChip, _ lines: ChipLines, _ checks: inout Checks) {
    let cases: [(name: String, scl: Bool, sda: Bool, state: BusState, clocks: Int)] = [
      ("a free bus is left alone", true, true, .free, 0), ("SCL held low", false, true, .clockStuck, 0),
    ]
    for item in cases {
      chip.pull(2, up: item.scl)
      chip.pull(3, up: item.sda)
      do throws(BusClearError) {
        let result = try LinuxBusClear.run(
          device: "", scl: lines.input(2), sda: lines.input(3), ownLines: true, consumer: "bus clear")
        checks.check(
          item.name, result.state == item.state && result.clocks == item.clocks,
          result.state.hint.description + ", \(result.clocks) clocks")
      } catch {
        checks.fail(item.name, error.text)
      }
    }
  }
}

/// The folder of a gpio-sim chip.
struct SimulatedChip {
  let folder: String
  let first: UInt16

  /// Moves an input. The simulation raises its interrupt some time later, and only once for two moves in quick succession:
  /// so each is waited for.
  func pull(_ index: UInt16, up: Bool) {
    if !Sysfs.write(path(index) + "pull", up ? "pull-up" : "pull-down") {
      Checks.say("cannot write " + path(index) + "pull")
    }
    LinuxClock().sleep(until: cboard_monotonic_ns() + 10_000_000)
  }

  /// 0 or 1; nil when the file cannot be read.
  func level(_ index: UInt16) -> Int? { Sysfs.first(path(index) + "value").map { Int($0) - 48 } }

  private func path(_ index: UInt16) -> String { folder + "/sim_gpio\(first + index)/" }
}

extension Checks {
  /// An edge whose time lies between two moments; its time.
  mutating func edge(
    _ name: String, _ bank: LinuxLineBank, line: Int, after: UInt64, from: UInt64, to: UInt64
  ) -> UInt64? {
    do throws(LineError) {
      let time = try bank.waitForEdge(line: line, after: after, until: cboard_monotonic_ns() + 1_000_000_000)
      check(name, time >= from && time <= to, "at \(time), not between \(from) and \(to)")
      return time
    } catch {
      fail(name, Self.text(error))
      return nil
    }
  }
}
