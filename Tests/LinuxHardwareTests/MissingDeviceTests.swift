import Foundation
import HardwareInterface
import LinuxHardware
import Testing

/// What can be held to account without hardware: how things fail, and the clock.
@Suite struct MissingDeviceTests {
  @Test(arguments: ["/dev/i2c-4095", "/dev/null", "/dev/tty", "/etc/passwd/none", ""])
  func noSuchAdapter(device: String) {
    do throws(I2CError) {
      _ = try LinuxI2CBus(device: device)
      Issue.record("\(device) opened as an I2C adapter")
    } catch {
      #expect(error.kind == .noSuchDevice && error.errno > 0 && error.address == 0)
    }
  }

  @Test func noSuchLine() {
    let request = LineRequest(name: "NO-LINE-OF-THIS-NAME", direction: .output)
    expectFailure([request], LineError(.noSuchLine, line: 0, errno: 2))
    let fallback = LineRequest(name: "NO-LINE-OF-THIS-NAME", chip: "nor this chip", offset: 7, direction: .input)
    expectFailure([fallback], LineError(.noSuchChip, line: 0, errno: 19))
  }

  @Test(arguments: ["/dev/gpiochip4095", "no chip of this label", "/dev/null"])
  func noSuchChip(chip: String) {
    let untaken = LineRequest(name: "UNTAKEN", direction: .input, taken: false)
    let request = LineRequest(chip: chip, offset: 3, direction: .output, initial: true)
    expectFailure([untaken, request], LineError(.noSuchChip, line: 1, errno: 19))
  }

  @Test func tooManyLinesAndTooLongNames() {
    let untaken = LineRequest(direction: .input, taken: false)
    #expect(throws: Never.self) { try LinuxLineBank(Array(repeating: untaken, count: 64), consumer: "test") }
    expectFailure(Array(repeating: untaken, count: 65), LineError(.unsupported, line: 64, errno: 7))
    let long = LineRequest(name: String(repeating: "x", count: 64), direction: .input)
    expectFailure([untaken, long], LineError(.unsupported, line: 1, errno: 36))
  }

  @Test func linesThatAreNotTakenAreNotThere() throws {
    let bank = try LinuxLineBank([LineRequest(name: "SCL", direction: .output, taken: false)], consumer: "test")
    #expect(throws: LineError(.noSuchLine, line: 0, errno: 2)) { try bank.set(mask: 1, levels: 1) }
    #expect(throws: LineError(.noSuchLine, line: 0, errno: 2)) { try bank.levels(mask: 1) }
    #expect(throws: LineError(.noSuchLine, line: 0, errno: 2)) { try bank.waitForEdge(line: 0, after: 0, until: 0) }
    #expect(throws: LineError(.noSuchLine)) { try bank.waitForEdge(line: -1, after: 0, until: 0) }
    bank.discardEdges(line: 63)
    #expect(try bank.levels(mask: 0) == 0)
  }

  @Test func messagesSayWhatWhoAndWhatToDo() {
    let error = LineOpenError(LineError(.busy, line: 2, errno: 16), place: "GPIO17", holder: "pump")
    #expect(error.text.hasPrefix("line GPIO17: the line is in use"))
    #expect(error.text.hasSuffix("it is held by \"pump\""))
    let place = LineRequest(name: "STEP", chip: "pinctrl-rp1", offset: 17, direction: .output).place
    #expect(place == "STEP (offset 17 of pinctrl-rp1)")
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

  private func expectFailure(_ requests: [LineRequest], _ expected: LineError) {
    do throws(LineOpenError) {
      _ = try LinuxLineBank(requests, consumer: "test")
      Issue.record("opened")
    } catch {
      #expect(error.error == expected)
      let at = Int(expected.line)
      #expect(error.place == (at < requests.count ? requests[at].place : ""))
    }
  }
}
