import Foundation
import Testing

import Workbench

@Suite struct ConfigTests {
  @Test func nearestName() {
    #expect(NearestName.editDistance("kitten", "sitting") == 3)
    #expect(NearestName.editDistance("step", "setp") == 1)
    #expect(NearestName.editDistance("", "abc") == 3 && NearestName.editDistance("a", "a") == 0)
    #expect(NearestName.of("steps_us", in: ["step_us", "name"]) == "step_us")
    #expect(NearestName.of("entirely_else", in: ["step_us", "name"]) == nil)
  }

  @Test func findsLinesOfKeys() {
    let lines = KeyLines(
      "a = 1\n[t]\nb = '''\nc = 1\n'''\n\"d\" = 2\n[[n]]\nx = 1\n[[n]]\n  x = 2\n[n.sub]\ny = 3\n")
    #expect(lines.line(of: "a") == 1 && lines.line(of: "t.b") == 3 && lines.line(of: "t.d") == 6)
    #expect(lines.line(of: "n[1].x") == 8 && lines.line(of: "n[2].x") == 10 && lines.line(of: "n[2].sub.y") == 12)
    // A key that is not there has the line of the table that misses it.
    #expect(lines.line(of: "n[2].missing") == 9 && lines.line(of: "zzz") == nil)
  }

  /// Texts that would stop the parser, built with assertions, instead of being refused.
  @Test(arguments: [
    ("a = 1\n[=]\n", 2), ("[[.b]]\n", 1), ("a = 1\n\n [ \n", 3), ("a = [}1]\n", 1), ("a = [1, {b = 2]}\n", 1),
    ("a = 07:3x:00\n", 1), ("a = 1979-05-27T0x:00:00\n", 1), ("a = [\n1,\n\u{B}2]\n", 3), ("a = [\u{A0}1]\n", 1),
  ])
  func whatTheParserCannotRefuseIsRefusedBeforeIt(_ text: String, _ line: Int) {
    #expect(TOMLGuard.fault(text)?.line == line)
    let error = #expect(throws: ConfigError.self) { _ = try ConfigTable(parsing: text, file: "t") }
    #expect(error?.kind == .syntax && error?.line == line)
  }

  @Test(arguments: [
    "a = \"[=]\"\n", "# [=] 07:30\n[t]\n", "a = '''\n[=]\n07:30'''\nb = 1\n", "a = -1.5e-3\nb = [[1, 2],\n[3]]\n",
    "\u{FEFF}a = 'é'\r\n[\"q r\".s]\r\n", "a = QQQ\n\\\"\"\"[=] QQQ\n[ t ]\nx-1 = { b-2 = [ ] }\n",
  ])
  func soundTextsPassTheGuard(_ text: String) throws {
    let text = text.replacingOccurrences(of: "QQQ", with: "\"\"\"")
    #expect(TOMLGuard.fault(text) == nil)
    // The only fault left is that it says nothing of its schema.
    let error = #expect(throws: ConfigError.self) { _ = try ConfigTable(parsing: text, file: "t") }
    #expect(error?.kind == .missingKey && error?.key == "schema", "\(error.map { "\($0)" } ?? "")")
  }

  @Test func projectFilesRoundTrip() throws {
    let file = ProjectFile(
      name: "field \"one\"\\ü",
      boards: [
        BoardEntry(name: "virtual", transport: .pipe(command: ["/opt/edged", "serve", "--root", "a b"])),
        BoardEntry(name: "pi-4", transport: .ssh(host: "pi@field.local", options: ["-p", "2222"])),
        BoardEntry(name: "stick", transport: .folder(path: "/media/usb")),
      ])
    #expect(try ProjectFile(parsing: file.text, file: "p") == file)
  }

  @Test(
    arguments: [
      ("[[board]]\nname = \"a\"\ntransport = \"pip\"\n", ConfigError.Kind.unknownName, "Did you mean 'pipe'"),
      ("[[board]]\nname = \"a\"\ntransport = \"pipe\"\n", .missingKey, "needs a command"),
      ("[[board]]\nname = \"../a\"\ntransport = \"folder\"\npath = \"x\"\n", .outOfRange, "cannot name a folder"),
      ("[[board]]\nname = \"a\"\ntransport = \"ssh\"\nhost = \"-oProxyCommand=x\"\n", .outOfRange, "not a host"),
      ("[[board]]\nname = \"a\"\ntransport = \"ssh\"\nhots = \"x\"\n", .missingKey, "Rename 'hots'"),
      (
        "[[board]]\nname = \"a\"\ntransport = \"folder\"\npath = \"x\"\n[[board]]\nname = \"a\"\ntransport = \"folder\"\n",
        .duplicate, "two boards"
      ),
    ] as [(String, ConfigError.Kind, String)])
  func projectFilesFaultsAreNamed(_ rest: String, _ kind: ConfigError.Kind, _ words: String) {
    let error = #expect(throws: ConfigError.self) {
      _ = try ProjectFile(parsing: "schema = 1\nname = \"p\"\n" + rest, file: "p")
    }
    #expect(error?.kind == kind && error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func networkFilesLeaveTheirTablesToWhoKnowsThem() throws {
    #expect(try NetworkFile(parsing: NetworkFile.defaultText, file: "n").hold == 1)
    let file = try NetworkFile(
      parsing: "schema = 1\ntask = \"regression\"\nhold = 3\nseed = 9\n[training]\nepochs = 7\nlearning_rte = 0.1\n",
      file: "n.toml")
    #expect(file.task == .regression && file.hold == 3 && file.seed == 9)
    #expect(try file.training.integer("epochs", default: 1, in: 1...100) == 7)
    #expect(try file.training.real("learning_rate", default: 0.5, in: 0...1) == 0.5)
    let error = #expect(throws: ConfigError.self) { try file.training.finish() }
    #expect(error?.line == 7 && error?.remedy == "Did you mean 'learning_rate'?")
    try file.fitting.finish()
    #expect(throws: ConfigError.self) { _ = try NetworkFile(parsing: "schema = 1\nhodl = 3\n", file: "n") }
  }
}
