import CBoard
import HardwareInterface
import LinuxHardware

/// Takes an adapter away while it is open, and gives it back: what unplugging one does.
///
///     hardware-check rebind /dev/i2c-1 /sys/bus/platform/drivers/i2c-bcm2835 3f804000.i2c tmp105=0x48
enum RebindCommand {
  static func run(_ arguments: Arguments, _ checks: inout Checks) {
    guard let device = arguments.word(2), let driver = arguments.word(3), let name = arguments.word(4),
      let address = I2CChecks.address(arguments, "tmp105")
    else {
      checks.fail("arguments", "DEVICE DRIVER-FOLDER NAME tmp105=ADDRESS")
      return
    }
    // The kernel holds the writer up until nobody has the adapter open, so another process writes, one that was made
    // before it was opened.
    let clock = LinuxClock()
    let removal = clock.now() + 1_000_000_000
    let child = cboard_fork()
    if child == 0 {
      clock.sleep(until: removal)
      cboard_exit_now(Sysfs.write(driver + "/unbind", name) ? 0 : 1)
    }
    let bus: LinuxI2CBus
    do throws(I2CError) {
      bus = try LinuxI2CBus(device: device)
    } catch {
      checks.fail("adapter opens", Checks.text(error))
      return
    }
    guard let nobody = I2CAddress(0x23) else { return }
    checks.sent("before", bus.send(address, [0]))
    checks.check("a missing chip is not a missing adapter", bus.send(nobody, [0])?.kind == .noAcknowledgeAddress)
    checks.sent("after it", bus.send(address, [0]))
    clock.sleep(until: removal + 200_000_000)
    let missed = bus.send(nobody, [0])
    checks.check(
      "an adapter taken away is missed", missed?.kind == .noSuchDevice, missed.map { Checks.text($0) } ?? "succeeded")
    let failure = bus.send(address, [0])
    checks.check(
      "transfers fail meanwhile", failure?.kind == .noSuchDevice, failure.map { Checks.text($0) } ?? "succeeded")
    var code: Int32 = -1
    _ = cboard_wait(child, 1, &code)
    checks.check("nothing holds up the removal", code == 0, "exit code \(code)")
    checks.check("the adapter is given back", Sysfs.write(driver + "/bind", name))
    let end = clock.now() + 5_000_000_000
    var last = bus.send(address, [0])
    while last != nil, clock.now() < end {
      clock.sleep(until: clock.now() + 20_000_000)
      last = bus.send(address, [0])
    }
    checks.sent("after it came back", last)
  }
}
