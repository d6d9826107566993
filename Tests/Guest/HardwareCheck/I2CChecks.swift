import HardwareInterface
import LinuxHardware

/// An adapter with chips on it, and addresses where nobody is.
enum I2CChecks {
  static func run(_ arguments: Arguments, _ checks: inout Checks) {
    refusals(&checks)
    let device = arguments.word(2) ?? ""
    let bus: LinuxI2CBus
    do throws(I2CError) {
      // An emulated board on a busy machine may stand still for a while.
      bus = try LinuxI2CBus(device: device, options: I2CBusOptions(timeoutMilliseconds: 5000, retries: 2))
    } catch {
      checks.fail("adapter opens", Checks.text(error))
      return
    }
    checks.check("adapter opens", true)
    Checks.say(
      "adapter: " + bus.port.name + ", family \(bus.port.family.rawValue), functions 0x"
        + String(bus.port.functions, radix: 16))
    let thermometer = address(arguments, "tmp105")
    let clock = address(arguments, "ds1338")
    if let thermometer { TMP105Checks.run(bus, thermometer, arguments.signed("millicelsius"), &checks) }
    if let clock { DS1338Checks.run(bus, clock, &checks) }
    if let memory = address(arguments, "at24c") { AT24CChecks.run(bus, memory, &checks) }
    if let missing = address(arguments, "missing") {
      nobody(bus, missing, &checks)
      if let present = thermometer ?? clock { batchWithNobody(bus, present, missing, &checks) }
    }
    if let thermometer, let clock { batchAcrossChips(bus, thermometer, clock, &checks) }
  }

  static func address(_ arguments: Arguments, _ key: StaticString) -> I2CAddress? {
    arguments.number(key).flatMap { UInt8(exactly: $0) }.flatMap { I2CAddress($0) }
  }

  private static func refusals(_ checks: inout Checks) {
    do throws(I2CError) {
      _ = try LinuxI2CBus(device: "/dev/i2c-4095")
      checks.fail("adapter not there", "opened")
    } catch {
      checks.check("adapter not there", error.kind == .noSuchDevice && error.errno == 2, Checks.text(error))
    }
    do throws(I2CAddressError) {
      _ = try I2CAddress(checking: 0x148)
      checks.fail("10-bit address refused", "taken")
    } catch {
      checks.check("10-bit address refused", error == .tenBit, error.hint.description)
    }
  }

  private static func nobody(_ bus: LinuxI2CBus, _ address: I2CAddress, _ checks: inout Checks) {
    let attempts: [(String, I2CError?)] = [
      ("write to nobody", bus.send(address, [0])), ("read from nobody", failure(bus.fetch(address, count: 1))),
      ("write and read with nobody", failure(bus.fetch(address, after: [0], count: 2))),
    ]
    for (name, error) in attempts {
      let hint = "nobody answers (check power, wiring and address)"
      checks.check(
        name,
        error?.kind == .noAcknowledgeAddress && error?.address == address.value
          && (error?.kind.hint.description ?? "").isWord(hint), error.map { Checks.text($0) } ?? "succeeded")
    }
  }

  private static func failure(_ result: Result<[UInt8], I2CError>) -> I2CError? {
    if case .failure(let error) = result { return error }
    return nil
  }

  private static func batchWithNobody(
    _ bus: LinuxI2CBus, _ present: I2CAddress, _ missing: I2CAddress, _ checks: inout Checks
  ) {
    for place in 0..<3 {
      let list: [(address: I2CAddress, write: [UInt8], read: Int)] = (0..<3).map { index in
        (index == place ? missing : present, [2], index == 2 ? 2 : 0)
      }
      let result = OwnedBatch(list).run(on: bus)
      checks.check(
        "batch stops at nobody, place \(place)", result.completed == place && result.error?.address == missing.value,
        "completed \(result.completed), " + (result.error.map { Checks.text($0) } ?? "no error"))
    }
  }

  private static func batchAcrossChips(
    _ bus: LinuxI2CBus, _ thermometer: I2CAddress, _ clock: I2CAddress, _ checks: inout Checks
  ) {
    let batch = OwnedBatch([
      (thermometer, [2, 0x11, 0x40], 0), (clock, [0x20, 0xA5, 0x5A, 0x3C], 0), (thermometer, [2], 2),
      (clock, [0x20], 3),
    ])
    let before = bus.calls
    let result = batch.run(on: bus)
    checks.check(
      "batch across two chips", result.completed == 4 && result.error == nil,
      "completed \(result.completed), " + (result.error.map { Checks.text($0) } ?? "no error"))
    checks.equal("batch: the thermometer's register", batch.answer(2), [0x11, 0x40])
    checks.equal("batch: the clock's memory", batch.answer(3), [0xA5, 0x5A, 0x3C])
    // How many it takes depends on the controller, and on the emulated BCM2835 on what it trips over.
    let calls = Int(bus.calls - before)
    Checks.say("batch of 4 in \(calls) calls, \(bus.repeatedBatches) batches repeated so far")
    checks.check("a batch takes no more calls than transactions once the controller is known", settled(bus, batch) <= 4)
  }

  /// The calls of a batch after some, in which the controller's ways were learnt.
  private static func settled(_ bus: LinuxI2CBus, _ batch: OwnedBatch) -> Int {
    for _ in 0..<4 { _ = batch.run(on: bus) }
    let before = bus.calls
    _ = batch.run(on: bus)
    return Int(bus.calls - before)
  }
}
