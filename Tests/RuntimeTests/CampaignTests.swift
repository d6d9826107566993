import Testing
import VirtualBench
import loopbench

/// Every kind of fault, here and there in a run; all of them at every transaction are `make bench-hardware`'s.
@Suite struct CampaignTests {
  @Test func theLoopSurvivesWhateverABusDoes() throws {
    let marks = [try Campaign.marks(chipOut: false), try Campaign.marks(chipOut: true)]
    #expect(marks[0].setUp > 20 && marks[0].run > marks[0].setUp + 100 && marks[0].end > marks[0].run + 20)
    var struck: Set<BusFaultKind> = []
    for item in try CampaignReport.cases(stride: 29) {
      let result = try Campaign.run(item, marks: marks[item.chipOut ? 1 : 0])
      #expect(result.broken.isEmpty, "\(item)")
      #expect(result.missedSafeValues == 0, "\(item)")
      if result.hits > 0 { struck.insert(item.kind) }
    }
    #expect(struck.count == Int(BusFaultKind.count))
  }

  @Test func everyTransactionOfAStepWithEveryKind() throws {
    let marks = try Campaign.marks(chipOut: false)
    let step = (marks.run - marks.setUp) / Campaign.steps
    let first = marks.setUp + 10 * step
    for kind in (1...BusFaultKind.count).compactMap({ BusFaultKind(rawValue: $0) }) {
      for transaction in first..<first + step {
        let result = try Campaign.run(CampaignCase(kind: kind, first: transaction, length: 1), marks: marks)
        #expect(result.broken.isEmpty, "\(kind) at \(transaction)")
        #expect(result.hits == 1)
      }
    }
  }
}
