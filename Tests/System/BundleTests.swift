import Bundle
import Foundation
import PhysicalNetwork
import SyncProtocol
import Testing
import Transport
import WireFormat
import Workbench

/// Bundles a board must not take: refused with code 12 and one message, and what runs goes on running.
@Suite struct BundleTests {
  @Test func badBundlesAreRefusedAndTheOldOneStays() throws {
    let seed = Dice.seed("badBundles")
    var dice = Dice(seed: seed)
    try withFolder("bundle") { folder in
      let project = try VirtualProject(in: folder)
      try project.characteriseBriefly()
      try project.succeed("push", "--description-only")
      try project.characteriseBriefly(seed: 2)
      let active = try JSON(project.succeed("status", "--json").output)["bundle"].text
      let good = try [UInt8](Data(contentsOf: URL(fileURLWithPath: project.root + "/bundles/virtual-2.bundle")))
      let old = try [UInt8](Data(contentsOf: URL(fileURLWithPath: project.root + "/bundles/virtual-1.bundle")))

      var bad: [(name: String, bytes: [UInt8])] = [("replayed with an older counter", old), ("empty", [])]
      for _ in 0..<6 {
        let length = dice.below(good.count)
        bad.append(("cut to \(length) bytes, seed \(seed)", Array(good[0..<length])))
      }
      for place in [0, 9, 20, 40, 54, 60, good.count - 100, good.count - 30, good.count - 1]
        + (0..<6).map({ _ in dice.below(good.count) })
      {
        var altered = good
        altered[place] ^= 1 << UInt8(dice.below(8))
        bad.append(("altered at byte \(place), seed \(seed)", altered))
      }
      bad.append(("for another board", try bundle(project, board: [UInt8](repeating: 7, count: 16))))
      bad.append(("signed by a stranger", try bundle(project, signer: SigningKey.generate())))

      let connection = try connect(project)
      defer { connection.close() }
      for (name, bytes) in bad {
        let error = #expect(throws: TransportError.self, "\(name)") { try connection.put(.bundle, bytes) }
        #expect(error?.exitCode == 12, "\(name): \(error?.message ?? "taken")")
        #expect((error?.message.count ?? 0) > 20, "\(name)")
      }
      #expect(try connection.status().bundle.digest.description == active)
      // A good one is taken still.
      let next = try bundle(project)
      try connection.activate(try connection.put(.bundle, next))
      #expect(try connection.status().bundle.counter == 99)
      // It has not started yet, so a newer one may take its place; push counts on from it.
      #expect(try JSON(project.succeed("push", "--description-only", "--json").output)["counter"].whole == 100)
      let block = DriveBlock(settleSteps: 1, repeats: 1, steps: 20, codes: [UInt16](repeating: 2048, count: 80))
      let request = RunRequest(
        runID: dice.bytes(16), mode: .characterise, label: "prove", driveCount: 4, blocks: [block])
      _ = try connection.startRun(try connection.put(.runRequest, request.encoded()))
      try #require(waitUntil { try connection.status().bundle.phase == 3 })
      #expect(try JSON(project.succeed("push", "--description-only", "--json").output)["counter"].whole == 101)
    }
  }

  private func connect(_ project: VirtualProject) throws -> BoardConnection {
    try BoardConnection(
      .process(program: Programs.edged, arguments: ["serve", "--state", project.state]), program: "test")
  }

  /// The project's newest description in a bundle of its own.
  private func bundle(_ project: VirtualProject, board: [UInt8]? = nil, signer: SigningKey? = nil) throws -> [UInt8] {
    let data = try [UInt8](Data(contentsOf: URL(fileURLWithPath: project.root + "/bundles/virtual-2.bundle")))
    let template = try SignedBundle.read(data)
    let own = SigningKey(
      seed: [UInt8](try Data(contentsOf: URL(fileURLWithPath: project.root + "/keys/bundle.key"))))
    let section = try #require(template[.board])
    let key = try #require(signer ?? own)
    return try BundleBuilder(
      board: try #require(board.map { Identifier(bytes: $0) } ?? template.board), counter: 99, created: 1,
      sections: [BundleSection(.board, section)]
    ).build(signedBy: key)
  }

  @Test func strangeBoardUnderAKnownNameIsRefused() throws {
    try withFolder("stranger") { folder in
      let project = try VirtualProject(in: folder)
      let other = try VirtualProject(in: folder, name: "other")
      try project.edit(project.configPath, project.state, other.state)
      for command in ["characterise", "pull", "enroll"] {
        let finished = command == "enroll" ? try project.sync(command, "virtual") : try project.sync(command)
        #expect(finished.code == 12, finished.said)
        expectMessage(finished, ["virtual", "enrolled"], command)
      }
    }
  }

  @Test func keyTheBoardDoesNotTrust() throws {
    try withFolder("trust") { folder in
      let project = try VirtualProject(in: folder)
      for name in try FileManager.default.contentsOfDirectory(atPath: project.state + "/trusted.d") {
        try FileManager.default.removeItem(atPath: project.state + "/trusted.d/" + name)
      }
      let finished = try project.sync("characterise")
      #expect(finished.code == 12, finished.said)
      expectMessage(finished, ["trust"], "no key")
    }
  }
}
