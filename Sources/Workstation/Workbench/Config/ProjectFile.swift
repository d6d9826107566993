import WireFormat

/// How a board is reached.
public enum BoardTransport: Equatable, Sendable {
  /// A program on this machine speaks the protocol on its standard input and output.
  case pipe(command: [String])
  /// `ssh`, to `host` with these further options.
  case ssh(host: String, options: [String])
  /// A folder carried there and back, such as a USB stick.
  case folder(path: String)
}

/// A board of the project.
public struct BoardEntry: Equatable, Sendable {
  public var name: String
  public var transport: BoardTransport

  public init(name: String, transport: BoardTransport) {
    self.name = name
    self.transport = transport
  }
}

/// `edgetwin.toml`: the project's name and its boards.
public struct ProjectFile: Equatable, Sendable {
  public static let fileName = "edgetwin.toml"

  public var name: String
  public var boards: [BoardEntry]

  public init(name: String, boards: [BoardEntry] = []) {
    self.name = name
    self.boards = boards
  }

  /// Reads the file at `path`.
  public init(path: String) throws(ConfigError) { try self.init(try ConfigTable(reading: path)) }

  /// Reads `text`; `file` is for messages.
  public init(parsing text: String, file: String) throws(ConfigError) {
    try self.init(try ConfigTable(parsing: text, file: file))
  }

  private init(_ root: ConfigTable) throws(ConfigError) {
    _ = try root.integer("schema", in: 1...ConfigTable.schema)
    name = try root.string("name")
    boards = []
    var names = NameTable("board")
    for table in try root.tables("board") {
      let name = try names.add(table)
      guard Self.isPlain(name) else {
        throw table.error(
          .outOfRange, "name", "'\(name)' cannot name a folder", "A board's files stand in a folder of its name",
          "Use letters, digits, '-', '_' and '.', not first a '.'")
      }
      boards.append(BoardEntry(name: name, transport: try Self.transport(table)))
      try table.finish()
    }
    try root.finish()
  }

  private static func transport(_ table: ConfigTable) throws(ConfigError) -> BoardTransport {
    switch try table.choice("transport", ["pipe", "ssh", "folder"]) {
    case "pipe":
      let command = try table.strings("command")
      guard !command.isEmpty else {
        throw table.error(
          .missingKey, "command", "a pipe needs a command", "It is the program that speaks the protocol",
          "Write command = [\"edged\", \"serve\"] with its arguments")
      }
      return .pipe(command: command)
    case "ssh":
      let host = try table.string("host")
      guard !host.hasPrefix("-") else {
        throw table.error(
          .outOfRange, "host", "'\(host)' is not a host", "ssh would take it for an option", "Write user@host")
      }
      return .ssh(host: host, options: try table.strings("options"))
    default: return .folder(path: try table.string("path"))
    }
  }

  /// Whether a name is safe as a folder's name.
  public static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || $0 == 45 || $0 == 46 || $0 == 95
      }
  }

  /// The file's text.
  public var text: String {
    var text = "# An EdgeTwin project.\nschema = 1\nname = \(TOMLText.quoted(name))\n"
    for board in boards { text += "\n" + Self.text(of: board) }
    return text
  }

  /// The `[[board]]` block of one board, to be added at the file's end.
  public static func text(of board: BoardEntry) -> String {
    var text = "[[board]]\nname = \(TOMLText.quoted(board.name))\n"
    switch board.transport {
    case .pipe(let command): text += "transport = \"pipe\"\ncommand = \(TOMLText.list(command))\n"
    case .ssh(let host, let options):
      text += "transport = \"ssh\"\nhost = \(TOMLText.quoted(host))\n"
      if !options.isEmpty { text += "options = \(TOMLText.list(options))\n" }
    case .folder(let path): text += "transport = \"folder\"\npath = \(TOMLText.quoted(path))\n"
    }
    return text
  }
}

/// Text written as TOML.
enum TOMLText {
  /// A basic string with everything escaped that must be.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default:
        if scalar.value < 32 || scalar.value == 127 {
          let digits = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }

  static func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ", ") + "]" }
}
