import HardwareInterface
import LinuxHardware

/// A controller that knows SMBus alone; i2c-stub is one, with a chip of 256 registers.
enum SMBusChecks {
  static func run(_ arguments: Arguments, _ checks: inout Checks) {
    guard let address = I2CChecks.address(arguments, "stub") else {
      checks.fail("arguments", "stub=ADDRESS is missing")
      return
    }
    let bus: LinuxI2CBus
    do throws(I2CError) {
      bus = try LinuxI2CBus(device: arguments.word(2) ?? "")
    } catch {
      checks.fail("SMBus adapter opens", Checks.text(error))
      return
    }
    checks.check("SMBus adapter is seen as one", bus.smbusOnly)
    Checks.say("adapter: " + bus.port.name + ", functions 0x" + String(bus.port.functions, radix: 16))
    checks.sent("SMBus byte written", bus.send(address, [0x01, 0xA7]))
    checks.fetched("SMBus byte read", bus.fetch(address, after: [0x01], count: 1), [0xA7])
    checks.sent("SMBus word written", bus.send(address, [0x10, 0x34, 0x12]))
    checks.fetched("SMBus word read", bus.fetch(address, after: [0x10], count: 2), [0x34, 0x12])
    checks.fetched("SMBus word's low byte goes first", bus.fetch(address, after: [0x10], count: 1), [0x34])
    let block = (0..<32).map { UInt8($0 * 7 + 1) }
    checks.sent("SMBus block written", bus.send(address, [0x40] + block))
    checks.fetched("SMBus block read", bus.fetch(address, after: [0x40], count: 32), block)
    checks.sent("SMBus pointer sent", bus.send(address, [0x01]))
    checks.fetched("SMBus byte received at the pointer", bus.fetch(address, count: 1), [0xA7])
    if case .failure(let error) = bus.fetch(address, count: 2) {
      checks.check("what SMBus cannot say is refused", error.kind == .unsupported, Checks.text(error))
    } else {
      checks.fail("what SMBus cannot say is refused", "two bytes were read")
    }
    let batch = OwnedBatch([(address, [0x02, 0x11], 0), (address, [0x02], 1), (address, [0x40], 4)])
    checks.check("SMBus batch", batch.run(on: bus).completed == 3)
    checks.equal("SMBus batch's answers", batch.answer(1) + batch.answer(2), [0x11] + block[0..<4])
    if let nobody = I2CAddress(address.value ^ 1) {
      checks.check("SMBus: nobody there", bus.send(nobody, [0x01]) != nil)
    }
  }
}
