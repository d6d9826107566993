import Bundle
import CBoard
import HardwareInterface
import PhysicalNetwork
import WireFormat

/// `edged doctor`: looks at everything a run needs, and says what is wrong and what to do.
struct Doctor {
  enum Level: UInt8 {
    case good, warning, problem
    var word: StaticString {
      switch self {
      case .good: "ok"
      case .warning: "warning"
      case .problem: "problem"
      }
    }
  }

  struct Finding {
    var level: Level
    /// What it is about, such as `bus i2c1`.
    var about: String
    var text: String
  }

  let state: BoardState
  var findings: [Finding] = []

  /// Prints what was found; the exit code: 0 all is well, 3 there are warnings, 1 there are problems.
  static func run(_ state: BoardState, json: Bool) throws(CommandError) -> Int32 {
    var doctor = Doctor(state: state)
    doctor.examine()
    let printed = Command.put(json ? doctor.json : doctor.text)
    if printed != CommandError.Code.ok { return printed }
    if doctor.count(.problem) > 0 { return CommandError.Code.failed }
    return doctor.count(.warning) > 0 ? CommandError.Code.partial : CommandError.Code.ok
  }

  mutating func add(_ level: Level, _ about: String, _ text: String) {
    findings.append(Finding(level: level, about: about, text: text))
  }

  private mutating func examine() {
    examineSystem()
    let active: ActiveBundle
    do throws(CommandError) {
      guard try ActiveBundle.look(state).running != nil else {
        add(.warning, "bundle", "none is active, so nothing says what is on the buses: push one with edgesync")
        return listBuses()
      }
      active = try ActiveBundle.load(state)
    } catch {
      return add(.problem, "bundle", error.message)
    }
    add(
      .good, "bundle",
      "board \(active.board.name), \(active.board.chips.count) chips, \(active.board.nodes.count) nodes")
    do throws(CommandError) {
      let lock = try RunSession.takeLock(state)
      defer { _ = cboard_close(lock) }
      try examineHardware(active.board)
    } catch {
      if error.code == CommandError.Code.busy {
        add(.warning, "run", "a run goes on: its buses, chips and lines were left alone; stop it and look again")
      } else {
        add(.problem, "hardware", error.message)
      }
    }
  }

  private func count(_ level: Level) -> Int {
    var number = 0
    for finding in findings where finding.level == level { number += 1 }
    return number
  }

  private var text: String {
    var text = ""
    for finding in findings {
      var line = finding.level.word.description
      while line.utf8.count < 8 { line += " " }
      text += line + finding.about + ": " + finding.text + "\n"
    }
    let (problems, warnings) = (count(.problem), count(.warning))
    return text + (problems + warnings == 0 ? "all is well" : "\(problems) problems, \(warnings) warnings")
  }

  private var json: String {
    var text = "{\"findings\":["
    for (index, finding) in findings.enumerated() {
      text += (index == 0 ? "" : ",") + "{\"about\":" + JSONLine.quoted(finding.about)
      text += ",\"level\":\"" + finding.level.word.description + "\",\"text\":" + JSONLine.quoted(finding.text) + "}"
    }
    return text + "],\"problems\":\(count(.problem)),\"warnings\":\(count(.warning))}"
  }
}
