import Foundation
import Testing
import Workbench

/// `edgesync fit` as a user meets it: verdicts, exit codes, Ctrl-C, going on, updates, curves.
@Suite struct FitTests {
  /// A recorded board whose fit takes moments; `fitting` are lines of `[fitting]`.
  private func project(in folder: String, nodes: Int = 2, fitting: String, repeats: Int = 4) throws -> VirtualProject {
    let project = try VirtualProject(in: folder, nodes: nodes)
    try configure(project, fitting)
    try project.succeed("characterise", "--steps", "900", "--repeats", "\(repeats)", "--inputs", "2")
    try project.succeed("pull")
    return project
  }

  private func configure(_ project: VirtualProject, _ fitting: String) throws {
    let text = "schema = 1\n[fitting]\ndrive_delays = 1\nresponse_delays = 1\nnoise_variables = 0\n\(fitting)\n"
    try text.write(toFile: project.root + "/network.toml", atomically: true, encoding: .utf8)
  }

  private static let brief = "drift_epochs = 6\ndiffusion_epochs = 6\nensemble_loss = \"none\""
  /// Limits that nothing meets.
  private static let strict = brief + "\n[fitting.acceptance]\npersistence = 0.01"

  /// Limits that everything meets.
  private static let lenient =
    brief + "\n[fitting.acceptance]\nresidual_mean = 10\nresidual_sd = [0.01, 100]\nwhiteness = 1\npersistence = 100"

  private func sidecar(_ project: VirtualProject, _ node: String) throws -> JSON {
    let fits = try FileManager.default.contentsOfDirectory(atPath: project.root + "/twins")
    let fit = try #require(fits.first { !$0.hasSuffix("-update") })
    return try JSON(String(contentsOfFile: "\(project.root)/twins/\(fit)/\(node).json", encoding: .utf8))
  }

