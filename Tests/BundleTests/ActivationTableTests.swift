import Bundle
import Testing
import WireFormat

/// Every state times every event.
@Suite struct ActivationTableTests {
  private static func record(_ number: UInt64) -> SlotRecord {
    SlotRecord(digest: Digest(words: (number, 0, 0, 1)), counter: number)
  }

  private static func state(_ events: ActivationEvent...) -> ActivationState {
    var state = ActivationState()
    for event in events { state = (try? state.apply(event)) ?? state }
    return state
  }

  private static let one = record(1)
  private static let two = record(2)
  private static let three = record(3)

  private static let empty = state()
  private static let staged = state(.stage(one))
  private static let probation = state(.stage(one), .activate(one.digest))
  private static let started = state(.stage(one), .activate(one.digest), .start)
  private static let committed = state(.stage(one), .activate(one.digest), .confirm)
  private static let stagedOver = state(.stage(one), .activate(one.digest), .confirm, .stage(two))
  private static let probationOver = state(
    .stage(one), .activate(one.digest), .confirm, .stage(two), .activate(two.digest))
  private static let startedOver = state(
    .stage(one), .activate(one.digest), .confirm, .stage(two), .activate(two.digest), .start)
  private static let committedOver = state(
    .stage(one), .activate(one.digest), .confirm, .stage(two), .activate(two.digest), .confirm)

  /// What is to run after an event: the record's counter, 0 for none; `nil` when the event is refused.
  private struct Row {
    let name: String
    let from: ActivationState
    let event: ActivationEvent
    let phase: ActivationState.Phase?
    let runs: UInt64
  }

  private static let table: [Row] = [
    Row(name: "empty stage", from: empty, event: .stage(one), phase: .staged, runs: 0),
    Row(name: "empty activate", from: empty, event: .activate(one.digest), phase: nil, runs: 0),
    Row(name: "empty start", from: empty, event: .start, phase: .empty, runs: 0),
    Row(name: "empty confirm", from: empty, event: .confirm, phase: nil, runs: 0),
    Row(name: "empty fail", from: empty, event: .fail, phase: nil, runs: 0),
    Row(name: "empty discard", from: empty, event: .discard, phase: .empty, runs: 0),
    Row(name: "empty lost", from: empty, event: .lost(.a), phase: .empty, runs: 0),
    Row(name: "staged stage same", from: staged, event: .stage(one), phase: .staged, runs: 0),
    Row(name: "staged stage newer", from: staged, event: .stage(two), phase: .staged, runs: 0),
    Row(name: "staged activate", from: staged, event: .activate(one.digest), phase: .probation, runs: 1),
    Row(name: "staged activate other", from: staged, event: .activate(two.digest), phase: nil, runs: 0),
    Row(name: "staged start", from: staged, event: .start, phase: .staged, runs: 0),
    Row(name: "staged confirm", from: staged, event: .confirm, phase: nil, runs: 0),
    Row(name: "staged fail", from: staged, event: .fail, phase: nil, runs: 0),
    Row(name: "staged discard", from: staged, event: .discard, phase: .empty, runs: 0),
    Row(name: "staged lost", from: staged, event: .lost(.a), phase: .empty, runs: 0),
    Row(name: "probation stage", from: probation, event: .stage(two), phase: .staged, runs: 0),
    Row(name: "started stage", from: started, event: .stage(two), phase: nil, runs: 0),
    Row(name: "started discard", from: started, event: .discard, phase: nil, runs: 0),
    Row(name: "probation stage same", from: probation, event: .stage(one), phase: .probation, runs: 1),
    Row(name: "probation activate same", from: probation, event: .activate(one.digest), phase: .probation, runs: 1),
    Row(name: "probation start", from: probation, event: .start, phase: .probation, runs: 1),
    Row(name: "probation confirm", from: probation, event: .confirm, phase: .committed, runs: 1),
    Row(name: "probation fail", from: probation, event: .fail, phase: .empty, runs: 0),
    Row(name: "probation discard", from: probation, event: .discard, phase: .empty, runs: 0),
    Row(name: "probation lost", from: probation, event: .lost(.a), phase: .empty, runs: 0),
    Row(name: "committed stage", from: committed, event: .stage(two), phase: .staged, runs: 1),
    Row(name: "committed stage same", from: committed, event: .stage(one), phase: .committed, runs: 1),
    Row(name: "committed activate same", from: committed, event: .activate(one.digest), phase: .committed, runs: 1),
    Row(name: "committed activate other", from: committed, event: .activate(two.digest), phase: nil, runs: 0),
    Row(name: "committed start", from: committed, event: .start, phase: .committed, runs: 1),
    Row(name: "committed confirm", from: committed, event: .confirm, phase: .committed, runs: 1),
    Row(name: "committed fail", from: committed, event: .fail, phase: nil, runs: 0),
    Row(name: "committed discard", from: committed, event: .discard, phase: .committed, runs: 1),
    Row(name: "committed lost", from: committed, event: .lost(.a), phase: .empty, runs: 0),
    Row(name: "staged over stage", from: stagedOver, event: .stage(three), phase: .staged, runs: 1),
    Row(name: "staged over activate", from: stagedOver, event: .activate(two.digest), phase: .probation, runs: 2),
    Row(name: "staged over activate old", from: stagedOver, event: .activate(one.digest), phase: nil, runs: 0),
    Row(name: "staged over start", from: stagedOver, event: .start, phase: .staged, runs: 1),
    Row(name: "staged over confirm", from: stagedOver, event: .confirm, phase: nil, runs: 0),
    Row(name: "staged over fail", from: stagedOver, event: .fail, phase: nil, runs: 0),
    Row(name: "staged over discard", from: stagedOver, event: .discard, phase: .committed, runs: 1),
    Row(name: "staged over lost new", from: stagedOver, event: .lost(.b), phase: .committed, runs: 1),
    Row(name: "staged over lost old", from: stagedOver, event: .lost(.a), phase: .staged, runs: 0),
    Row(name: "probation over stage", from: probationOver, event: .stage(three), phase: .staged, runs: 1),
    Row(name: "started over stage", from: startedOver, event: .stage(three), phase: nil, runs: 0),
    Row(name: "started over discard", from: startedOver, event: .discard, phase: nil, runs: 0),
    Row(name: "probation over start", from: probationOver, event: .start, phase: .probation, runs: 2),
    Row(name: "probation over confirm", from: probationOver, event: .confirm, phase: .committed, runs: 2),
    Row(name: "probation over fail", from: probationOver, event: .fail, phase: .committed, runs: 1),
    Row(name: "probation over discard", from: probationOver, event: .discard, phase: .committed, runs: 1),
    Row(name: "probation over lost new", from: probationOver, event: .lost(.b), phase: .committed, runs: 1),
    Row(name: "probation over lost old", from: probationOver, event: .lost(.a), phase: .probation, runs: 2),
    Row(name: "committed over lost", from: committedOver, event: .lost(.b), phase: .committed, runs: 1),
    Row(name: "committed over lost old", from: committedOver, event: .lost(.a), phase: .committed, runs: 2),
    Row(name: "committed over stage old", from: committedOver, event: .stage(one), phase: nil, runs: 0),
  ]

