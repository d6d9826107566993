import Drivers
import HardwareInterface

/// All converters of a board as one array of drive codes to write and one array of response codes to read.
///
/// A chip that fails is tried again `retries` times within the step; then it is left out (quarantined), its channels keep
/// their last codes, and the caller learns of it through `takeFault()`. Nothing is allocated after `init`.
public struct ConverterBank<Bus: I2CBus> {
  /// Tries after the first before a chip is left out.
  public static var retries: Int { 2 }

  private struct Mux {
    var device: TCA9548A
    var bus: Int
    /// What is selected; 0xFF00 when unknown.
    var selected: UInt16 = 0xFF00
  }

  private var buses: [Bus]
  private var muxes: [Mux] = []
  private var plans: [ConverterPlan]
  private var ad5593r: [AD5593R] = []
  private var mcp4728: [MCP4728] = []
  private var ads1115: [ADS1115] = []
  /// For each plan, its index among the drivers of its kind.
  private var driver: [Int] = []
  private var quarantined: [Bool]
  private var pendingFaults: [ConverterFault] = []
  private let largestReadRound: Int

  /// - Parameters:
  ///   - board: a description whose `firstFault()` is nil.
  ///   - buses: one bus for each of `board.buses`.
  public init(board: BoardDescription, buses: [Bus]) {
    self.buses = buses
    var muxChips: [UInt8] = []
    for (index, chip) in board.chips.enumerated() where chip.kind == .tca9548a {
      guard let address = I2CAddress(chip.address) else { continue }
      muxChips.append(UInt8(index))
      muxes.append(Mux(device: TCA9548A(address: address), bus: Int(chip.bus)))
    }
    plans = ConverterPlan.plans(for: board, muxes: muxChips)
    var rounds = 0
    for plan in plans {
      switch plan.kind {
      case .ad5593r:
        driver.append(ad5593r.count)
        ad5593r.append(AD5593R(address: plan.address))
      case .mcp4728:
        driver.append(mcp4728.count)
        mcp4728.append(MCP4728(address: plan.address, doubleGain: plan.fullScaleVolts > 3))
      case .ads1115:
        driver.append(ads1115.count)
        // The description's check has refused ranges and rates the chip does not have.
        if let chip = ADS1115(
          address: plan.address, fullScaleVolts: plan.fullScaleVolts, samplesPerSecond: plan.samplesPerSecond)
        {
          ads1115.append(chip)
          rounds = max(rounds, plan.reads.count)
        }
      default:
        driver.append(0)
      }
    }
    largestReadRound = rounds
    quarantined = [Bool](repeating: false, count: plans.count)
    pendingFaults.reserveCapacity(plans.count)
  }

  /// Chips left out so far.
  public var quarantinedCount: Int {
    var count = 0
    for flag in quarantined where flag { count += 1 }
    return count
  }

  /// A fault that has quarantined a chip and was not taken yet.
  public mutating func takeFault() -> ConverterFault? { pendingFaults.popLast() }

  // MARK: - Set-up

  /// Sets every chip up for its channels. A chip that does not answer is left out.
  public mutating func configure() {
    for index in plans.indices {
      attempt(index) { (bank, plan) throws(I2CError) in try bank.configure(plan, index) }
    }
  }

  private mutating func configure(_ plan: ConverterPlan, _ index: Int) throws(I2CError) {
    switch plan.kind {
    case .ad5593r:
      try ad5593r[driver[index]].configure(
        on: &buses[plan.bus], dacMask: plan.driveMask, adcMask: plan.readMask, wideRange: plan.fullScaleVolts > 3)
    case .mcp4728:
      try mcp4728[driver[index]].configure(on: &buses[plan.bus])
    case .ads1115:
      try ads1115[driver[index]].configure(on: &buses[plan.bus])
    default: break
    }
  }

  // MARK: - One step

  /// Writes the drive codes, [drive channels].
  public mutating func write(_ codes: UnsafePointer<UInt16>) {
    for index in plans.indices where !plans[index].drives.isEmpty && !quarantined[index] {
      attempt(index) { (bank, plan) throws(I2CError) in try bank.write(codes, plan, index) }
    }
  }

  private mutating func write(
    _ codes: UnsafePointer<UInt16>, _ plan: borrowing ConverterPlan, _ index: Int
  ) throws(I2CError) {
    if plan.kind == .ad5593r {
      for slot in plan.drives {
        try ad5593r[driver[index]].setDAC(on: &buses[plan.bus], channel: slot.channel, code: codes[slot.index])
      }
    } else if plan.kind == .mcp4728 {
      // One transaction for the chip: unused channels stay at zero.
      var all: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
      for slot in plan.drives {
        switch slot.channel {
        case 0: all.0 = codes[slot.index]
        case 1: all.1 = codes[slot.index]
        case 2: all.2 = codes[slot.index]
        default: all.3 = codes[slot.index]
        }
      }
      try mcp4728[driver[index]].setAll(on: &buses[plan.bus], all)
    }
  }

