import Foundation
import Testing
import Workbench

/// `edgesync fit --shared`: one twin for devices of a kind, and a device that comes later.
@Suite struct SharedFitTests {
  private static let fitting =
    "drive_delays = 1\nresponse_delays = 0\nnoise_variables = 1\ndiffusion_epochs = 60\nembedding = 2"

  private func project(
    in folder: String, _ name: String, benchSeed: Int, steps: Int, inputs: Int, kinds: String = "leaky_integrator"
  ) throws -> String {
    let root = folder + "/" + name
    let made = try execute(
      Programs.edgesync,
      ["init", root, "--virtual", "6", "--bench-seed", "\(benchSeed)", "--devices", kinds, "--edged", Programs.edged])
    try #require(made.code == 0, made.said)
    try "schema = 1\n[fitting]\n\(Self.fitting)\n".write(
      toFile: root + "/network.toml", atomically: true, encoding: .utf8)
    for arguments in [
      ["characterise", "--steps", "\(steps)", "--repeats", "6", "--inputs", "\(inputs)"], ["pull"],
    ] {
      let finished = try execute(Programs.edgesync, arguments, folder: root)
      try #require(finished.code == 0, finished.said)
    }
    return root
  }

  private func fit(_ root: String, _ arguments: String...) throws -> Finished {
    try execute(Programs.edgesync, ["fit"] + arguments, folder: root)
  }

  private func sidecar(_ root: String, _ path: String?) throws -> JSON {
    let path = try #require(path)
    return try JSON(String(contentsOfFile: root + "/" + path.dropLast(11) + "json", encoding: .utf8))
  }

