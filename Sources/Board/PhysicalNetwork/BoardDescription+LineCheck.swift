import WireFormat

/// The rules for lines, monitors, loopbacks and placement.
extension BoardDescription {
  func isLine(_ index: UInt8, _ direction: LineDescription.Direction) -> Bool {
    Int(index) < lines.count && lines[Int(index)].direction == direction
  }

  private func isNone(_ index: UInt8) -> Bool { index == BusDescription.noLine }

  func lineFault() -> StaticName? {
    for line in lines {
      guard line.name.utf8.count > 0 || line.chip.utf8.count > 0 else { return "line name" }
      guard line.edges == .none || line.direction == .input else { return "line edges" }
    }
    // Every line has one use: freeing a bus, a ready signal, the step's mark, a drive, a reading.
    var uses = [UInt8](repeating: 0, count: 256)
    for bus in buses {
      guard isNone(bus.clockLine) == isNone(bus.dataLine) else { return "bus lines" }
      guard isNone(bus.clockLine) || max(Int(bus.clockLine), Int(bus.dataLine)) < lines.count else {
        return "bus lines"
      }
      uses[Int(bus.clockLine)] += 1
      uses[Int(bus.dataLine)] += 1
      uses[Int(BusDescription.noLine)] = 0
    }
    for index in chips.indices {
      if let fault = readyFault(chips[index]) { return fault }
      uses[Int(chips[index].readyLine)] += 1
      uses[Int(BusDescription.noLine)] = 0
    }
    guard isNone(placement.stepLine) || isLine(placement.stepLine, .output) else { return "step line" }
    if !isNone(placement.stepLine) { uses[Int(placement.stepLine)] += 1 }
    for drive in drives where chips[Int(drive.chip)].kind == .gpio { uses[Int(drive.channel)] += 1 }
    for read in responses + inputs where chips[Int(read.chip)].kind == .gpio { uses[Int(read.channel)] += 1 }
    for count in uses where count > 1 { return "two users of one line" }
    return nil
  }

  private func readyFault(_ chip: ChipDescription) -> StaticName? {
    guard !isNone(chip.readyLine) else { return nil }
    guard chip.kind.hasReadyLine, isLine(chip.readyLine, .input), lines[Int(chip.readyLine)].edges != .none else {
      return "ready line"
    }
    return nil
  }

  func additionFault() -> StaticName? {
    guard monitors.count <= Self.largest, loopbacks.count <= Self.largest else { return "monitors" }
    for monitor in monitors {
      guard Int(monitor.chip) < chips.count, Int(monitor.channel) < chips[Int(monitor.chip)].kind.readChannels else {
        return "monitor chip"
      }
      guard monitor.period >= 1_000_000 else { return "monitor period" }
      for drive in drives where drive.chip == monitor.chip { return "monitor of a node's chip" }
      for read in responses + inputs where read.chip == monitor.chip { return "monitor of a node's chip" }
    }
    for loopback in loopbacks {
      guard Int(loopback.drive) < drives.count, Int(loopback.chip) < chips.count,
        Int(loopback.channel) < chips[Int(loopback.chip)].kind.readChannels
      else { return "loopback" }
      guard loopback.tolerance > 0, loopback.tolerance <= 1 else { return "loopback tolerance" }
    }
    guard policy.retries <= 16 else { return "retries" }
    guard placement.priority <= 99 else { return "priority" }
    return continuousFault()
  }

  /// A chip that converts all the time looks at one channel.
  private func continuousFault() -> StaticName? {
    for index in chips.indices where chips[index].conversion == .continuous {
      guard chips[index].kind.hasReadyLine else { return "continuous conversion" }
      var users = 0
      for read in responses + inputs where Int(read.chip) == index { users += 1 }
      guard users <= 1 else { return "continuous conversion of several channels" }
    }
    return nil
  }
}
