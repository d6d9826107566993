/// How a board is reached.
public enum Endpoint: Equatable, Sendable {
  /// A board served by a local process: the program, its arguments, and what it is.
  case process(program: String, arguments: [String])
  /// `ssh DESTINATION edged serve`, with further ssh options before the destination.
  case ssh(destination: String, options: [String], command: String)

  /// The program and arguments that carry the protocol on their standard input and output.
  public var commandLine: (program: String, arguments: [String]) {
    switch self {
    case .process(let program, let arguments):
      return (program, arguments)
    case .ssh(let destination, let options, let command):
      // BatchMode: a question nobody can answer must be an error; the alive options notice a board that vanished.
      let fixed = ["-T", "-o", "BatchMode=yes", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3"]
      return ("ssh", fixed + options + [destination, command])
    }
  }

  /// For messages.
  public var description: String {
    switch self {
    case .process(let program, _): return "the local program \(program)"
    case .ssh(let destination, _, _): return "ssh \(destination)"
    }
  }
}
