import CBoard
import HardwareInterface
import LinuxHardware

/// Eight lines of a chip, from an offset on.
struct ChipLines {
  let chip: String
  let first: UInt16

  func output(_ index: UInt16, initial: Bool = false, activeLow: Bool = false) -> LineRequest {
    LineRequest(chip: chip, offset: first + index, direction: .output, activeLow: activeLow, initial: initial)
  }

  func input(_ index: UInt16, pull: LinePull = .asIs, activeLow: Bool = false, edges: LineEdges = .none) -> LineRequest
  {
    LineRequest(
      chip: chip, offset: first + index, direction: .input, pull: pull, activeLow: activeLow, edges: edges)
  }

  /// A bank, or a failed check.
  func open(_ requests: [LineRequest], _ consumer: String, _ checks: inout Checks) -> LinuxLineBank? {
    do throws(LineOpenError) {
      return try LinuxLineBank(requests, consumer: consumer)
    } catch {
      checks.fail("opening for: " + consumer, error.text + ", errno \(error.error.errno)")
      return nil
    }
  }
}

extension Checks {
  mutating func level(_ name: String, _ bank: LinuxLineBank, mask: UInt64, wanted: UInt64) {
    do throws(LineError) {
      let levels = try bank.levels(mask: mask)
      check(name, levels == wanted, "levels \(levels), not \(wanted)")
    } catch {
      fail(name, Self.text(error))
    }
  }

  mutating func set(_ name: String, _ bank: LinuxLineBank, mask: UInt64, levels: UInt64) {
    do throws(LineError) {
      try bank.set(mask: mask, levels: levels)
      check(name, true)
    } catch {
      fail(name, Self.text(error))
    }
  }

  /// Lines that cannot be had, for a reason.
  mutating func refused(
    _ name: String, _ requests: [LineRequest], _ kind: LineErrorKind, line: UInt8, holder: String = ""
  ) {
    do throws(LineOpenError) {
      _ = try LinuxLineBank(requests, consumer: "hardware-check")
      fail(name, "the lines were had")
    } catch {
      check(
        name, error.error.kind == kind && error.error.line == line && error.holder.isWord(holder),
        error.text + ", line \(error.error.line), errno \(error.error.errno)")
    }
  }

  /// No edge for 20 ms.
  mutating func timesOut(_ name: String, _ bank: LinuxLineBank, line: Int, after: UInt64) {
    let deadline = cboard_monotonic_ns() + 20_000_000
    do throws(LineError) {
      let time = try bank.waitForEdge(line: line, after: after, until: deadline)
      fail(name, "an edge at \(time)")
    } catch {
      let end = cboard_monotonic_ns()
      check(name, error.kind == .timeout && end >= deadline, Self.text(error))
      if end > deadline + 500_000_000 { fail(name, "\(end - deadline) ns late") }
    }
  }
}
