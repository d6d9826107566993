import Foundation
import Numerics
import Testing
import TwinModel
import Workbench

@Suite struct TwinArchiveTests {
  @Test func twinsOfEveryShapeComeBack() throws {
    for seed in UInt64(0)..<200 {
      let twin = try RandomTwin.make(seed: seed)
      let bytes = TwinArchive.file(twin, facts: ["node": "n00"]).encoded
      let file = try Safetensors(decoding: bytes)
      #expect(try TwinArchive.twin(file) == twin, "seed \(seed)")
      #expect(file.metadata["node"] == "n00" && file.metadata["solver"] == twin.solver.name)
    }
  }

  @Test func layersStandOutByIn() throws {
    let twin = try RandomTwin.make(seed: 3)
    let file = TwinArchive.file(twin)
    let first = twin.drift.widths.first ?? twin.observables
    #expect(file.tensors["drift.0.weight"]?.shape == [first, twin.taps])
    #expect(
      file.tensors["drift.0.weight"]?.floats.map { Array($0) } == Array(twin.drift.weights[..<(first * twin.taps)]))
    #expect(
      file.tensors["drift.0.bias"]?.floats
        == Array(twin.drift.weights[(first * twin.taps)..<(first * (twin.taps + 1))]))
  }

  @Test func everyMissingArrayAndScalarIsNamed() throws {
    let file = TwinArchive.file(try RandomTwin.make(seed: 1))
    for name in file.tensors.keys {
      var bad = file
      bad.tensors[name] = nil
      #expect(throws: TwinFileError.self, "\(name)") { _ = try TwinArchive.twin(bad) }
    }
    for key in file.metadata.keys where key != "calculus" {
      var bad = file
      bad.metadata[key] = nil
      let error = #expect(throws: TwinFileError.self, "\(key)") { _ = try TwinArchive.twin(bad) }
      #expect(error?.description.contains(key) == true)
    }
  }

  @Test func wrongPartsAreNamed() throws {
    let file = TwinArchive.file(try RandomTwin.make(seed: 1))
    func refused(_ words: String, _ change: (inout Safetensors) throws -> Void) throws {
      var bad = file
      try change(&bad)
      let error = #expect(throws: TwinFileError.self, "\(words)") { _ = try TwinArchive.twin(bad) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    let count = file.tensors["drive_offset"]?.shape.first ?? 0
    try refused("drive_offset") { $0.tensors["drive_offset"] = Tensor([1]) }
    try refused("drive_scale") { $0.tensors["drive_scale"] = Tensor([1] as [Float], shape: [1, 1]) }
    try refused("nan at place 0") {
      $0.tensors["drive_offset"] = Tensor([Float](repeating: .nan, count: count), shape: [count])
    }
    try refused("'spare'") { $0.tensors["spare"] = Tensor([1] as [Float], shape: [1]) }
    try refused("noisy_rows") { $0.tensors["noisy_rows"] = Tensor([300]) }
    try refused("response scale") {
      let count = $0.tensors["response_scale"]?.shape.first ?? 0
      $0.tensors["response_scale"] = Tensor([Float](repeating: -1, count: count), shape: [count])
    }
    try refused("solver") { $0.metadata["solver"] = "leapfrog" }
    try refused("calculus") { $0.metadata["calculus"] = "neither" }
    try refused("time_step") { $0.metadata["time_step"] = "soon" }
    try refused("substeps") { $0.metadata["substeps"] = "-1" }
    try refused("version 9") { $0.metadata["version"] = "9" }
    try refused("holds no twin") { $0.metadata["format"] = "pt" }
  }

  @Test func filesSayWhichTheyAre() throws {
    let scratch = try Scratch()
    let twin = try RandomTwin.make(seed: 2)
    try TwinArchive.write(twin, facts: ["node": "n7"], to: scratch.path + "/n7.safetensors")
    let read = try TwinArchive.read(path: scratch.path + "/n7.safetensors")
    #expect(read.twin == twin && read.facts["node"] == "n7")
    for (name, words) in [("old.twin", "edgesync fit"), ("none.safetensors", "No such file")] {
      let error = #expect(throws: TwinFileError.self) { _ = try TwinArchive.read(path: scratch.path + "/" + name) }
      #expect(error?.description.contains(words) == true && error?.path.hasSuffix(name) == true)
    }
  }

  @Test func damagedTwinsAreRefusedOrSound() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = RandomStream(seed: seed, stream: 2)
    for round in 0..<600 {
      var bytes = TwinArchive.file(try RandomTwin.make(seed: UInt64(round % 20))).encoded
      for _ in 0..<(1 + random.below(3)) {
        bytes[Int(random.below(UInt32(bytes.count)))] = UInt8(truncatingIfNeeded: random.below(256))
      }
      guard let file = try? Safetensors(decoding: bytes), let twin = try? TwinArchive.twin(file) else { continue }
      #expect(try TwinParameters(decoding: twin.encoded()) == twin, "seed \(seed), round \(round)")
    }
  }
}
