import HardwareInterface

/// One converter chip's share of a step: which channels it drives and reads, worked out once at load.
struct ConverterPlan {
  /// A converter channel and its place in the step's code array.
  struct Slot {
    var channel: UInt8
    var index: Int
  }

  var chip: UInt8
  var kind: ChipKind
  var address: I2CAddress
  var bus: Int
  /// Index of the multiplexer in `ConverterBank.muxes`, or -1.
  var mux: Int
  var muxMask: UInt8
  var fullScaleVolts: Float
  var samplesPerSecond: UInt16
  var drives: [Slot] = []
  /// In ascending order of channel.
  var reads: [Slot] = []

  var driveMask: UInt8 { Self.mask(drives) }
  var readMask: UInt8 { Self.mask(reads) }

  private static func mask(_ slots: [Slot]) -> UInt8 {
    var mask: UInt8 = 0
    for slot in slots { mask |= 1 << slot.channel }
    return mask
  }

  /// Plans for every converter that has a channel in use, in bus and multiplexer order so that the multiplexers
  /// switch as seldom as they can.
  static func plans(for board: BoardDescription, muxes: [UInt8]) -> [ConverterPlan] {
    var plans: [ConverterPlan] = []
    let reads = board.responses + board.inputs
    for (index, chip) in board.chips.enumerated() where chip.kind != .tca9548a {
      guard let address = I2CAddress(chip.address) else { continue }
      var plan = ConverterPlan(
        chip: UInt8(index), kind: chip.kind, address: address, bus: Int(chip.bus), mux: -1, muxMask: 0,
        fullScaleVolts: chip.fullScaleVolts, samplesPerSecond: chip.samplesPerSecond)
      if let mux = muxes.firstIndex(of: chip.mux), chip.mux != ChipDescription.noMux {
        plan.mux = mux
        plan.muxMask = 1 << chip.muxChannel
      }
      for (slot, drive) in board.drives.enumerated() where drive.chip == plan.chip {
        plan.drives.append(Slot(channel: drive.channel, index: slot))
      }
      for channel in 0..<UInt8(8) {
        for (slot, read) in reads.enumerated() where read.chip == plan.chip && read.channel == channel {
          plan.reads.append(Slot(channel: channel, index: slot))
        }
      }
      if !plan.drives.isEmpty || !plan.reads.isEmpty { plans.append(plan) }
    }
    return ordered(plans)
  }

  private static func ordered(_ plans: [ConverterPlan]) -> [ConverterPlan] {
    // Insertion sort: stable, a handful of chips.
    var sorted: [ConverterPlan] = []
    for plan in plans {
      var place = sorted.count
      while place > 0, plan.comes(before: sorted[place - 1]) { place -= 1 }
      sorted.insert(plan, at: place)
    }
    return sorted
  }

  private func comes(before other: ConverterPlan) -> Bool {
    if bus != other.bus { return bus < other.bus }
    if mux != other.mux { return mux < other.mux }
    return muxMask < other.muxMask
  }
}
