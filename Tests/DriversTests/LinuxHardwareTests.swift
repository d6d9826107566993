import Foundation
import HardwareInterface
import LinuxHardware
import Testing

/// What can be held to account without hardware: how things fail, and the clock.
@Suite struct LinuxHardwareTests {
  @Test(arguments: ["/dev/i2c-4095", "/dev/null", "/etc/passwd/none", ""])
  func noSuchAdapter(device: String) {
    do throws(I2CError) {
      _ = try LinuxI2CBus(device: device)
      Issue.record("\(device) opened as an I2C adapter")
    } catch {
      #expect(error.kind == .noSuchDevice && error.errno > 0 && error.address == 0)
    }
  }

  @Test func noSuchLine() {
    let name = LineLocation.name("NO-LINE-OF-THIS-NAME")
    #expect(throws: LineError(.noSuchLine, errno: 2)) { try LinuxOutputLine(name, level: false, consumer: "test") }
    #expect(throws: LineError(.noSuchLine, errno: 2)) {
      try LinuxInputLine(name, edges: .both, consumer: "test")
    }
  }

  @Test(arguments: ["/dev/gpiochip4095", "no chip of this label", "/dev/null"])
  func noSuchChip(chip: String) {
    let place = LineLocation.chip(chip, offset: 3)
    #expect(throws: LineError(.noSuchChip, errno: 19)) {
      try LinuxOutputLine(place, level: true, consumer: "test")
    }
  }

  @Test func theClockSleepsToItsDeadline() {
    let clock = LinuxClock()
    let start = clock.now()
    clock.sleep(until: start + 5_000_000)
    let woke = clock.now()
    #expect(woke >= start + 5_000_000)
    // The same clock the system calls monotonic.
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let system = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    #expect(system >= woke && system - woke < 1_000_000_000)
    clock.sleep(until: start)
  }
}
