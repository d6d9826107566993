import Foundation
import PhysicalNetwork

/// What is wrong with a board's folder.
public struct BoardProblem: Equatable, Sendable, CustomStringConvertible {
  public enum Rule: String, Equatable, Sendable, CaseIterable {
    /// A file is missing or empty.
    case files
    /// `board.toml` or `profile.toml` cannot be used; docs/boards.md has their rules.
    case description
    /// The profile contradicts itself.
    case profile
    /// A line nobody uses.
    case unusedLine = "unused-line"
    /// The boot configuration gives a bus another clock than `board.toml` says.
    case bootClock = "boot-clock"
    /// The core clock, and with it the bus, changes with the load.
    case coreClock = "core-clock"
    /// The watchdog is not turned on.
    case watchdog
    /// The picture is not the one that the files give.
    case picture
    /// The wiring notes leave something out.
    case notes
  }

  public var rule: Rule
  public var file: String
  /// What is wrong and what to do.
  public var text: String

  public var description: String { "\(file): \(text) [\(rule.rawValue)]" }
}

/// Holds a board's folder against itself: its files, its profile, its description, its boot configuration, its picture.
public struct BoardLint {
  static let notes = "WIRING.md"
  public static let picture = "wiring.svg"

  private let folder: String
  private let name: String
  private var problems: [BoardProblem] = []

  /// What is wrong in `folder`, the name of which is the board's; empty where all is well.
  public static func problems(in folder: String) -> [BoardProblem] {
    var lint = BoardLint(folder)
    lint.run()
    return lint.problems
  }

  private init(_ folder: String) {
    let url = URL(fileURLWithPath: folder).standardizedFileURL
    self.folder = url.path
    name = url.lastPathComponent
  }

  private mutating func add(_ rule: BoardProblem.Rule, _ file: String, _ text: String) {
    problems.append(BoardProblem(rule: rule, file: folder + "/" + file, text: text))
  }

  private mutating func text(_ file: String) -> String? {
    guard let data = FileManager.default.contents(atPath: folder + "/" + file), !data.isEmpty else {
      add(.files, file, "the file is missing or empty: every board has one")
      return nil
    }
    return String(decoding: data, as: UTF8.self)
  }

  private mutating func run() {
    let boot = text(BootFragment.fileName).map { BootFragment($0) }
    let notes = text(Self.notes)
    let drawn = text(Self.picture)
    guard text(BoardProfile.fileName) != nil, text("board.toml") != nil else { return }
    let profile: BoardProfile
    let source: BoardSource
    do throws(ConfigError) {
      profile = try BoardProfile.read(path: folder + "/" + BoardProfile.fileName)
      // The folder stands in for its whole library, so that a copy of it can be looked at wherever it is.
      source = try BoardFile.source(
        path: folder + "/board.toml", library: BoardLibrary(folder: URL(fileURLWithPath: folder + "/..").path))
    } catch {
      add(.description, String(error.file.split(separator: "/").last ?? ""), "\(error)")
      return
    }
    check(profile)
    guard source.profile == profile else {
      add(.description, "board.toml", "the file does not name its own profile: write profile = \"\(name)\"")
      return
    }
    check(source)
    if let boot { check(boot, profile, source.description) }
    if let notes { check(notes: notes, profile, source) }
    if let drawn, WiringPicture.svg(source) != drawn {
      add(.picture, Self.picture, "the picture is not of these files: run 'edgesync board picture \(folder)'")
    }
  }

  private mutating func check(_ profile: BoardProfile) {
    func fault(_ text: String) { add(.profile, BoardProfile.fileName, text) }
    if profile.name != name { fault("name is '\(profile.name)' and the folder '\(name)': one of them is wrong") }
    let rails: Set = ["3V3", "5V", "GND", "NC"]
    let pins = profile.headers.flatMap(\.pins)
    for header in profile.headers where header.pins.count % header.columns != 0 {
      fault("header \(header.name) has \(header.pins.count) pins in \(header.columns) columns: count again")
    }
    for rail in ["3V3", "GND"] where !pins.contains(rail) { fault("no header has a pin \(rail): chips need one") }
    var seen: Set<String> = []
    for pin in profile.lines.map(\.pin) {
      if !pins.contains(pin) { fault("line \(pin) is on no header: add the pin, or take the line out") }
      if !seen.insert(pin).inserted { fault("pin \(pin) has two lines: take one out") }
    }
    var places: Set<String> = []
    for line in profile.lines where !places.insert("\(line.chip) \(line.offset)").inserted {
      fault("line \(line.offset) of \(line.chip) stands here twice: take one out")
    }
    var names: Set<String> = []
    for name in profile.lines.flatMap(\.names) where !names.insert(name).inserted {
      fault("two lines are named '\(name)': a kernel that did so could not be asked for either")
    }
    for pin in profile.buses.flatMap({ [$0.data, $0.clock] }) where rails.contains(pin) || !pins.contains(pin) {
      fault("the bus pin \(pin) is on no header: name one that is")
    }
  }

  private mutating func check(_ source: BoardSource) {
    let board = source.description
    for (index, line) in board.lines.enumerated() where line.direction == .input {
      let number = UInt8(index)
      let used =
        board.buses.contains { $0.clockLine == number || $0.dataLine == number }
        || board.chips.contains { $0.readyLine == number }
        || (board.responses + board.inputs).contains {
          board.chips[Int($0.chip)].kind == .gpio && $0.channel == number
        }
      if !used {
        add(.unusedLine, "board.toml", "nothing reads line '\(source.lineNames[index])': use it or take it out")
      }
    }
  }

  private mutating func check(_ boot: BootFragment, _ profile: BoardProfile, _ board: BoardDescription) {
    for bus in board.buses {
      let clock = boot.clock(of: bus.device, bootFile: profile.bootFile)
      if clock != Int(bus.clockHertz) {
        let given = clock.map { "gives \(bus.device) \($0) Hz" } ?? "leaves \(bus.device) off"
        add(
          .bootClock, BootFragment.fileName,
          "the boot configuration \(given) and board.toml says \(bus.clockHertz): make them one")
      }
    }
    guard profile.bootFile == "config.txt" else { return }
    if boot.value("watchdog") != "on" {
      add(.watchdog, BootFragment.fileName, "the watchdog is off: add dtparam=watchdog=on")
    }
    if profile.buses.contains(where: { $0.controller == "BCM2835" }) {
      let (core, least) = (boot.value("core_freq"), boot.value("core_freq_min"))
      if core == nil || core != least {
        add(
          .coreClock, BootFragment.fileName,
          "the bus is clocked by the core clock, which changes with the load: set core_freq and core_freq_min to one value"
        )
      }
    }
  }

  private mutating func check(notes: String, _ profile: BoardProfile, _ source: BoardSource) {
    var wanted = ["](\(Self.picture))", "## Sources"]
    wanted += source.description.buses.map(\.device)
    wanted += source.description.chips.filter { $0.kind != .gpio }.map {
      "0x" + ChipSeat.hex(Int($0.address))
    }
    wanted += source.description.lines.map { line in
      (profile.lines.first { $0.names.contains(line.name) || ($0.chip == line.chip && $0.offset == Int(line.offset)) })?
        .pin ?? line.name
    }
    // Each wire's row of the table, by header and number.
    for net in WiringPlan(source)?.nets ?? [] {
      wanted.append("| \(profile.headers[net.pin.header].name) \(net.pin.number) |")
    }
    for text in wanted where !notes.contains(text) {
      add(.notes, Self.notes, "the notes do not have '\(text)': say where it goes")
    }
  }
}
