import CTwinStep
import Numerics
import Testing
import TwinModel

@Suite struct TwinStateTests {
  // A shape drawn at random from all that is allowed.
  static func shape(_ random: inout RandomStream) -> Twins.Shape {
    func below(_ count: Int) -> Int { Int(random.below(UInt32(count))) }
    var shape = Twins.Shape()
    shape.solver = TwinSolver.allCases[below(3)]
    shape.substeps = [1, 1, 2, 5][below(4)]
    shape.timeStep = [1, 0.5][below(2)]
    shape.drives = 1 + below(3)
    shape.driveTaps = 1 + below(3)
    shape.observables = [1, 2, 5, 20][below(4)]
    shape.responseTaps = 1 + below(4)
    shape.auxiliaries = below(4)
    shape.widths = [[], [9], [9, 6], [32, 32]][below(4)]
    shape.activation = Activation.allCases[below(3)]
    shape.noise = NoiseShape.allCases[below(3)]
    shape.sources = 1 + below(3)
    shape.constantNoise = below(3) == 0
    if below(2) == 0 {
      let rows = (0..<UInt8(shape.observables + shape.auxiliaries)).filter { _ in below(3) > 0 }
      if !rows.isEmpty { shape.rows = rows }
    }
    return shape
  }

  @Test func everyShapeStepsAsWrittenDown() throws {
    var random = RandomStream(seed: 61, stream: 0)
    for trial in 0..<300 {
      let twin = try Twins.make(seed: UInt64(trial), Self.shape(&random))
      func row(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.uniform(in: -0.5...0.5)) } }
      let past = (0..<twin.driveTaps).map { _ in row(twin.drives) }
      let history = (0..<twin.responseTaps).map { _ in row(twin.observables) }
      var state = TwinState(twin)
      let recalled = state.recall(drives: past.flatMap { $0 }, responses: history.flatMap { $0 })
      #expect(recalled)
      var reference = ReferenceStep(twin, drives: past, history: history)
      for step in 0..<8 {
        let s = row(twin.drives)
        let noise = step == 3 ? [] : (0..<twin.noisesPerStep).map { _ in Float(random.normal()) }
        let stepped = state.step(drives: s, noise: noise)
        #expect(stepped)
        let expected = reference.step(s, noise: noise.isEmpty ? nil : noise)
        for (x, y) in zip(state.responses, expected) {
          #expect(abs(Double(x) - y) < 2e-5, "trial \(trial), step \(step) of seed 61")
        }
        for (x, y) in zip(state.auxiliaries, reference.a) {
          #expect(abs(Double(x) - y) < 2e-5, "trial \(trial), step \(step) of seed 61")
        }
      }
    }
  }

  @Test func setsAndGroupsGiveTheSameBits() throws {
    var random = RandomStream(seed: 62, stream: 0)
    for trial in 0..<60 {
      let shape = Self.shape(&random)
      var other = Self.shape(&random)
      (other.solver, other.substeps) = (shape.solver, shape.substeps)
      let shapes = [shape, shape, other, shape]
      let twins = try shapes.indices.map { try Twins.make(seed: UInt64(10 * trial + $0), shapes[$0]) }
      guard var group = TwinGroup(twins, drive: 0.1, response: 0.2) else { throw TwinFault.substeps }
      var states: [[TwinState]] = []
      for twin in twins {
        let (s, x) = ([Float](repeating: 0.1, count: twin.drives), [Float](repeating: 0.2, count: twin.observables))
        states.append(NetTests.sets.map { TwinState(twin, drives: s, responses: x, isa: $0) })
      }
      var found = [Float](repeating: 0, count: group.observables)
      for step in 0..<5 {
        let drives = twins.map { twin in (0..<twin.drives).map { _ in Float(random.uniform(in: -1...1)) } }
        let noises = twins.map { twin in
          step == 2 ? [] : (0..<twin.noisesPerStep).map { _ in Float(random.normal()) }
        }
        var together: [Float] = []
        for substep in 0..<shape.substeps {
          for (twin, noise) in zip(twins, noises) where !noise.isEmpty {
            together += noise[substep * twin.noiseSources..<(substep + 1) * twin.noiseSources]
          }
        }
        let stepped = drives.flatMap { $0 }.withUnsafeBufferPointer { s in
          together.withUnsafeBufferPointer { xi in
            found.withUnsafeMutableBufferPointer { group.step(drives: s, noise: xi, responses: $0) }
          }
        }
        #expect(stepped)
        var expected: [Float] = []
        for index in twins.indices {
          var results: [[Float]] = []
          for set in states[index].indices {
            let done = states[index][set].step(drives: drives[index], noise: noises[index])
            #expect(done)
            results.append(states[index][set].responses)
          }
          for result in results {
            #expect(result.map(\.bitPattern) == results[0].map(\.bitPattern), "trial \(trial) of seed 62")
          }
          expected += results[0]
        }
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "trial \(trial), step \(step) of seed 62")
      }
    }
  }

  @Test func responsesStayInTheirRange() throws {
    var shape = Twins.Shape()
    shape.observables = 3
    let twin = try Twins.make(seed: 5, shape)
    var state = TwinState(twin)
    for noise in [Float(1e6), -1e6, 3.4e38, .infinity, .nan] {
      let stepped = state.step(drives: [0.3], noise: [Float](repeating: noise, count: 3))
      #expect(stepped)
      for i in 0..<3 { #expect(state.response(i) >= -1 && state.response(i) <= 1) }
    }
  }

  @Test func tooFewValuesChangeNothing() throws {
    var shape = Twins.Shape()
    (shape.drives, shape.observables, shape.substeps) = (2, 3, 2)
    let twin = try Twins.make(seed: 6, shape)
    var state = TwinState(twin, drive: 0.1, response: 0.2)
    let before = state.responses
    var residuals = [Float](repeating: 0, count: 3)
    let results = [
      state.step(drives: [0.1]), state.step(drives: [0.1, 0.2], noise: [1, 1, 1]),
      state.observe(drives: [0.1], measured: [0, 0, 0], residuals: &residuals),
      state.observe(drives: [0.1, 0.1], measured: [0, 0], residuals: &residuals),
      state.recall(drives: [0.1], responses: before), state.correct([0.1]),
    ]
    #expect(results.allSatisfy { !$0 })
    #expect(state.responses == before)
    #expect(state.response(3) == 0 && state.response(-1) == 0)
  }

  @Test func aMeasurementReplacesTheState() throws {
    let twin = try Twins.make(seed: 4)
    var state = TwinState(twin, drive: 0, response: 0.2)
    state.correct(response: -0.4)
    #expect(state.response == -0.4)
    var fresh = TwinState(twin, drive: 0, response: 0.2)
    _ = fresh.recall(drives: [0], responses: [-0.4, 0.2, 0.2])
    let (a, b) = (state.step(drive: 0.5, noise: 1), fresh.step(drive: 0.5, noise: 1))
    #expect(a == b)
  }
}
