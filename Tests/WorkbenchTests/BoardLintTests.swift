import Foundation
import PhysicalNetwork
import Testing

import Workbench

/// The boards' folders as they are shipped, and every way to spoil one that the linter knows.
@Suite struct BoardLintTests {
  static let library = BoardLibrary(folder: shipped("boards"))
  static let all = [
    "beaglebone-black", "raspberry-pi-3", "raspberry-pi-4", "raspberry-pi-5", "raspberry-pi-compute-module-4",
    "raspberry-pi-zero", "raspberry-pi-zero-2-w",
  ]

  @Test func theLibraryHasEveryBoard() { #expect(Self.library.names == Self.all) }

  @Test(arguments: all) func shippedBoardsAreWhole(_ name: String) throws {
    let folder = shipped("boards/" + name)
    #expect(BoardLint.problems(in: folder).map(\.description) == [])
    let board = try BoardFile.read(path: folder + "/board.toml", library: Self.library)
    #expect(board.firstFault() == nil && board.nodes.count == 4 && board.monitors.count == 1)
    #expect(try BoardDescription(decoding: board.encoded()) == board)
  }

  /// A change to one file of a board: its rule, and words of what is said.
  struct Spoilt: Sendable, CustomTestStringConvertible {
    var board = "raspberry-pi-4"
    var file = "board.toml"
    var old: String
    var new: String
    var rule: BoardProblem.Rule
    var words: String

    var testDescription: String { "\(board)/\(file): \(old) → \(new)" }
  }

  static let faults = [
    Spoilt(
      file: "boot-config.txt", old: "400000", new: "100000", rule: .bootClock, words: "gives /dev/i2c-1 100000 Hz"),
    Spoilt(file: "boot-config.txt", old: "i2c_arm=on,", new: "i2c_arm=off,", rule: .bootClock, words: "off"),
    Spoilt(
      board: "beaglebone-black", file: "boot-config.txt", old: "BB-I2C2-FAST-", new: "BB-I2C2-", rule: .bootClock,
      words: "100000 Hz"),
    Spoilt(
      board: "beaglebone-black", file: "boot-config.txt", old: "BB-I2C2-FAST-", new: "BB-I2C1-FAST-", rule: .bootClock,
      words: "leaves /dev/i2c-2 off"),
    Spoilt(
      file: "boot-config.txt", old: "core_freq_min=500", new: "core_freq_min=250", rule: .coreClock, words: "load"),
    Spoilt(file: "boot-config.txt", old: "core_freq=500\n", new: "", rule: .coreClock, words: "core_freq"),
    Spoilt(
      board: "raspberry-pi-5", file: "boot-config.txt", old: "watchdog=on", new: "watchdog=off", rule: .watchdog,
      words: "watchdog"),
    Spoilt(old: "clock_hz = 400000", new: "clock_hz = 1000000", rule: .description, words: "faster than the BCM2835"),
    Spoilt(old: "\"read_last\"", new: "\"any\"", rule: .description, words: "takes 'read_last'"),
    Spoilt(board: "raspberry-pi-5", old: "\"same_address\"", new: "\"any\"", rule: .description, words: "same_address"),
    Spoilt(old: "/dev/i2c-1", new: "/dev/i2c-7", rule: .description, words: "Did you mean '/dev/i2c-1'"),
    Spoilt(
      old: "line = \"GPIO17\"\nchip = \"pinctrl-bcm2711\"\noffset = 17", new: "line = \"GPIO2\"", rule: .description,
      words: "is the data of bus 'i2c'"),
    Spoilt(
      old: "line = \"GPIO17\"\nchip = \"pinctrl-bcm2711\"\noffset = 17", new: "line = \"SCL1\"", rule: .description,
      words: "is the clock of bus 'i2c'"),
    Spoilt(
      old: "line = \"GPIO17\"\nchip = \"pinctrl-bcm2711\"\noffset = 17", new: "line = \"GPIO71\"", rule: .description,
      words: "no line 'GPIO71'"),
    Spoilt(old: "offset = 17", new: "offset = 18", rule: .description, words: "It is line 17 of pinctrl-bcm2711"),
    Spoilt(old: "offset = 17", new: "offset = 40", rule: .description, words: "no line 40"),
    Spoilt(old: "\"pinctrl-bcm2711\"", new: "\"pinctrl-bcm2835\"", rule: .description, words: "'pinctrl-bcm2711'"),
    Spoilt(
      old: "line = \"GPIO27\"\nchip = \"pinctrl-bcm2711\"\noffset = 27",
      new: "chip = \"pinctrl-bcm2711\"\noffset = 22", rule: .description, words: "one pin"),
    Spoilt(
      old: "address = 0x49", new: "address = 0x49\nstretches_clock = true", rule: .description,
      words: "stretches the clock"),
    Spoilt(old: "address = 0x11", new: "address = 0x10", rule: .description, words: "have one address, 0x10"),
    Spoilt(old: "cpu = 3", new: "cpu = 4", rule: .description, words: "there is no CPU 4"),
    Spoilt(old: "profile = \"raspberry-pi-4\"\n", new: "", rule: .description, words: "its own profile"),
    Spoilt(
      old: "profile = \"raspberry-pi-4\"", new: "profile = \"raspberry-pi-44\"", rule: .description,
      words: "Did you mean 'raspberry-pi-4'"),
    Spoilt(
      board: "beaglebone-black", old: "[[node]]\nname = \"n00\"",
      new: """
        [[chip]]
        name = "memory"
        kind = "at24c"
        bus = "i2c"
        address = 0x54
        bytes = 4096
        page_bytes = 32

        [[node]]
        name = "n00"
        """, rule: .description, words: "is taken"),
    Spoilt(
      old: "[[chip]]\nname = \"left\"",
      new: "[[line]]\nname = \"spare\"\nline = \"GPIO5\"\ndirection = \"input\"\n[[chip]]\nname = \"left\"",
      rule: .unusedLine, words: "'spare'"),
    Spoilt(old: "\"warmth\"", new: "\"heat\"", rule: .picture, words: "edgesync board picture"),
    Spoilt(file: "wiring.svg", old: "AD5593R", new: "AD5592R", rule: .picture, words: "edgesync board picture"),
    Spoilt(file: "WIRING.md", old: "](wiring.svg)", new: "](picture.svg)", rule: .notes, words: "](wiring.svg)"),
    Spoilt(file: "WIRING.md", old: "0x49", new: "0x4A", rule: .notes, words: "0x49"),
    Spoilt(file: "WIRING.md", old: "| J8 11 |", new: "| J8 12 |", rule: .notes, words: "| J8 11 |"),
    Spoilt(file: "WIRING.md", old: "## Sources", new: "## Thanks", rule: .notes, words: "Sources"),
    Spoilt(file: "profile.toml", old: "name = \"raspberry-pi-4\"", new: "name = \"pi\"", rule: .profile, words: "'pi'"),
    Spoilt(file: "profile.toml", old: "\"GPIO5\", \"GND\"", new: "\"GND\"", rule: .profile, words: "39 pins in 2"),
    Spoilt(file: "profile.toml", old: "pin = \"GPIO5\"", new: "pin = \"GPIO6\"", rule: .profile, words: "two lines"),
    Spoilt(file: "profile.toml", old: "offset = 5,", new: "offset = 6,", rule: .profile, words: "twice"),
    Spoilt(file: "profile.toml", old: "\"SDA1\"", new: "\"SCL1\"", rule: .profile, words: "two lines are named 'SCL1'"),
    Spoilt(file: "profile.toml", old: "data = \"GPIO2\"", new: "data = \"SDA9\"", rule: .profile, words: "SDA9"),
    Spoilt(file: "profile.toml", old: "cpus = 4", new: "cpu = 4", rule: .description, words: "Rename 'cpu' to 'cpus'"),
  ]

  @Test(arguments: faults) func findsTheFault(_ fault: Spoilt) throws {
    let scratch = try Scratch()
    let folder = try Self.copy(fault.board, scratch)
    let path = folder + "/" + fault.file
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(fault.old))
    try text.replacingOccurrences(of: fault.old, with: fault.new).write(
      toFile: path, atomically: true, encoding: .utf8)
    let problems = BoardLint.problems(in: folder)
    let said = problems.map(\.description).joined(separator: "\n")
    #expect(problems.contains { $0.rule == fault.rule && $0.text.contains(fault.words) }, "\(said)")
  }

