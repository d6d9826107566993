import Datasets
import Flashing
import Foundation
import NetworkTraining
import Stages
import Transport
import TwinFitting
import Workbench

/// An error on its way to the exit code.
struct ExitFailure: Error {
  var code: Int32
  var message: String
  var json: Bool
}

/// Turns errors of all modules into one message and one exit code.
enum Failure {
  static func describe(_ error: Error, json: Bool) -> ExitFailure {
    let (code, message): (Int32, String)
    switch error {
    case let error as ExitFailure: return error
    // It says itself what an interrupt left of a card.
    case let error as FlashError where error.code == Stages.ExitCode.interrupted || !Interrupt.raised:
      (code, message) = (error.code, error.message)
    // Whatever broke off because of it: a cancelled fit, a connection cut short.
    case _ where Interrupt.raised && (error as? StageError)?.code != Stages.ExitCode.interrupted:
      (code, message) = (Stages.ExitCode.interrupted, "interrupted; what was stored before is whole")
    case let error as StageError: (code, message) = (error.code, error.message)
    case let error as TransportError: (code, message) = (error.exitCode, error.message)
    case let error as DatasetError: (code, message) = (Stages.ExitCode.failed, error.description)
    case let error as ConfigError: (code, message) = (Stages.ExitCode.failed, error.description)
    case let error as ProjectError:
      let noBoard = error.kind == .unknownBoard
      (code, message) = (noBoard ? Stages.ExitCode.noSuchBoard : Stages.ExitCode.failed, error.description)
    case let error as Workbench.TraceError: (code, message) = (Stages.ExitCode.failed, error.description)
    case let error as TwinFitError: (code, message) = (Stages.ExitCode.failed, error.description)
    case let error as NetworkTrainingError: (code, message) = (Stages.ExitCode.failed, error.description)
    default: (code, message) = (Stages.ExitCode.failed, "\(error)")
    }
    return ExitFailure(code: code, message: message, json: json)
  }

  static func print(_ failure: ExitFailure) {
    if failure.json { object(failure) }
    usage("edgesync: error: " + failure.message)
  }

  /// The error as one JSON object on standard output.
  static func object(_ failure: ExitFailure) {
    let object: [String: Any] = ["error": failure.message, "exit_code": Int(failure.code)]
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? JSONSerialization.data(withJSONObject: object, options: options) else { return }
    Swift.print(String(decoding: data, as: UTF8.self))
  }

  static func usage(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
