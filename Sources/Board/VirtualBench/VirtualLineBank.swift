import HardwareInterface

/// The lines of a virtual bench: a bare handle, valid as long as its `VirtualBench` lives.
///
/// A ready line falls when its converter has a result; waiting for that moves virtual time to it, or sleeps in real time.
public struct VirtualLineBank: LineBank {
  let core: BenchCore

  private var count: Int { core.tables.pointee.lineCount }

  private func kind(_ line: Int) -> BenchLineKind? {
    line >= 0 && line < count ? core.tables.pointee.lines[line].kind : nil
  }

  private static func error(_ kind: LineErrorKind, _ line: Int) -> LineError {
    LineError(kind, line: UInt8(exactly: line) ?? LineError.noLine)
  }

  /// - Throws: `LineError`: `noSuchLine`, or `wrongDirection` for a line that is no output; nothing is set then.
  public mutating func set(mask: UInt64, levels: UInt64) throws(LineError) {
    var left = mask
    while left != 0 {
      let line = left.trailingZeroBitCount
      left &= left &- 1
      guard let kind = kind(line) else { throw Self.error(.noSuchLine, line) }
      guard kind == .output else { throw Self.error(.wrongDirection, line) }
    }
    left = mask
    while left != 0 {
      let line = left.trailingZeroBitCount
      left &= left &- 1
      core.setLine(line, levels >> UInt64(line) & 1)
    }
  }

  /// - Throws: `LineError`: `noSuchLine`.
  public mutating func levels(mask: UInt64) throws(LineError) -> UInt64 {
    var left = mask
    var result: UInt64 = 0
    let now = core.now()
    while left != 0 {
      let line = left.trailingZeroBitCount
      left &= left &- 1
      guard kind(line) != nil else { throw Self.error(.noSuchLine, line) }
      result |= core.lineLevel(line, now) << UInt64(line)
    }
    return result
  }

  /// - Throws: `LineError`: `timeout`; `noSuchLine`, or `wrongDirection` for an output.
  public mutating func waitForEdge(line: Int, after: UInt64, until deadline: UInt64) throws(LineError) -> UInt64 {
    guard let kind = kind(line) else { throw Self.error(.noSuchLine, line) }
    guard kind != .output else { throw Self.error(.wrongDirection, line) }
    if let edge = core.edge(line, after: after), edge <= deadline {
      if edge > core.now() { core.sleep(until: edge) }
      return edge
    }
    core.sleep(until: deadline)
    throw Self.error(.timeout, line)
  }

  /// Nothing to forget: an edge is found by its time.
  public mutating func discardEdges(line: Int) {}
}

extension BenchCore {
  /// A level changes now.
  func setLine(_ line: Int, _ level: UInt64) {
    let state = tables.pointee.lineState + line
    guard state.pointee.level != level else { return }
    state.pointee.level = level
    state.pointee.changed = now()
    state.pointee.edges &+= 1
  }

  /// Carries out what was scheduled for an input by `time`.
  private func settleLine(_ line: Int, _ time: UInt64) {
    let state = tables.pointee.lineState + line
    let moment = state.pointee.scheduled
    guard moment != 0, moment <= time else { return }
    state.pointee.scheduled = 0
    state.pointee.level ^= 1
    state.pointee.changed = moment
    state.pointee.edges &+= 1
  }

  /// A line's level at `time`.
  func lineLevel(_ line: Int, _ time: UInt64) -> UInt64 {
    let table = tables.pointee.lines[line]
    if table.kind == .ready { return ADS1x15Model(self, Int(table.chip)).readyLevel(time) ? 1 : 0 }
    settleLine(line, time)
    return tables.pointee.lineState[line].level & 1
  }

  /// The first edge of an input after `time`, as things stand.
  func edge(_ line: Int, after time: UInt64) -> UInt64? {
    let table = tables.pointee.lines[line]
    if table.kind == .ready {
      let chip = Int(table.chip)
      // An unplugged chip lets its output go.
      guard self.chip(chip).words[ChipState.unplugged] == 0 else { return nil }
      return ADS1x15Model(self, chip).ready(after: time, now: now())
    }
    settleLine(line, now())
    let state = tables.pointee.lineState[line]
    if state.changed > time { return state.changed }
    return state.scheduled > time ? state.scheduled : nil
  }
}