  @Test(arguments: ["board.toml", "profile.toml", "boot-config.txt", "WIRING.md", "wiring.svg"])
  func everyFileMustBeThere(_ file: String) throws {
    let scratch = try Scratch()
    let folder = try Self.copy("raspberry-pi-zero", scratch)
    try FileManager.default.removeItem(atPath: folder + "/" + file)
    let problems = BoardLint.problems(in: folder)
    #expect(problems.contains { $0.rule == .files && $0.file.hasSuffix("/" + file) })
    try Data().write(to: URL(fileURLWithPath: folder + "/" + file))
    #expect(BoardLint.problems(in: folder) == problems)
  }

  /// Every rule has a copy that breaks it.
  @Test func everyRuleIsTried() {
    let tried = Set(Self.faults.map(\.rule.rawValue)).union([BoardProblem.Rule.files.rawValue])
    #expect(tried == Set(BoardProblem.Rule.allCases.map(\.rawValue)))
  }

  @Test func aStretchingChipIsFineWhereTheControllerWaits() throws {
    let path = shipped("boards/raspberry-pi-5/board.toml")
    let text = try String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(
      of: "address = 0x49", with: "address = 0x49\nstretches_clock = true")
    #expect(try BoardFile.parse(text, file: "b", library: Self.library).chips.count == 4)
  }

