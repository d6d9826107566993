import Testing
import TwinModel
import TwinMonitor

@Suite struct ResidualMonitorTests {
  @Test func aRightTwinIsNotFlagged() throws {
    // At the standard settings the rate is below 1e-12 a step; a million steps must pass in silence.
    var rig = try Rig(try Devices.linear(), seed: 1)
    rig.play(1_000_000)
    #expect(rig.findings.isEmpty)
    #expect(rig.monitor.watch(0).state == .inRange)
  }

  @Test func falseAlarmsAreAsRareAsComputed() throws {
    for (threshold, window) in [(3, 32), (3.5, 128), (4, 64)] as [(Float, Int)] {
      let rate = ResidualSettings(threshold: threshold, window: window, action: .flag).falseAlarmRate
      var rig = try Rig(try Devices.linear(), threshold: threshold, window: window, seed: 2)
      let steps = 300_000
      rig.play(steps)
      let flags = Double(rig.findings.filter { $0.finding.change == .flagged }.count)
      // Crossings come in clusters, which the hysteresis counts once.
      #expect(
        flags < 1.2 * rate * Double(steps) && flags > 0.02 * rate * Double(steps), "\(threshold) \(window) \(flags)")
    }
  }

  @Test func bothStatisticsAreStandardNormal() throws {
    for window in [16, 128, 1000] {
      var rig = try Rig(try Devices.linear(observables: 1), threshold: 20, window: window, seed: 3)
      rig.play(window + 1)
      var sums: [Double] = [0, 0, 0, 0]
      let rounds = 600
      for _ in 0..<rounds {
        rig.play(window)
        let watch = rig.monitor.watch(0)
        for (place, value) in [Double(watch.mean), Double(watch.meanSquare)].enumerated() {
          sums[2 * place] += value
          sums[2 * place + 1] += value * value
        }
      }
      for place in [0, 2] {
        let mean = sums[place] / Double(rounds)
        let square = sums[place + 1] / Double(rounds) - mean * mean
        #expect(abs(mean) < 0.2 && abs(square - 1) < 0.25, "window \(window), \(place): \(mean), \(square)")
      }
    }
  }

  /// Steps from a change at step 1000 to the flag, and which statistic told.
  private func delay(
    _ device: TwinParameters?, window: Int = 128, seed: UInt64, change: (inout [Float], Int) -> Void = { _, _ in }
  ) throws -> (steps: Int, finding: ResidualFinding) {
    let twin = try Devices.linear()
    var rig = try Rig(twin, window: window, seed: seed)
    rig.play(1000)
    #expect(rig.findings.isEmpty)
    if let device { rig.swap(device) }
    rig.play(1000, change: change)
    let first = try #require(rig.findings.first)
    #expect(first.finding.change == .flagged)
    return (first.step - 1000, first.finding)
  }

  @Test func aGainThatChangesByAFifthIsFoundWithinAWindow() throws {
    for gain in [0.8, 1.2] as [Float] {
      for seed in 1...5 as ClosedRange<UInt64> {
        let found = try delay(try Devices.linear(gain: gain), seed: seed)
        #expect(found.steps < 128 && found.finding.statistic == .meanSquare, "\(gain) \(seed) \(found)")
      }
    }
  }

  @Test func aLevelThatMovesIsFoundByTheMean() throws {
    // 0.03 of a level is 0.3 x 0.03 / 0.02 = 0.45 sd a step: 5 sd of the mean square's sum would be too few.
    var steps: [Int] = []
    for seed in 1...5 as ClosedRange<UInt64> {
      let found = try delay(nil, window: 512, seed: seed) { measured, step in if step > 0 { measured[0] += 0.03 } }
      #expect(found.finding.statistic == .mean && found.finding.mean > 0)
      steps.append(found.steps)
    }
    #expect(steps.allSatisfy { $0 < 600 }, "\(steps)")
  }

  @Test func noiseThatGrowsOrGoesIsFound() throws {
    let loud = try delay(try Devices.linear(noise: 0.04), seed: 4)
    #expect(loud.steps < 128 && loud.finding.statistic == .meanSquare && loud.finding.meanSquare > 0)
    let still = try delay(try Devices.linear(noise: 0.0002), seed: 4)
    #expect(still.steps <= 128 && still.finding.statistic == .meanSquare && still.finding.meanSquare < 0)
  }

  @Test func aDeadDeviceIsFound() throws {
    let found = try delay(nil, seed: 5) { measured, _ in measured[0] = 0.1 }
    #expect(found.steps < 40)
  }

  @Test func itIsToldOnceAndClearedOnce() throws {
    let twin = try Devices.linear()
    var rig = try Rig(twin, seed: 6)
    rig.play(500)
    rig.swap(try Devices.linear(gain: 0.7))
    rig.play(2000)
    #expect(rig.findings.map(\.finding.change) == [.flagged])
    #expect(rig.monitor.watch(0).state == .flagged)
    rig.swap(twin)
    rig.play(2000)
    #expect(rig.findings.map(\.finding.change) == [.flagged, .cleared])
    let last = try #require(rig.findings.last)
    #expect(last.step - 2500 <= 129 && abs(last.finding.mean) <= 4 && abs(last.finding.meanSquare) <= 4)
    #expect(rig.monitor.watch(0).state == .inRange && rig.monitor.watch(0).wasFlagged)
  }

  @Test func oneBrokenReadingIsNotABrokenDevice() throws {
    var rig = try Rig(try Devices.linear(), seed: 7)
    // A reading that is far off makes two residuals that are: its own and the next one's.
    rig.play(1000) { measured, step in if step == 700 { measured[0] = 2.9 } }
    #expect(rig.findings.isEmpty)
  }

  @Test func whatIsNotANumberIsPassedOver() throws {
    var rig = try Rig(try Devices.linear(), seed: 8)
    rig.play(3000) { measured, step in
      if step % 3 == 1 { measured[0] = step % 2 == 0 ? .nan : .infinity }
    }
    // The step after a missing one starts from the twin's mean, so it is a little less certain than it says.
    #expect(rig.findings.isEmpty)
    let watch = rig.monitor.watch(0)
    #expect(watch.state == .inRange && abs(watch.mean) < 5)
    rig.play(2000) { measured, _ in measured[0] = .nan }
    #expect(rig.findings.isEmpty && rig.monitor.watch(0) == watch)
  }

  @Test func nothingIsSaidBeforeTheWindowIsFullNorAcrossGaps() throws {
    let twin = try Devices.linear()
    var rig = try Rig(twin, device: try Devices.linear(gain: -1), seed: 9)
    // One tap: one step of warming up, then the window.
    rig.play(128)
    #expect(rig.findings.isEmpty && rig.monitor.watch(0).state == .warmingUp)
    rig.play(1)
    #expect(rig.findings.map(\.step) == [128])
    // Jumps that stand behind gaps are not the device's doing.
    var jumping = try Rig(twin, seed: 10)
    let monitor = jumping.monitor
    for _ in 0..<300 {
      jumping.play(20)
      jumping.swap(try Devices.linear(gain: 3, noise: 1))
      jumping.play(5) { _, _ in monitor.gap() }
      jumping.swap(twin)
      monitor.gap()
    }
    #expect(jumping.findings.isEmpty)
  }

  @Test func aFewLargeErrorsAreNotAChangedDevice() throws {
    let standard = ResidualSettings.standard
    var rig = try Rig(try Devices.linear(), threshold: standard.threshold, window: standard.window, seed: 12)
    // Each makes two residuals of about ten deviations: its own, and that of the way back.
    rig.play(20_000) { measured, step in if step % 40 == 7 { measured[0] += 0.2 } }
    #expect(rig.findings.isEmpty && rig.monitor.watch(0).state == .inRange, "\(rig.findings)")
    // A smaller error that all steps share is one.
    rig.play(standard.window) { measured, _ in measured[0] += Float(0.2) }
    #expect(rig.findings.first?.finding.change == .flagged)
  }

  @Test func whatResidualsComeToAtMostIsKnown() throws {
    for window in [16, 128, 1024] {
      let settings = ResidualSettings(threshold: 4, window: window, action: .flag)
      var rig = try Rig(try Devices.linear(), threshold: 4, window: window, seed: 13)
      rig.play(window + 1) { measured, step in measured[0] += step % 2 == 0 ? 50 : -50 }
      let most = rig.monitor.watch(0).meanSquare
      #expect(abs(most - settings.highestMeanSquare) < 0.1, "\(window): \(most)")
    }
    #expect(ResidualSettings.standard.highestMeanSquare > ResidualSettings.standard.threshold)
  }

  @Test func theWorstObservableSpeaksForItsNode() throws {
    let twin = try Devices.linear(observables: 60)
    var rig = try Rig(twin, seed: 11)
    rig.play(20_000)
    #expect(rig.findings.isEmpty)
    rig.play(600) { measured, _ in measured[41] += 0.06 }
    let first = try #require(rig.findings.first)
    #expect(first.finding.observable == 41 && first.finding.change == .flagged)
    // The correction for 60: 8 becomes sqrt(64 + 2 ln 60) = 8.50.
    #expect(max(abs(first.finding.mean), abs(first.finding.meanSquare)) > 8.4)
  }

  @Test func whatIsLeftOutIsNeitherSteppedNorTold() throws {
    var rig = try Rig(try Devices.linear(), device: try Devices.linear(gain: 3), seed: 12)
    rig.monitor.leaveOut(0)
    rig.play(1000)
    #expect(rig.findings.isEmpty && rig.monitor.watch(0).state == .leftOut)
    rig.monitor.leaveOut(7)
    #expect(rig.monitor.watch(7).state == .unwatched)
  }
}
