import CBoard

/// Exercises LinuxHardware against the kernel's own drivers, in a guest or on a board.
///
///     hardware-check i2c /dev/i2c-1 [tmp105=0x48] [millicelsius=42500] [ds1338=0x68] [at24c=0x50] [missing=0x23]
///     hardware-check smbus /dev/i2c-2 stub=0x1c
///     hardware-check gpio CHIP [first=OFFSET] [name=NAME-OF-FIRST] [sim=/sys/devices/platform/gpio-sim.0/gpiochip1]
///     hardware-check hold CHIP OFFSET LEVEL SECONDS
///     hardware-check clear /dev/i2c-1 CHIP SCL-OFFSET SDA-OFFSET
///     hardware-check rebind /dev/i2c-1 DRIVER-FOLDER DEVICE-NAME tmp105=0x48
///
/// One line a check, "ok NAME" or "FAIL NAME: why", and "PASS n" or "FAIL n" at the end. Chips' registers are written.
@main
struct HardwareCheckMain {
  static func main() {
    let arguments = Arguments()
    var checks = Checks()
    switch arguments.word(1) {
    case .some(let word) where word.isWord("i2c") && arguments.count >= 3: I2CChecks.run(arguments, &checks)
    case .some(let word) where word.isWord("smbus") && arguments.count >= 3: SMBusChecks.run(arguments, &checks)
    case .some(let word) where word.isWord("gpio") && arguments.count >= 3: GPIOChecks.run(arguments, &checks)
    case .some(let word) where word.isWord("hold") && arguments.count == 6: HoldCommand.run(arguments, &checks)
    case .some(let word) where word.isWord("clear") && arguments.count == 6: ClearCommand.run(arguments, &checks)
    case .some(let word) where word.isWord("rebind") && arguments.count == 6: RebindCommand.run(arguments, &checks)
    default:
      Checks.say("usage: hardware-check i2c|smbus DEVICE KEY=VALUE... | gpio CHIP KEY=VALUE... |")
      Checks.say(
        "       hold CHIP OFFSET LEVEL SECONDS | clear DEVICE CHIP SCL SDA | rebind DEVICE FOLDER NAME tmp105=ADDRESS")
      cboard_exit(64)
    }
    cboard_exit(checks.end())
  }
}
