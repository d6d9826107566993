import Foundation
import Numerics
import Testing
import TwinModel
import Workbench

/// A twin's file in other programs' hands.
@Suite struct TwinFileTests {
  /// Two drives, two responses, memory of both, noise with a memory.
  private func twin() throws -> TwinParameters {
    var random = RandomStream(seed: 11, stream: 0)
    func values(_ count: Int, _ low: Double, _ high: Double) -> [Float] {
      (0..<count).map { _ in Float(random.uniform(in: low...high)) }
    }
    let drift = try #require(
      Perceptron(
        inputs: 10, widths: [12, 7], outputs: 2, activation: .silu,
        weights: values(Perceptron.weightCount(inputs: 10, widths: [12, 7], outputs: 2), -0.6, 0.6)))
    let diffusion = try #require(
      Perceptron(
        inputs: 10, widths: [6], outputs: 3,
        weights: values(Perceptron.weightCount(inputs: 10, widths: [6], outputs: 3), -0.6, 0.6)))
    return try TwinParameters(
      solver: .eulerMaruyama, driveTaps: 2, responseTaps: 3, driveOffset: values(2, -0.2, 0.2),
      driveScale: values(2, 0.5, 2), responseOffset: values(2, -0.2, 0.2), responseScale: values(2, 0.5, 2),
      responseLow: [-1, -1], responseHigh: [1, 1], drift: drift, driftScale: values(2, 0.1, 0.4),
      rates: values(2, 0.1, 0.9), coupling: values(4, -0.3, 0.3), injection: values(4, -0.5, 0.5),
      observer: values(4, -0.5, 0.5), noiseShape: .diagonal, noiseSources: 3, noisyRows: [0, 1, 3],
      diffusion: diffusion, diffusionScale: values(3, 0.05, 0.2), diffusionFloor: values(3, 0.01, 0.02))
  }

  @Test func thePythonExampleStepsAsTheBoardDoes() throws {
    try withFolder("twinfile") { folder in
      let twin = try twin()
      try TwinArchive.write(twin, facts: ["node": "n00"], to: folder + "/n00.safetensors")
      func step(_ noise: [Float]) throws -> [Double] {
        var state = TwinState(twin, drives: [0.3, 0.3], responses: [0, 0])
        let stepped = state.step(drives: [0.3, 0.3], noise: noise)
        try #require(stepped)
        return state.responses.map(Double.init)
      }
      let expected = ["still": try step([]), "moved": try step([1, 1, 1])]
      #expect(expected["still"] != expected["moved"])
      try JSONEncoder().encode(expected).write(to: URL(fileURLWithPath: folder + "/expected.json"))
      let checked = try execute(
        try Python.path(),
        [Programs.root + "/scripts/check-twin.py", Programs.root + "/docs/twin-files.md", folder])
      #expect(checked.code == 0, checked.said)
      // And back: what the package from PyPI writes.
      let theirs = try TwinArchive.read(path: folder + "/theirs.safetensors")
      #expect(theirs.twin == twin && theirs.facts["node"] == "n00")
    }
  }
}