  /// Reads all responses, then all live inputs: [response channels + input channels].
  ///
  /// Chips that need time to convert run side by side, one channel of each a round.
  public mutating func read<C: HardwareClock>(into codes: UnsafeMutablePointer<UInt16>, clock: inout C) {
    for round in 0..<largestReadRound {
      var ready: UInt64 = 0
      for index in plans.indices where converts(index, in: round) {
        attempt(index) { (bank, plan) throws(I2CError) in
          try bank.ads1115[bank.driver[index]].startConversion(
            on: &bank.buses[plan.bus], channel: plan.reads[round].channel)
        }
        ready = max(ready, clock.now() + ads1115[driver[index]].conversionTime)
      }
      if ready > 0 { clock.sleep(until: ready) }
      for index in plans.indices where converts(index, in: round) {
        attempt(index) { (bank, plan) throws(I2CError) in
          let code = try bank.ads1115[bank.driver[index]].readConversion(on: &bank.buses[plan.bus])
          codes[plan.reads[round].index] = UInt16(bitPattern: code)
        }
      }
    }
    for index in plans.indices where plans[index].kind == .ad5593r && !plans[index].reads.isEmpty && !quarantined[index]
    {
      attempt(index) { (bank, plan) throws(I2CError) in try bank.readAll(into: codes, plan, index) }
    }
  }

  private func converts(_ index: Int, in round: Int) -> Bool {
    plans[index].kind == .ads1115 && round < plans[index].reads.count && !quarantined[index]
  }

  private mutating func readAll(
    into codes: UnsafeMutablePointer<UInt16>, _ plan: borrowing ConverterPlan, _ index: Int
  ) throws(I2CError) {
    var words: (UInt64, UInt64) = (0, 0)
    let outcome: I2CError? = withUnsafeMutableBytes(of: &words) { raw in
      let buffer = UnsafeMutableBufferPointer(rebasing: raw.bindMemory(to: UInt16.self)[0..<plan.reads.count])
      do throws(I2CError) {
        try readSequence(plan, index, buffer)
        for position in 0..<plan.reads.count { codes[plan.reads[position].index] = buffer[position] }
        return nil
      } catch {
        return error
      }
    }
    if let outcome { throw outcome }
  }

  /// A sequence that was broken off goes on where it stopped; it is started anew before the next try.
  private mutating func readSequence(
    _ plan: borrowing ConverterPlan, _ index: Int, _ buffer: UnsafeMutableBufferPointer<UInt16>
  ) throws(I2CError) {
    do throws(I2CError) {
      try ad5593r[driver[index]].readADCs(on: &buses[plan.bus], mask: plan.readMask, into: buffer)
    } catch {
      try ad5593r[driver[index]].startSequence(on: &buses[plan.bus], mask: plan.readMask)
      throw error
    }
  }

  // MARK: - Faults

  /// Runs one chip's work with its multiplexer selected; retries, then quarantines.
  private mutating func attempt(
    _ index: Int, _ body: (inout ConverterBank, ConverterPlan) throws(I2CError) -> Void
  ) {
    var tries = 0
    while true {
      do throws(I2CError) {
        let plan = plans[index]
        if plan.mux >= 0 { try select(plan.mux, plan.muxMask) }
        try body(&self, plan)
        return
      } catch {
        if plans[index].mux >= 0 { muxes[plans[index].mux].selected = 0xFF00 }
        tries += 1
        if tries > Self.retries {
          quarantined[index] = true
          if pendingFaults.count < plans.count {
            pendingFaults.append(ConverterFault(chip: plans[index].chip, cause: error))
          }
          return
        }
      }
    }
  }

  private mutating func select(_ mux: Int, _ mask: UInt8) throws(I2CError) {
    guard muxes[mux].selected != UInt16(mask) else { return }
    // Another multiplexer of the bus must not show a second chip with the same address.
    for other in muxes.indices where other != mux && muxes[other].bus == muxes[mux].bus && muxes[other].selected != 0 {
      try muxes[other].device.select(on: &buses[muxes[other].bus], mask: 0)
      muxes[other].selected = 0
    }
    try muxes[mux].device.select(on: &buses[muxes[mux].bus], mask: mask)
    muxes[mux].selected = UInt16(mask)
  }

  /// Writes codes to every chip, quarantined or not, each tried on its own: the way out of a run. A chip that was left out
  /// stays so, whether it takes them or not.
  ///
  /// - Returns: how many chips could not be written.
  public mutating func writeSafe(_ codes: UnsafePointer<UInt16>) -> Int {
    var failures = 0
    for index in muxes.indices { muxes[index].selected = 0xFF00 }
    for index in plans.indices where !plans[index].drives.isEmpty {
      let leftOut = quarantined[index]
      defer { quarantined[index] = quarantined[index] || leftOut }
      quarantined[index] = false
      attempt(index) { (bank, plan) throws(I2CError) in try bank.write(codes, plan, index) }
      if quarantined[index] {
        // The chip may have lost its set-up: once more from the start.
        quarantined[index] = false
        attempt(index) { (bank, plan) throws(I2CError) in
          try bank.configure(plan, index)
          try bank.write(codes, plan, index)
        }
        if quarantined[index] { failures += 1 }
      }
    }
    return failures
  }

  /// Writes the description's safe codes to every chip.
  ///
  /// - Returns: how many chips could not be written.
  public mutating func writeSafe(_ board: BoardDescription) -> Int {
    var codes: [UInt16] = []
    for drive in board.drives { codes.append(drive.safeCode) }
    codes.append(0)
    return codes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      return writeSafe(base)
    }
  }
}
