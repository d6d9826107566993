import Foundation
import Testing
import Workbench

/// The loop over ssh, and everything that goes wrong on the way.
@Suite(.serialized) struct SSHSlow {
  /// A project whose board is reached by ssh; it has no virtual board of its own any more.
  private func project(in folder: String, _ server: SSHServer, state project: VirtualProject, options: [String])
    throws -> VirtualProject
  {
    // The board file is the virtual board's; its state folder belongs to the server's side.
    let entry = BoardEntry(
      name: "virtual", transport: .ssh(host: "\(NSUserName())@127.0.0.1", options: options))
    try ProjectFile(name: "over ssh", boards: [entry]).text
      .write(toFile: project.configPath, atomically: true, encoding: .utf8)
    return project
  }

  private func withServer(_ body: (VirtualProject, SSHServer) throws -> Void) throws {
    try withFolder("ssh") { folder in
      let virtual = try VirtualProject(in: folder)
      let server = try SSHServer(in: folder, state: virtual.state)
      defer { server.stop() }
      try body(try project(in: folder, server, state: virtual, options: server.options()), server)
    }
  }

  @Test func theLoopOverSSH() throws {
    try withServer { project, _ in
      let enrolled = try JSON(project.succeed("enroll", "virtual", "--json").output)
      #expect(enrolled["nodes"].whole == 4)
      #expect(try JSON(project.succeed("status", "--json").output)["id"].text == enrolled["id"].text)
      let run = try project.characteriseBriefly()
      let pulled = try JSON(project.succeed("pull", "--json").output)
      #expect(pulled[0]["run"].text == run)
      #expect(
        try VirtualProject.bytes(project.root + "/traces/virtual/" + run)
          == VirtualProject.bytes(project.state + "/journal/" + run))
    }
  }

  @Test func boardsThatCannotBeReached() throws {
    try withServer { project, server in
      try project.succeed("status")
      let cases: [(name: String, options: [String], words: [String])] = [
        ("wrong host key", server.options(hosts: "wrong_hosts"), ["host key verification failed"]),
        ("refused key", server.options(identity: "stranger"), ["permission denied"]),
        ("nobody there", ["-p", "1"] + server.options().filter { $0 != "-p" && $0 != "\(server.port)" }, ["refused"]),
      ]
      for (name, options, words) in cases {
        _ = try self.project(in: project.root, server, state: project, options: options)
        let finished = try project.sync("status")
        #expect(finished.code == 10, "\(name): \(finished.errors)")
        expectMessage(finished, ["127.0.0.1"] + words, name)
      }
      server.stop()
      _ = try self.project(in: project.root, server, state: project, options: server.options())
      let dead = try project.sync("pull")
      #expect(dead.code == 10)
      expectMessage(dead, ["127.0.0.1", "refused"], "dead sshd")
    }
  }

  /// A run long enough that its pull takes many messages; its identifier.
  private func longRun(_ project: VirtualProject) throws -> String {
    let finished = try project.succeed(
      "characterise", "--steps", "1200000", "--repeats", "0", "--inputs", "0", "--json")
    return try #require(try JSON(finished.output)["run"].text)
  }

  @Test func connectionCutInTheMiddleOfAPull() throws {
    let seed = Dice.seed("connectionCut")
    var dice = Dice(seed: seed)
    try withServer { project, server in
      let run = try longRun(project)
      let folder = project.root + "/traces/virtual/" + run
      let whole = try VirtualProject.bytes(project.state + "/journal/" + run)
      var kept = 0
      var cuts = 0
      for _ in 0..<3 {
        let goal = kept + 1 + dice.below(max(1, (whole.count - kept) / 3))
        let pull = try project.start("pull", "--json")
        let there = waitUntil { ((try? VirtualProject.bytes(folder).count) ?? 0) >= goal || !pull.isRunning }
        #expect(there)
        for id in server.connections { kill(id, SIGKILL) }
        let finished = pull.finish(seconds: 30)
        let now = try VirtualProject.bytes(folder)
        #expect(now.count >= kept && now == whole.prefix(now.count), "seed \(seed): what is kept is the board's")
        kept = now.count
        if finished.code == 0 { break }
        cuts += 1
        #expect(finished.code == 10, finished.said)
        expectMessage(finished, ["127.0.0.1"], "cut, seed \(seed)")
      }
      #expect(cuts > 0, "no pull was cut, seed \(seed)")
      let last = try JSON(project.succeed("pull", "--json").output)
      #expect(last[0]["new_bytes"].whole == whole.count - kept, "only what was missing is sent")
      #expect(try VirtualProject.bytes(folder) == whole)
    }
  }
}
