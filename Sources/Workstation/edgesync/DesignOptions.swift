import ArgumentParser
import Foundation
import Stages
import Workbench

/// How long and how often devices are driven.
struct DesignOptions: ParsableArguments {
  @Option(help: "Steps of the long random trace; 12000 by default.")
  var steps: Int?

  @Option(help: "Seconds of the long random trace, in place of --steps; the repeats come on top.")
  var seconds: Double?

  @Option(help: "Repeats of each repeated input; they show the noise.")
  var repeats = 24

  @Option(help: "Number of repeated inputs.")
  var inputs = 6

  func validate() throws {
    if steps != nil, seconds != nil { throw ValidationError("--steps and --seconds say the same thing: give one") }
  }

  /// - Parameter stepPeriod: of the board, nanoseconds.
  func design(stepPeriod: UInt64) throws -> DriveDesign {
    var design = DriveDesign()
    if let seconds {
      let steps = (seconds * 1e9 / Double(max(stepPeriod, 1))).rounded()
      guard (100...1e7).contains(steps) else {
        let period = Double(stepPeriod) / 1e9
        throw StageError(
          String(
            format: "--seconds %g is out of range: %g to %g with this board's step of %g ms", seconds, 100 * period,
            1e7 * period, period * 1000), code: Stages.ExitCode.usage)
      }
      design.longSteps = Int(steps)
    } else if let steps {
      design.longSteps = steps
    }
    guard (100...10_000_000).contains(design.longSteps), (0...10_000).contains(repeats), (0...1000).contains(inputs)
    else {
      throw StageError(
        "out of range: --steps 100 to 10000000, --repeats 0 to 10000, --inputs 0 to 1000", code: Stages.ExitCode.usage)
    }
    design.repeats = repeats
    design.repeatedInputs = inputs
    return design
  }
}