  @Test func devicesShareATwinAndALaterOneJoins() throws {
    try withFolder("shared") { folder in
      let known = try project(in: folder, "known", benchSeed: 1, steps: 1200, inputs: 4)
      let fitted = try fit(known, "--shared", "--json")
      #expect([0, 3].contains(fitted.code), fitted.said)
      #expect(fitted.errors.contains("one drift and one diffusion for 6 devices, 2 numbers each"), fitted.said)
      let result = try JSON(fitted.output)
      try #require(result["twins"].count == 6, fitted.said)
      var worst = -Double.infinity
      var model = ""
      for index in 0..<6 {
        let twin = result["twins"][index]
        #expect(["accepted", "provisional", "refused"].contains(twin["verdict"].text), fitted.said)
        let known_ = try sidecar(known, twin["path"].text)
        #expect(known_["kind"].text == "shared" && known_["state"].text == "finished")
        #expect(known_["shared"]["numbers"].count == 2 && known_["shared"]["devices"].whole == 6)
        #expect(known_["shared"]["adapted"].whole == 0 && known_["options"]["shared"].whole == 1)
        #expect(known_["acceptance"]["triple"]["mean"]["value"].number != nil, "judged on repeats")
        worst = max(worst, try #require(twin["likelihood"].number))
        model = try #require(known_["shared"]["model_sha256"].text)
        #expect(try TwinArchive.read(path: known + "/" + (twin["path"].text ?? "")).twin.auxiliaries == 1)
      }
      #expect((0..<6).contains { result["twins"][$0]["accepted"].whole == 1 }, fitted.said)
      let page = try String(contentsOfFile: try #require(result["page"].text), encoding: .utf8)
      #expect(page.contains("told apart by 2 numbers each"))
      let kept = try JSON(String(contentsOfFile: known + "/twins/shared/leaky_integrator.json", encoding: .utf8))
      #expect(kept["devices"].count == 6 && kept["model_sha256"].text == model && kept["embedding"].whole == 2)
      let again = try fit(known, "--shared")
      #expect(again.errors.contains("6 of 6 twins are fitted already"), again.said)

      // Another board of the same make, whose devices nobody knows, and a tenth of the samples.
      let new = try project(in: folder, "new", benchSeed: 9, steps: 250, inputs: 1)
      let early = try fit(new, "--shared", "--only", "n02")
      #expect(early.code == 1, early.said)
      expectMessage(early, ["n02", "no shared twin of 'leaky_integrator'", "edgesync fit --shared"], "--only")
      try FileManager.default.createDirectory(atPath: new + "/twins", withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: known + "/twins/shared", toPath: new + "/twins/shared")
      let joined = try fit(new, "--shared", "--only", "n02", "--json")
      #expect([0, 3].contains(joined.code), joined.said)
      let twin = try JSON(joined.output)["twins"]
      try #require(twin.count == 1, joined.said)
      #expect(twin[0]["node"].text == "n02")
      let likelihood = try #require(twin[0]["likelihood"].number)
      #expect(likelihood < worst + 0.4, "\(likelihood) nats, the worst of the known \(worst)")
      let own = try sidecar(new, twin[0]["path"].text)
      #expect(own["shared"]["adapted"].whole == 1 && own["shared"]["model_sha256"].text == model)
      #expect((own["training_samples"].whole ?? 9999) < 500)
      let alone = try fit(new, "--json")
      let poor = try #require(try JSON(alone.output)["twins"][2]["likelihood"].number)
      #expect(likelihood < poor, "joined \(likelihood), by itself \(poor)")
      // A file that was changed vouches for nothing.
      var bytes = try Data(contentsOf: URL(fileURLWithPath: new + "/twins/shared/leaky_integrator.safetensors"))
      bytes[bytes.count - 5] ^= 1
      try bytes.write(to: URL(fileURLWithPath: new + "/twins/shared/leaky_integrator.safetensors"))
      #expect(try fit(new, "--shared", "--only", "n02").errors.contains("no shared twin"))
    }
  }

  @Test func whatCannotBeSharedIsSaid() throws {
    try withFolder("shared") { folder in
      let root = try project(
        in: folder, "mixed", benchSeed: 2, steps: 600, inputs: 2, kinds: "leaky_integrator,duffing")
      for (arguments, words) in [
        (["--shared", "--update"], "--update follows each device"), (["--only", "n00"], "give --shared"),
        (["--shared", "--curve"], "--curve fits each device alone"), (["--shared", "--only", "n0"], "did you mean"),
      ] {
        let refused = try execute(Programs.edgesync, ["fit"] + arguments, folder: root)
        #expect(refused.code == 64 && refused.errors.contains(words), "\(refused.said)")
      }
      let options = "schema = 1\n[fitting]\nshared = true\ndiffusion_epochs = 10\n"
      try (options + "solver = \"runge-kutta-2\"\n").write(
        toFile: root + "/network.toml", atomically: true, encoding: .utf8)
      let solver = try fit(root)
      #expect(solver.code == 64 && solver.errors.contains("euler-maruyama"), solver.said)
      // By the file alone: each kind shares a twin.
      try (options + Self.fitting.replacingOccurrences(of: "diffusion_epochs = 60\n", with: "")).write(
        toFile: root + "/network.toml", atomically: true, encoding: .utf8)
      let fitted = try fit(root, "--json")
      #expect([0, 3].contains(fitted.code), fitted.said)
      let kinds = try FileManager.default.contentsOfDirectory(atPath: root + "/twins/shared").sorted()
      #expect(
        kinds == ["duffing.json", "duffing.safetensors", "leaky_integrator.json", "leaky_integrator.safetensors"])
      #expect(try JSON(fitted.output)["twins"].count == 6)
    }
  }

  @Test func whatIsBrokenOffBeginsAnew() throws {
    try withFolder("shared") { folder in
      let root = try project(in: folder, "broken", benchSeed: 3, steps: 600, inputs: 1)
      let long = Self.fitting.replacingOccurrences(of: "epochs = 60", with: "epochs = 20000\npatience = 20000")
      try "schema = 1\n[fitting]\n\(long)\n".write(toFile: root + "/network.toml", atomically: true, encoding: .utf8)
      let program = try RunningProgram(Programs.edgesync, ["fit", "--shared"], folder: root)
      try #require(waitUntil { program.errors.contains("fit 50 %") }, "\(program.errors)")
      program.signal(SIGINT)
      let broken = program.finish()
      #expect(broken.code == 130, broken.said)
      expectMessage(broken, ["0 of 6 twins", "does not go on", "from the start"], "fit --shared")
      #expect(!FileManager.default.fileExists(atPath: root + "/twins/shared/leaky_integrator.json"))
    }
  }
}