  @Test func everyRow() throws {
    for row in Self.table {
      let next = try? row.from.apply(row.event)
      #expect(next?.phase == row.phase, "\(row.name)")
      if let next {
        #expect(next.runningRecord?.counter ?? 0 == row.runs, "\(row.name)")
        #expect(next.highestCounter >= row.from.highestCounter, "\(row.name)")
        #expect(try ActivationState(record: next.record) == next, "\(row.name)")
      }
    }
  }

  @Test func tooManyStartsOnProbationRollBack() throws {
    var state = Self.probationOver
    for _ in 0..<ActivationState.maximumStarts {
      state = try state.apply(.start)
      #expect(state.runningRecord == Self.two)
    }
    state = try state.apply(.start)
    #expect(state.runningRecord == Self.one)
    #expect(state.lastRollback == Rollback(digest: Self.two.digest, reason: .starts))
    #expect(state.highestCounter == 2)
    #expect(throws: ActivationError.oldCounter(bundle: 2, highest: 2)) { try state.apply(.stage(Self.two)) }
  }

  @Test func anyWalkKeepsTheRules() throws {
    for seed in 0..<400 as Range<UInt64> {
      var dice = Dice(seed: seed)
      var state = ActivationState()
      var proven: Set<UInt64> = [0]
      for _ in 0..<60 {
        let number = Self.record(UInt64(1 + dice.below(12)))
        let events: [ActivationEvent] = [
          .stage(number), .activate(number.digest), .activate(state.candidate.flatMap { state[$0] }?.digest ?? .none),
          .start, .confirm, .fail, .discard, .lost(dice.below(2) == 0 ? .a : .b),
        ]
        let event = events[dice.below(events.count)]
        guard let next = try? state.apply(event) else { continue }
        #expect(next.highestCounter >= state.highestCounter, "seed \(seed)")
        #expect(try ActivationState(record: next.record) == next, "seed \(seed)")
        if next.phase == .committed { proven.insert(next.runningRecord?.counter ?? 0) }
        if event == .confirm { proven.insert(state.runningRecord?.counter ?? 0) }
        #expect(next.onProbation || proven.contains(next.runningRecord?.counter ?? 0), "seed \(seed)")
        state = next
      }
    }
  }

  @Test func noFlippedBitOfTheRecordIsAccepted() {
    let record = Self.probationOver.record
    #expect(record.count == 148)
    #expect(Array(record[12..<18]) == [1, 2, 1, 0, 0, 0])
    #expect(Array(record[24..<32]) == [2, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[32..<64]) == Self.one.digest.bytes)
    #expect(Array(record[72..<104]) == Self.two.digest.bytes)
    for bit in 0..<8 * record.count {
      var bad = record
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: WireError.self, "bit \(bit)") { try ActivationState(record: bad) }
    }
  }
}
