import ArgumentParser
import Stages

/// The workstation's program.
@main
struct EdgeSync: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edgesync",
    abstract: "Characterises physical neural networks on boards, trains them through twins, and keeps them in sync.",
    discussion: """
      Results go to standard output, talk to standard error; --json on any command makes the result one JSON object.
      Exit codes: 0 ok, 1 failed, 3 partial or lossy, 10 no such board, 11 busy, 12 signature or identity refused, \
      64 usage, 130 interrupted.
      """,
    version: "edgesync \(StageVersion.text)",
    subcommands: [
      Init.self, Enroll.self, Status.self, Characterise.self, Pull.self, Fit.self, Train.self, Push.self,
      RunCommand.self,
      Retrain.self, Export.self, ReportCommand.self, DemoCommand.self, FlashCommand.self, BoardCommand.self,
    ])

  static func main() {
    Interrupt.install()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as ExitFailure {
      Failure.print(error)
      exit(withError: ExitCode(error.code))
    } catch {
      // Parsing problems and help: the parser's own texts, with the house's exit code for usage.
      let code = exitCode(for: error)
      if code.isSuccess { exit(withError: error) }
      if CommandLine.arguments.contains("--json") {
        Failure.object(ExitFailure(code: 64, message: message(for: error), json: true))
      }
      Failure.usage(fullMessage(for: error))
      exit(withError: ExitCode(64))
    }
  }
}
