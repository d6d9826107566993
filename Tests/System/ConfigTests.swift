import Foundation
import Testing

/// Configuration with mistakes in it, and commands given wrongly.
@Suite struct ConfigTests {
  @Test func mistakesInBoardFilesAreNamed() throws {
    try withFolder("toml") { folder in
      let project = try VirtualProject(in: folder)
      let before = try String(contentsOfFile: project.boardPath, encoding: .utf8)
      let cases: [(name: String, old: String, new: String, words: [String])] = [
        ("unknown key", "response_delay_us", "respones_delay_us", ["respones_delay_us", "response_delay_us"]),
        ("out of range", "step_us = 20000", "step_us = 0", ["step_us", "0"]),
        (
          "two nodes on one channel", "drive = { chip = \"combi0\", channel = 1",
          "drive = { chip = \"combi0\", channel = 0",
          ["n00", "n01", "combi0"]
        ),
        (
          "no such chip", "drive = { chip = \"combi0\", channel = 2", "drive = { chip = \"combi1\", channel = 2",
          ["combi0"]
        ),
        ("not TOML", "schema = 1", "schema = ", ["board.toml:2"]),
      ]
      for (name, old, new, words) in cases {
        try project.edit(project.boardPath, old, new)
        let finished = try project.sync("characterise")
        #expect(finished.code == 1, finished.said)
        expectMessage(finished, ["board.toml"] + words, name)
        try before.write(toFile: project.boardPath, atomically: true, encoding: .utf8)
      }
      try project.characteriseBriefly()
    }
  }

  @Test func mistakesInTheProjectFileAreNamed() throws {
    try withFolder("project") { folder in
      let project = try VirtualProject(in: folder)
      try project.edit(project.configPath, "transport =", "transprot =")
      let finished = try project.sync("status")
      #expect(finished.code == 1)
      expectMessage(finished, ["edgetwin.toml", "transport"], "unknown key")
    }
  }

  @Test func unknownBoardNamesTheNearest() throws {
    try withFolder("name") { folder in
      let project = try VirtualProject(in: folder)
      let finished = try project.sync("status", "virtal")
      #expect(finished.code == 1 || finished.code == 10)
      expectMessage(finished, ["virtal", "virtual"], "board")
    }
  }

  @Test(arguments: [
    ["frobnicate"], ["status", "--frobnicate"], ["train"], ["run"], ["characterise", "--steps", "many"],
    ["characterise", "--steps", "7"], ["demo", "--train", "x.ts"], ["init", "x", "--virtual", "65"],
    ["init", "x", "--virtual", "33", "--devices", "nanoring"],
    ["init", "x", "--virtual", "2", "--devices", "nanorign"],
    ["init", "x", "--devices", "nanoring"],
    ["train", "a", "b", "c"],
  ])
  func wrongUseIsExitCode64(_ arguments: [String]) throws {
    try withFolder("usage") { folder in
      let project = try VirtualProject(in: folder, nodes: 1)
      let finished = try execute(Programs.edgesync, arguments, folder: project.root)
      #expect(finished.code == 64, finished.said)
      #expect(!finished.errors.isEmpty && finished.output.isEmpty, finished.said)
    }
  }

  @Test(arguments: [
    [], ["frobnicate"], ["serve", "--frobnicate"], ["run"], ["init", "--board-id", "xyz"], ["serve", "--state"],
  ])
  func wrongUseOfTheBoardProgramIsExitCode64(_ arguments: [String]) throws {
    let finished = try execute(Programs.edged, arguments)
    #expect(finished.code == 64, finished.said)
    #expect(finished.errors.contains("edged"))
  }

  @Test func helpIsNoError() throws {
    for program in [Programs.edged, Programs.edgesync] {
      let finished = try execute(program, ["--help"])
      #expect(
        finished.code == 0 && finished.output.contains("usage") || finished.output.contains("USAGE"), finished.said)
    }
    let version = try execute(Programs.edgesync, ["--version"])
    #expect(version.code == 0 && version.output.hasPrefix("edgesync "))
  }

  @Test func outsideAProject() throws {
    try withFolder("outside") { folder in
      let finished = try execute(Programs.edgesync, ["status"], folder: folder)
      #expect(finished.code == 1)
      expectMessage(finished, ["edgesync init"], "no project")
      let json = try execute(Programs.edgesync, ["status", "--json"], folder: folder)
      #expect(json.code == 1)
      #expect(try JSON(json.output)["exit_code"].whole == 1, "with --json the error is JSON too")
    }
  }

  @Test func unwritablePlaces() throws {
    try withFolder("unwritable") { folder in
      try Data("a file".utf8).write(to: URL(fileURLWithPath: folder + "/file"))
      let made = try execute(Programs.edgesync, ["init", folder + "/file/project", "--virtual", "1"])
      #expect(made.code == 1, made.said)
      expectMessage(made, ["/file", "folder"], "below a file")
      let project = try VirtualProject(in: folder, nodes: 1)
      let run = try project.characteriseBriefly()
      try project.succeed("pull")
      let exported = try project.sync("export", run, "--output", folder + "/file/run.mcap")
      #expect(exported.code == 1, exported.said)
      expectMessage(exported, ["run.mcap"], "export")
      let data = Programs.root + "/data/JapaneseVowels"
      let demo = try execute(
        Programs.edgesync,
        ["demo", "--out", folder + "/file/demo", "--train", data + "_TRAIN.ts", "--test", data + "_TEST.ts"])
      #expect(demo.code == 1, demo.said)
      expectMessage(demo, ["/file"], "demo")
      let board = try execute(Programs.edged, ["init", "--state", folder + "/file/state", "--name", "x"])
      #expect(board.code == 1 && board.errors.contains("/file/state"), board.said)
    }
  }

  @Test func demoReplacesOnlyDemos() throws {
    try withFolder("demo") { folder in
      try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/mine.txt"))
      let data = Programs.root + "/data/JapaneseVowels"
      let demo = try execute(
        Programs.edgesync, ["demo", "--out", folder, "--train", data + "_TRAIN.ts", "--test", data + "_TEST.ts"])
      #expect(demo.code == 64, demo.said)
      #expect(try String(contentsOfFile: folder + "/mine.txt", encoding: .utf8) == "mine")
    }
  }
}
