import Testing
import TwinModel
import TwinMonitor
import WireFormat

@Suite struct ResidualPlanTests {
  @Test func bytesSayWhatTheyWereMadeFrom() throws {
    let twins = [try Devices.linear(), try Devices.linear(observables: 3)]
    for action in ResidualAction.allCases {
      let plan = try ResidualPlan(
        settings: ResidualSettings(threshold: 4.5, window: 300, action: action),
        nodes: [ResidualPlan.Node(node: 2, twin: twins[0]), ResidualPlan.Node(node: 1023, twin: twins[1])])
      #expect(try ResidualPlan(decoding: plan.encoded()) == plan)
    }
  }

  @Test func whatIsOutOfRangeIsRefused() throws {
    let twin = try Devices.linear()
    for (threshold, window) in [(2.9, 128), (20.1, 128), (8, 15), (8, 4097), (.nan, 128)] as [(Float, Int)] {
      #expect(throws: WireError.self) { try Devices.plan([twin], threshold: threshold, window: window) }
    }
    for nodes in [[1, 1], [2, 1], [-1], [1024]] {
      #expect(throws: WireError.self) {
        try ResidualPlan(settings: .standard, nodes: nodes.map { ResidualPlan.Node(node: $0, twin: twin) })
      }
    }
    // 17 twins of 64 observables would take 4.4 million residuals.
    let wide = [TwinParameters](repeating: try Devices.linear(observables: 64), count: 17)
    #expect(throws: WireError.self) { try Devices.plan(wide, window: 4096) }
    #expect(throws: Never.self) { try Devices.plan(wide, window: 2048) }
  }

  @Test func damagedBytesAreRefusedOrReadAsWhatTheySay() throws {
    let seed = UInt64.random(in: 1...UInt64.max)
    var dice = Dice(seed: seed)
    let good = try Devices.plan([try Devices.linear(), try Devices.linear(observables: 2)]).encoded()
    for length in 0..<good.count {
      #expect(throws: WireError.self, "cut to \(length)") { try ResidualPlan(decoding: Array(good[..<length])) }
    }
    #expect(throws: WireError.self) { try ResidualPlan(decoding: good + [0]) }
    for round in 0..<5000 {
      var bytes = good
      for _ in 0...dice.below(3) { bytes[dice.below(bytes.count)] = UInt8(truncatingIfNeeded: dice.next()) }
      if let plan = try? ResidualPlan(decoding: bytes) {
        #expect(plan.encoded() == bytes, "seed \(seed), round \(round)")
      }
    }
  }

  @Test func theWindowIsCheckedBeforeMemoryIsTaken() {
    #expect(ResidualSettings.standard.firstFault() == nil)
    #expect(ResidualSettings.standard.falseAlarmRate < 1e-12)
    #expect(ResidualSettings(threshold: 5, window: 128, action: .flag).falseAlarmRate < 1e-6)
  }
}
