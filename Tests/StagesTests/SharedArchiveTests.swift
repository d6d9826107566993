import Numerics
import Stages
import Testing
import TwinFitting
import TwinModel
import Workbench

/// A shared twin's file gives back what it was made of, and nothing else.
@Suite struct SharedArchiveTests {
  private func shared(diffusionWidths: [Int]?) throws -> SharedTwin {
    let traces = (0..<3).map { device in
      var random = RandomStream(seed: 20 + UInt64(device), stream: 1)
      var drives: [Float] = []
      var responses: [Float] = []
      var x = 0.0
      for step in 0..<500 {
        let drive = (step / 5 + device) % 3 == 0 ? random.uniform(in: -1...1) : Double(drives.last ?? 0)
        x += (0.2 + 0.1 * Double(device)) * (0.5 * drive - x) + 0.02 * random.normal()
        drives.append(Float(drive))
        responses.append(Float(x))
      }
      return DeviceTrace(drives: drives, responses: responses)
    }
    var options = TwinFitOptions()
    options.diffusionWidths = diffusionWidths
    options.driftWidths = [8]
    let structure = TwinStructure(driveDelays: 1, responseDelays: 0, auxiliaries: 1)
    return try SharedTwinFitter(embedding: 2, epochs: 3, options: options).fit(traces, seed: 1, structure: structure)
  }

  @Test(arguments: [[6], nil, []] as [[Int]?]) func isReadAsItWasWritten(_ widths: [Int]?) throws {
    let shared = try shared(diffusionWidths: widths)
    let bytes = try SharedArchive.bytes(shared, facts: ["device": "leaky"])
    let read = try SharedArchive.twin(bytes)
    #expect(read.embeddings == shared.embeddings && read.structure == shared.structure && read.epochs == shared.epochs)
    #expect(read.columns.drift == shared.columns.drift && read.columns.diffusion == shared.columns.diffusion)
    for numbers in shared.embeddings + [[0, 0], [1.5, -2]] {
      let (a, b) = (try shared.twin(numbers), try read.twin(numbers))
      #expect(a.diffusion == b.diffusion && a.coupling == b.coupling && a.injection == b.injection)
      #expect(zip(a.drift.weights, b.drift.weights).allSatisfy { ($0 - $1).magnitude <= 1e-6 * max(1, $0.magnitude) })
      #expect(zip(a.rates, b.rates).allSatisfy { ($0 - $1).magnitude < 1e-5 }, "\(a.rates), \(b.rates)")
    }
    #expect(try SharedArchive.bytes(read, facts: ["device": "leaky"]).count == bytes.count)
  }

  @Test func damageIsRefused() throws {
    let shared = try shared(diffusionWidths: [6])
    let bytes = try SharedArchive.bytes(shared, facts: [:])
    let whole = try Safetensors(decoding: bytes)
    for name in whole.tensors.keys.sorted() {
      var file = whole
      file.tensors[name] = nil
      #expect(throws: TwinFileError.self, "\(name)") { _ = try SharedArchive.twin(file.encoded) }
      // A row too many.
      let tensor = try #require(whole.tensors[name])
      guard let values = tensor.floats, tensor.shape.count == 2, tensor.shape[1] > 0, name != "embeddings" else {
        continue
      }
      file.tensors[name] = Tensor(
        values + [Float](repeating: 0, count: tensor.shape[1]), shape: [tensor.shape[0] + 1, tensor.shape[1]])
      #expect(throws: TwinFileError.self, "\(name)") { _ = try SharedArchive.twin(file.encoded) }
    }
    var random = RandomStream(seed: 77, stream: 1)
    for round in 0..<300 {
      var cut = bytes
      for _ in 0...2 { cut[Int(random.below(UInt32(min(cut.count, 4000))))] = UInt8(random.below(256)) }
      if round % 3 == 0 { cut = Array(cut.prefix(Int(random.below(UInt32(cut.count))))) }
      // Whatever it says, it neither crashes nor takes numbers that are not finite.
      if let twin = try? SharedArchive.twin(cut) {
        #expect(twin.embeddings.joined().allSatisfy { $0.isFinite }, "seed 77, round \(round)")
      }
    }
    #expect(throws: TwinFileError.self) {
      _ = try SharedArchive.twin(TwinArchive.file(try shared.twin([0, 0])).encoded)
    }
  }
}