  @Test func aBusHasWhatItsProfileKnows() throws {
    for (name, combining) in [
      ("raspberry-pi-3", BusCombining.readLast), ("raspberry-pi-5", .sameAddress), ("beaglebone-black", .any),
    ] {
      let text = try String(contentsOfFile: shipped("boards/\(name)/board.toml"), encoding: .utf8)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("combining") }
      let silent = try BoardFile.parse(lines.joined(separator: "\n"), file: "b", library: Self.library)
      #expect(silent.buses.map(\.combining) == [combining])
      let single = text.replacingOccurrences(
        of:
          "combining = \"\(text.contains("read_last") ? "read_last" : text.contains("same_address") ? "same_address" : "any")\"",
        with: "combining = \"single\"")
      #expect(try BoardFile.parse(single, file: "b", library: Self.library).buses.map(\.combining) == [.single])
    }
  }

  /// Two outputs may be wired to a bus besides its controller's pins; as inputs they must be those pins.
  @Test func aBusIsFreedByLinesOfItsOwn() throws {
    let scratch = try Scratch()
    func source(_ direction: String) throws -> BoardSource {
      var text = try String(contentsOfFile: shipped("boards/raspberry-pi-5/board.toml"), encoding: .utf8)
      text = text.replacingOccurrences(
        of: "timeout_ms = 50", with: "timeout_ms = 50\nclock_line = \"free_scl\"\ndata_line = \"free_sda\"")
      for (name, line) in [("free_scl", "GPIO5"), ("free_sda", "GPIO6")] {
        text += "\n[[line]]\nname = \"\(name)\"\nline = \"\(line)\"\ndirection = \"\(direction)\"\n"
      }
      return try BoardFile.source(path: try scratch.file("board.toml", text), library: Self.library)
    }
    let board = try source("output")
    #expect(board.description.buses[0].clockLine == 3 && board.description.buses[0].dataLine == 4)
    #expect(WiringPicture.svg(board)?.contains("wired to SCL of i2c, to free it") == true)
    let error = #expect(throws: ConfigError.self) { _ = try source("input") }
    #expect(error?.what.contains("pin GPIO5 is not the clock of bus 'i2c'") == true)
  }

  @Test func withoutALibraryAProfileCannotBeHad() throws {
    let text = try String(contentsOfFile: shipped("boards/raspberry-pi-4/board.toml"), encoding: .utf8)
    let error = #expect(throws: ConfigError.self) {
      try BoardFile.parse(text, file: "b", library: BoardLibrary(folder: nil))
    }
    #expect(error?.key == "profile" && error?.remedy.contains("EDGETWIN_BOARDS") == true)
    let free = text.replacingOccurrences(of: "profile = \"raspberry-pi-4\"\n", with: "")
    #expect(try BoardFile.parse(free, file: "b", library: BoardLibrary(folder: nil)).lines.count == 3)
  }

  @Test func profilesSurviveAnything() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededWords(seed: seed)
    let base = Array(try String(contentsOfFile: shipped("boards/raspberry-pi-3/profile.toml"), encoding: .utf8).utf8)
    for round in 0..<150 {
      var bytes = base
      for _ in 0...random.below(4) {
        let place = random.below(bytes.count)
        if random.below(2) == 0 {
          bytes[place] = UInt8(32 + random.below(95))
        } else {
          bytes.removeSubrange(place..<min(place + 1 + random.below(30), bytes.count))
        }
      }
      do throws(ConfigError) {
        let profile = try BoardProfile.parse(String(decoding: bytes, as: UTF8.self), file: "p")
        #expect(!profile.headers.isEmpty, "seed \(seed), round \(round)")
      } catch {
        #expect(!error.what.isEmpty && !error.remedy.isEmpty, "seed \(seed), round \(round)")
      }
    }
  }

  private static func copy(_ board: String, _ scratch: Scratch) throws -> String {
    let folder = scratch.path + "/" + board
    try FileManager.default.copyItem(atPath: shipped("boards/" + board), toPath: folder)
    return folder
  }
}
