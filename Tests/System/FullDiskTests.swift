import Foundation
import Testing

/// A folder on a small file system of its own; as root only.
private func withSmallDisk(_ path: String, kilobytes: Int, _ body: () throws -> Void) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  let mounted = try execute("/bin/mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path])
  try #require(mounted.code == 0, mounted.said)
  defer { _ = try? execute("/bin/umount", ["-l", path]) }
  try body()
}

/// Whether file systems can be mounted here.
private let canMount: Bool = {
  guard getuid() == 0 else { return false }
  let folder = NSTemporaryDirectory() + "edgetwin-mount-\(UUID().uuidString)"
  try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  guard (try? execute("/bin/mount", ["-t", "tmpfs", "tmpfs", folder]).code) == 0 else { return false }
  return (try? execute("/bin/umount", [folder]).code) == 0
}()

/// Full and read-only disks: one clear message, nothing stored before is lost, and it goes on once there is room.
@Suite(.serialized, .enabled(if: canMount, "needs root and the right to mount")) struct FullDiskTests {
  @Test func fullBoard() throws {
    try withFolder("full") { folder in
      let project = try VirtualProject(in: folder)
      let journal = project.state + "/journal"
      try withSmallDisk(journal, kilobytes: 10_000) {
        let first = try project.characteriseBriefly()
        let finished = try project.sync("characterise", "--steps", "2000000", "--repeats", "0", "--inputs", "0")
        #expect(finished.code == 1, finished.said)
        expectMessage(finished, ["failed", "file system is full"], "full board")
        let status = StatusFile(project.state)
        #expect(status.phase == .ended && status.committed > 0)
        #expect(try BenchProbe.isSafe(project))
        let run = try project.journal(status.run)
        #expect(UInt64(run.trace.steps) >= status.committed, "committed samples remain")
        #expect(try project.journal(first).outcomeName == "completed")
        let pulled = try project.sync("pull")
        #expect(pulled.code == 0 || pulled.code == 3, pulled.said)
        // Room again: one run goes.
        try FileManager.default.removeItem(atPath: journal + "/" + status.run)
        try project.characteriseBriefly(seed: 2)
      }
    }
  }

  @Test func fullWorkstation() throws {
    try withFolder("fullpull") { folder in
      let project = try VirtualProject(in: folder)
      let finished = try project.succeed(
        "characterise", "--steps", "200000", "--repeats", "0", "--inputs", "0", "--json")
      let run = try #require(try JSON(finished.output)["run"].text)
      let traces = project.root + "/traces/virtual"
      let whole = try VirtualProject.bytes(project.state + "/journal/" + run)
      try withSmallDisk(traces, kilobytes: 1200) {
        let pull = try project.sync("pull")
        #expect(pull.code == 1, pull.said)
        expectMessage(pull, ["full", "make room", ".seg"], "full workstation")
        let kept = try VirtualProject.bytes(traces + "/" + run)
        #expect(!kept.isEmpty && kept == whole.prefix(kept.count))
        let grown = try execute("/bin/mount", ["-o", "remount,size=20m", traces])
        try #require(grown.code == 0, grown.said)
        let again = try JSON(project.succeed("pull", "--json").output)
        #expect(again[0]["new_bytes"].whole == whole.count - kept.count)
        #expect(try VirtualProject.bytes(traces + "/" + run) == whole)
      }
    }
  }

  @Test func fullProjectWhenBuildingABundle() throws {
    try withFolder("fullpush") { folder in
      let project = try VirtualProject(in: folder)
      try withSmallDisk(project.root + "/bundles", kilobytes: 4) {
        try Data(count: 4096).write(to: URL(fileURLWithPath: project.root + "/bundles/filler"))
        let push = try project.sync("push", "--description-only")
        #expect(push.code == 1, push.said)
        expectMessage(push, ["space", ".bundle"], "full bundles")
        try FileManager.default.removeItem(atPath: project.root + "/bundles/filler")
        try project.characteriseBriefly()
      }
    }
  }

  @Test func readOnlyPlaces() throws {
    try withFolder("readonly") { folder in
      let project = try VirtualProject(in: folder)
      let run = try project.characteriseBriefly()
      for (place, command, word) in [
        ("traces", "pull", "traces"), ("boards/virtual/state/journal", "characterise", "journal"),
      ] {
        let path = project.root + "/" + place
        try #require(execute("/bin/mount", ["--bind", path, path]).code == 0)
        defer { _ = try? execute("/bin/umount", ["-l", path]) }
        try #require(execute("/bin/mount", ["-o", "remount,bind,ro", path]).code == 0)
        let finished = try project.sync(command)
        #expect(finished.code == 1, finished.said)
        expectMessage(finished, [word, "read-only"], place)
      }
      #expect(try project.journal(run).outcomeName == "completed")
      try project.succeed("pull")
    }
  }
}