  @Test func refusedTwinsAreMarkedAndNotUsed() throws {
    try withFolder("fit") { folder in
      let project = try project(in: folder, fitting: Self.strict)
      let fit = try project.sync("fit", "--json")
      #expect(fit.code == 3, fit.said)
      let result = try JSON(fit.output)
      for index in 0..<2 {
        #expect(result["twins"][index]["verdict"].text == "refused")
        #expect(result["twins"][index]["reasons"].count > 0 && result["twins"][index]["accepted"].whole == 0)
        #expect(try sidecar(project, "n0\(index)")["verdict"].text == "refused")
      }
      #expect(fit.errors.contains("node n01: refused"), fit.said)
      let page = try String(contentsOfFile: try #require(result["page"].text), encoding: .utf8)
      #expect(page.contains("class=\"badge bad\">refused") && page.contains("Phase portrait"))
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      let train = try project.sync("train", "train.ts", "--epochs", "1")
      #expect(train.code == 1, train.said)
      expectMessage(train, ["n00", "n01", "refused", "--allow-unaccepted"], "train")
      let forced = try project.succeed("train", "train.ts", "--epochs", "1", "--allow-unaccepted")
      #expect(forced.errors.contains("not accepted are used all the same"), forced.said)
      // Fitted already: the verdict stays, and nothing is fitted again.
      let again = try project.sync("fit")
      #expect(again.code == 3 && again.errors.contains("2 of 2 twins are fitted already"), again.said)
      // A twin that was tampered with has no verdict.
      let path = project.root + "/" + (try #require(result["twins"][0]["path"].text))
      let twin = try TwinArchive.read(path: path)
      try TwinArchive.write(twin.twin, facts: ["node": "other"], to: path)
      let changed = try project.sync("train", "train.ts", "--epochs", "1")
      #expect(changed.code == 1 && changed.errors.contains("changed after the fit"), changed.said)
    }
  }

  @Test func provisionalTwinsAreUsedWithANotice() throws {
    try withFolder("fit") { folder in
      let project = try project(
        in: folder,
        fitting: Self.lenient,
        repeats: 1)
      let fit = try project.succeed("fit", "--json")
      #expect(try JSON(fit.output)["twins"][0]["verdict"].text == "provisional", fit.said)
      #expect(fit.errors.contains("found in the traces"), fit.said)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      let train = try project.succeed("train", "train.ts", "--epochs", "1")
      #expect(train.errors.contains("provisional twins") && train.errors.contains("n00, n01"), train.said)
    }
  }

  @Test func aRefusedTwinIsNotMadeUsableByFollowingIt() throws {
    try withFolder("fit") { folder in
      let project = try project(in: folder, fitting: Self.strict)
      #expect(try project.sync("fit").code == 3)
      try configure(project, Self.lenient)
      try project.succeed("characterise", "--steps", "900", "--repeats", "1", "--seed", "2")
      try project.succeed("pull")
      let update = try project.sync("fit", "--update", "--json")
      #expect(update.code == 3, update.said)
      let twin = try JSON(update.output)["twins"][0]
      #expect(twin["verdict"].text == "refused" && twin["reasons"][0].text?.contains("it follows was refused") == true)
    }
  }

  @Test func whatIsBrokenOffGoesOn() throws {
    try withFolder("fit") { folder in
      let project = try project(
        in: folder, fitting: "drift_epochs = 2\ndiffusion_epochs = 4000\npatience = 4000\nensemble_loss = \"none\"")
      let program = try project.start("fit")
      try #require(waitUntil { program.errors.contains("fit 50 %") }, "\(program.errors)")
      usleep(200_000)
      program.signal(SIGINT)
      let broken = program.finish()
      #expect(broken.code == 130, broken.said)
      expectMessage(broken, ["interrupted", "edgesync fit", "goes on"], "fit")
      let before = try sidecar(project, "n00")
      #expect(before["state"].text == "interrupted" && before["verdict"].text == "interrupted")
      let epochs = try #require(before["epochs"]["likelihood"].whole)
      #expect(epochs > 0 && epochs < 4000)
      try SampleFiles.twoClasses(project.root + "/train.ts", seed: 1)
      let train = try project.sync("train", "train.ts", "--epochs", "1")
      #expect(train.code == 1 && train.errors.contains("broken off"), train.said)
      let resumed = try project.sync("fit", "--json")
      #expect([0, 3].contains(resumed.code), resumed.said)
      let after = try sidecar(project, "n00")
      #expect(after["state"].text == "finished" && after["digest"].text == before["digest"].text)
      #expect(after["choices"][0].text?.contains("broken off") == true)
      #expect((after["likelihood"].number ?? 9) <= (before["likelihood"].number ?? 0) + 0.05)
      #expect(after["epochs"]["likelihood"].whole.map { $0 <= 4000 - epochs + 1 } == true)
    }
  }

  @Test func finishedTwinsAreNotFittedAgain() throws {
    try withFolder("fit") { folder in
      let project = try project(
        in: folder, nodes: 4, fitting: "drift_epochs = 60\npatience = 60\ndiffusion_epochs = 300")
      let program = try project.start("fit")
      try #require(waitUntil { program.errors.contains("    n0") }, "\(program.errors)")
      program.signal(SIGINT)
      let broken = program.finish()
      try #require(broken.code == 130, broken.said)
      let stored = (0..<4).filter { (try? sidecar(project, "n0\($0)"))?["state"].text == "finished" }
      #expect(!stored.isEmpty && stored.count < 4, broken.said)
      let times = try stored.map { try sidecar(project, "n0\($0)")["fitted"].text }
      let resumed = try project.sync("fit", "--json")
      #expect(resumed.errors.contains("\(stored.count) of 4 twins are fitted already"), resumed.said)
      #expect(try JSON(resumed.output)["twins"].count == 4)
      #expect(try stored.map { try sidecar(project, "n0\($0)")["fitted"].text } == times)
      // One kind of device, one structure, whenever it was fitted.
      let kinds = try (0..<4).map { try sidecar(project, "n0\($0)") }
      for a in kinds {
        for b in kinds where a["device"].text == b["device"].text {
          #expect(a["structure"]["response_delays"].whole == b["structure"]["response_delays"].whole)
        }
      }
      // Other options make another fit.
      try configure(project, Self.brief)
      let other = try project.sync("fit")
      #expect(!other.errors.contains("fitted already"), other.said)
    }
  }

  @Test func updatesFollowTheDevicesAndRememberThem() throws {
    try withFolder("fit") { folder in
      let project = try project(
        in: folder, fitting: "drift_epochs = 40\ndiffusion_epochs = 20\nensemble_loss = \"none\"")
      #expect([0, 3].contains(try project.sync("fit").code))
      let early = try project.sync("fit", "--update")
      #expect(early.code == 1, early.said)
      expectMessage(early, ["already", "edgesync characterise"], "fit --update")
      try project.succeed("characterise", "--seconds", "18", "--repeats", "4", "--inputs", "2", "--seed", "2")
      try project.succeed("pull")
      let update = try project.sync("fit", "--update", "--json")
      #expect([0, 3].contains(update.code), update.said)
      let item = try JSON(update.output)["twins"][0]
      let path = try #require(item["path"].text)
      #expect(path.contains("-update/"))
      let known = try JSON(
        String(contentsOfFile: project.root + "/twins/" + path.split(separator: "/")[1] + "/n00.json", encoding: .utf8))
      #expect(known["kind"].text == "update" && known["history"].count == 2)
      let change = known["history"][1]["change"]
      for key in ["mean", "sd", "gain", "earlier_residual_sd"] {
        #expect(change[key].number?.isFinite == true, "\(key)")
      }
      #expect(known["epochs"]["likelihood"].whole.map { $0 <= 4 } == true, "a fifth of a first fit")
      let page = try String(contentsOfFile: try #require(try JSON(update.output)["page"].text), encoding: .utf8)
      #expect(page.contains("How far the device moved"))
      let catalog = try Project.open(at: project.root).catalog
      let twins = try catalog.all(TwinRecord.self).filter { $0.name == "n00" }
      #expect(twins.count == 2)
      let moved = try #require(twins[1].meanChange)
      #expect(abs(moved - (change["mean"].number ?? -1)) < 1e-12)
      #expect(try catalog.origins(of: CatalogItem(.twin, twins[1].id)).contains(CatalogItem(.twin, twins[0].id)))
    }
  }

  @Test func theCurveSaysHowLongToRecord() throws {
    try withFolder("fit") { folder in
      let project = try VirtualProject(in: folder, nodes: 2)
      try configure(project, Self.brief)
      try project.succeed("characterise", "--steps", "6000", "--repeats", "6", "--inputs", "4")
      try project.succeed("pull")
      let wrong = try project.sync("fit", "--curve", "--node", "n0")
      #expect(wrong.code == 64 && wrong.errors.contains("did you mean"), wrong.said)
      let fit = try project.sync("fit", "--curve", "--node", "n01")
      #expect([0, 3].contains(fit.code), fit.said)
      let curve = try sidecar(project, "n01")["sample_size"]
      #expect(curve["points"].count == 4)
      let seconds = (0..<4).compactMap { curve["points"][$0]["seconds"].number }
      #expect(seconds == seconds.sorted() && (seconds.last ?? 0) > 4 * (seconds.first ?? 1))
      #expect(try sidecar(project, "n00")["sample_size"].value == nil)
      let next = try project.succeed("characterise", "--seconds", "2")
      #expect(next.errors.contains("how long to record") && next.errors.contains("n01"), next.said)
      let both = try project.sync("characterise", "--seconds", "2", "--steps", "200")
      #expect(both.code == 64, both.said)
    }
  }

  @Test func devicesWithTwoReadingsGetTwins() throws {
    try withFolder("fit") { folder in
      let root = folder + "/project"
      let made = try execute(
        Programs.edgesync, ["init", root, "--virtual", "2", "--devices", "nanoring", "--edged", Programs.edged])
      try #require(made.code == 0, made.said)
      let text = "schema = 1\n[fitting]\n\(Self.brief)\n"
      try text.write(toFile: root + "/network.toml", atomically: true, encoding: .utf8)
      for arguments in [["characterise", "--steps", "900", "--repeats", "4", "--inputs", "2"], ["pull"]] {
        let finished = try execute(Programs.edgesync, arguments, folder: root)
        try #require(finished.code == 0, finished.said)
      }
      let fit = try execute(Programs.edgesync, ["fit", "--json"], folder: root)
      #expect([0, 3].contains(fit.code), fit.said)
      let path = try #require(try JSON(fit.output)["twins"][0]["path"].text)
      #expect(try TwinArchive.read(path: root + "/" + path).twin.observables == 2)
      try SampleFiles.twoClasses(root + "/train.ts", seed: 1)
      let train = try execute(Programs.edgesync, ["train", "train.ts", "--allow-unaccepted"], folder: root)
      #expect(train.code == 1, train.said)
      expectMessage(train, ["n00, n01 have several", "one response"], "train")
    }
  }
}
