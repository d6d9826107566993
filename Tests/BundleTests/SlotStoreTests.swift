import Bundle
import Foundation
import Testing
import WireFormat

@Suite struct SlotStoreTests {
  private let trusted = [key(1).publicKey]

  private func open(_ disk: FaultDisk) throws -> SlotStore<FaultDisk> {
    try SlotStore(directory: "/edged", files: disk)
  }

  /// A disk whose bundle 1 is proven.
  private func committedDisk() throws -> FaultDisk {
    let disk = FaultDisk()
    var store = try open(disk)
    let first = try store.stage(bundle(counter: 1), trustedKeys: trusted, board: testBoard)
    try store.activate(first.digest)
    try store.confirm()
    disk.operations = 0
    return disk
  }

  private func running(_ store: inout SlotStore<FaultDisk>) throws -> UInt64 {
    try store.running(trustedKeys: trusted, board: testBoard)?.counter ?? 0
  }

  @Test func aPowerCutAtAnyOperationLeavesTheOldOrTheNew() throws {
    let new = try bundle(counter: 2, text: "another network")
    let digest = Digest.sha256(new)
    var cuts = 0
    for fate in FaultDisk.Fate.allCases {
      for halfDone in [false, true] {
        for seed in 0..<(fate == .random ? 12 : 1) as Range<UInt64> {
          var limit = 1
          var finished = false
          while !finished {
            let id = "\(fate) \(halfDone) seed \(seed) operation \(limit)"
            let disk = try committedDisk()
            var store = try open(disk)
            disk.operations = 0
            disk.limit = limit
            disk.halfDone = halfDone
            var accepted = false
            var activated = false
            var confirmed = false
            do {
              try store.stage(new, trustedKeys: trusted, board: testBoard)
              accepted = true
              try store.activate(digest)
              activated = true
              try store.confirm()
              confirmed = true
              finished = true
            } catch {
              cuts += 1
            }
            var dice = Dice(seed: seed)
            disk.cut(fate, &dice)
            var after = try open(disk)
            let counter = try running(&after)
            #expect(counter == 1 || counter == 2, "\(id)")
            #expect(after.state.lastRollback == nil, "\(id): a whole bundle was taken for a lost one")
            if accepted { #expect(after.state.highestCounter == 2, "\(id)") }
            if activated { #expect(counter == 2, "\(id)") }
            if confirmed { #expect(after.state.phase == .committed, "\(id)") }
            if !accepted { #expect(counter == 1, "\(id)") }
            // Whatever was left, pushing again works.
            if after.state.phase != .probation {
              try after.stage(new, trustedKeys: trusted, board: testBoard)
              try after.activate(digest)
            }
            #expect(try running(&after) == 2, "\(id)")
            limit += 1
          }
        }
      }
    }
    #expect(cuts > 200)
  }

  @Test func aFailureOfOneOperationLeavesAStoreThatGoesOn() throws {
    for limit in 1...20 {
      let disk = try committedDisk()
      var store = try open(disk)
      disk.operations = 0
      disk.limit = limit
      let new = try bundle(counter: 2)
      let failed = (try? store.stage(new, trustedKeys: trusted, board: testBoard)) == nil
      disk.limit = .max
      #expect(try running(&store) == 1, "operation \(limit)")
      if failed { try store.stage(new, trustedKeys: trusted, board: testBoard) }
      #expect(store.state.phase == .staged, "operation \(limit)")
      #expect(try open(disk).state == store.state, "operation \(limit)")
    }
  }

  @Test func aDamagedFileGivesWayToTheBundleBefore() throws {
    let disk = try committedDisk()
    var store = try open(disk)
    let second = try store.stage(bundle(counter: 2), trustedKeys: trusted, board: testBoard)
    try store.activate(second.digest)
    try store.confirm()
    #expect(try running(&store) == 2)
    disk.damage(store.path(.b))
    var again = try open(disk)
    #expect(try running(&again) == 1)
    #expect(again.state.lastRollback == Rollback(digest: second.digest, reason: .lost))
    disk.damage(store.path(.a))
    #expect(try running(&again) == 0)
    #expect(again.state.phase == .empty)
    #expect(again.state.highestCounter == 2)
  }

  @Test func startsWithoutProofTakeTheBundleBackByThemselves() throws {
    let disk = try committedDisk()
    var store = try open(disk)
    let second = try store.stage(bundle(counter: 2), trustedKeys: trusted, board: testBoard)
    try store.activate(second.digest)
    for start in 0...ActivationState.maximumStarts {
      var booted = try open(disk)
      let back = try booted.start()
      #expect(back == (start == ActivationState.maximumStarts))
      #expect(try running(&booted) == (back ? 1 : 2))
    }
    var last = try open(disk)
    #expect(throws: SlotError.bundle(.oldCounter(bundle: 2, highest: 2))) {
      try last.stage(bundle(counter: 2), trustedKeys: trusted, board: testBoard)
    }
  }

  @Test func refusedBundlesLeaveNoTrace() throws {
    let disk = try committedDisk()
    var store = try open(disk)
    let before = store.state
    disk.operations = 0
    #expect(throws: SlotError.self) {
      try store.stage(bundle(counter: 9, signer: 4), trustedKeys: trusted, board: testBoard)
    }
    #expect(throws: SlotError.self) {
      try store.stage(bundle(counter: 9), trustedKeys: trusted, board: Identifier(high: 1, low: 1))
    }
    #expect(throws: SlotError.self) { try store.stage([], trustedKeys: trusted, board: testBoard) }
    #expect(store.state == before)
    #expect(disk.operations == 0)
  }

  @Test func aStateThatCannotBeReadIsNotStartedOver() throws {
    let disk = try committedDisk()
    disk.damage("/edged/state/activation")
    #expect(throws: SlotError.stateDamaged) { try open(disk) }
  }

  @Test func theRealFileSystemDoesTheSame() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/slots-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var store = try SlotStore(directory: folder, files: BoardFiles())
    let first = try store.stage(bundle(counter: 1), trustedKeys: trusted, board: testBoard)
    try store.activate(first.digest)
    try store.confirm()
    try store.stage(bundle(counter: 2), trustedKeys: trusted, board: testBoard)
    var again = try SlotStore(directory: folder, files: BoardFiles())
    #expect(again.state == store.state)
    #expect(again.state.phase == .staged)
    #expect(try again.running(trustedKeys: trusted, board: testBoard)?.counter == 1)
    #expect(
      Array(FileManager.default.contents(atPath: folder + "/slots/B.bundle") ?? Data()) == (try bundle(counter: 2)))
  }

  @Test func uploadsAreTakenUpWhereTheyBroke() throws {
    let disk = FaultDisk()
    var incoming = IncomingStore(directory: "/in", limit: 1000, files: disk)
    let bytes = (0..<700).map { UInt8(truncatingIfNeeded: $0) }
    let digest = Digest.sha256(bytes)
    #expect(try incoming.begin(digest, length: 700) == 0)
    #expect(try incoming.add(digest, offset: 0, Array(bytes[..<300])) == 300)
    var other = IncomingStore(directory: "/in", limit: 1000, files: disk)
    #expect(throws: IncomingError.incomplete(have: 300)) { try other.finish(digest, length: 700) }
    #expect(try other.begin(digest, length: 700) == 300)
    #expect(throws: IncomingError.offset(expected: 300)) { try other.add(digest, offset: 299, [1]) }
    #expect(try other.add(digest, offset: 300, Array(bytes[300...])) == 700)
    #expect(try other.finish(digest, length: 700) == bytes)
    #expect(throws: IncomingError.tooLarge(limit: 1000)) { try other.begin(.none, length: 1001) }
    let wrong = Digest(words: (1, 2, 3, 4))
    _ = try other.begin(wrong, length: 2)
    _ = try other.add(wrong, offset: 0, [1, 2])
    #expect(throws: IncomingError.digest) { try other.finish(wrong, length: 2) }
    #expect(throws: IncomingError.file(.notFound)) { try other.finish(wrong, length: 2) }
  }
}
